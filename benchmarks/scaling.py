"""What a step costs on several devices, under JAX: virtual ones on a processor, and GPUs by a model.

The devices of a processor share its cores. So a step of the same batch on more of them shows what dividing it costs
(strong scaling: 1.00 is free). A step of as many times the batch shows the same for each image (weak scaling).
Contestants have processes of their own, which take turns in blocks.

The numbers that the devices exchange are read off the compiled step. The least for a sum over n devices is 2·(n − 1)/n
times its size, which a ring sends and receives on each.

In the model, a GPU computes a step at a share of its rate in TensorFloat-32. Then it sums the gradients of each update,
without any overlap. A sum is a ring over the slowest link. It has the link's published bandwidth, and a latency for
each of its 2·(n − 1) messages.

    pip install -e '.[jax]' && python benchmarks/scaling.py
"""

import os

os.environ["KERAS_BACKEND"] = "jax"

import dataclasses
import statistics

import tyro
from scaling_program import exchanged_bytes, gradient_bytes, our_fit, program_of
from train_step_cost import Worker, alternate, random_images, settings_of
from train_step_flops import naive_flops

from keras_gan.training.changes import change
from keras_gan.training.presets import PRESETS

#: Rates of TensorFloat-32 without sparsity, in operations a second, and bandwidths in bytes a second and direction:
#: between the GPUs of a host (NVLink), and of each GPU to other hosts (InfiniBand, 200 and 400 Gbit/s).
GPUS = {"A100": (156e12, 300e9, 25e9), "H100": (494e12, 450e9, 50e9)}

#: Share of this rate that convolutions reach, GPUs of a host, and seconds that a message takes within it and beyond.
SHARE, PER_HOST, LATENCY = 0.3, 8, (3e-6, 8e-6)


def measured(preset: str, batch_size: int, counts: tuple[int, ...], blocks: int, steps: int) -> None:
    """Print the times of steps on virtual devices, for the same batch and for a share of it on each."""
    rows = {"no distribution": (None, batch_size)}
    rows |= {f"strong, {count}": (count, batch_size) for count in counts}
    rows |= {f"weak, {count}": (count, batch_size * count) for count in counts if count > 1}
    workers = {}
    for name, (devices, size) in rows.items():
        config = settings_of(change(PRESETS[preset], batch_size=size))
        config.devices = devices
        workers[name] = Worker(our_fit, config)
    alternate(list(workers.values()), blocks, steps)
    alone = statistics.median(workers["no distribution"].figures) / batch_size
    print(f"\n{preset}, batch {batch_size}: median step, and time of an image to that without a distribution")
    for name, worker in workers.items():
        seconds = statistics.median(worker.figures)
        print(f"  {name:16} {1e3 * seconds:8.0f} ms  {seconds / rows[name][1] / alone:.2f} ×")
        worker.finish()


def exchanged(preset: str, batch_size: int, counts: tuple[int, ...]) -> None:
    """Print the numbers that a step sums over devices, and the gradients, of which it cannot do without."""
    config = change(PRESETS[preset], batch_size=batch_size)
    print(f"\n{preset}: bytes that a step sums over the devices, to those of its gradients")
    for count in counts:
        if count > 1:
            text, gradients = program_of(config, count)
            total, sums = exchanged_bytes(text)
            print(f"  {count} devices: {total / 1e6:.2f} MB in {sums} sums, {total / gradients:.4f} ×")


def modelled(preset: str, batch_size: int, counts: tuple[int, ...]) -> None:
    """Print the efficiency that GPUs would have by the model, with so many images on each."""
    from keras_gan.training.build import build_model

    config = change(PRESETS[preset], batch_size=batch_size)
    gan = build_model(config, (batch_size, *random_images(settings_of(config)).shape[1:]))
    run = config.run
    penalised = config.lipschitz.name == "gradient_penalty"
    flops = naive_flops(gan.generator, gan.critic, batch_size, run.n_critic, penalised)
    sizes = [gradient_bytes(network) for network in (gan.critic, gan.generator)]
    print(f"\n{preset}, {batch_size} images a GPU, {flops / 1e9:.0f} GFLOP a step: efficiency by the model")
    for name, (rate, *links) in GPUS.items():
        compute = flops / (SHARE * rate)
        shares = []
        for count in counts:
            place = int(count > PER_HOST)
            sums = [2 * (count - 1) * (size / count / links[place] + LATENCY[place]) for size in sizes]
            waiting = run.n_critic * sums[0] + sums[1]
            shares.append(f"{count} GPUs {compute / (compute + waiting):.2f}")
        print(f"  {name}: a step on one {1e3 * compute:.2f} ms; {', '.join(shares)}")


@dataclasses.dataclass(frozen=True)
class Options:
    """What a step costs on several devices."""

    preset: str = "horses_gp"
    """Preset whose step it is."""
    batch_size: int = 16
    """Images of a critic update."""
    devices: tuple[int, ...] = (1, 2, 4)
    """Numbers of virtual devices."""
    blocks: int = 5
    """Blocks of each contestant."""
    steps: int = 2
    """Steps of a block."""
    gpus: tuple[int, ...] = (8, 64)
    """Numbers of GPUs for the model."""


def main(options: Options) -> None:
    """Measure on virtual devices, read the exchanged numbers, and model GPUs."""
    measured(options.preset, options.batch_size, options.devices, options.blocks, options.steps)
    exchanged(options.preset, options.batch_size, options.devices)
    for preset in ("horses_gp", "wgan_small"):
        modelled(preset, 64, options.gpus)


if __name__ == "__main__":
    main(tyro.cli(Options))
