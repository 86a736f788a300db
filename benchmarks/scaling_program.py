"""A step on virtual devices, and the sums over devices in its program."""

import math
import multiprocessing
import pathlib
import re
import tempfile

from keras_gan.training.config import ExperimentConfig

#: Bytes of a number.
WIDTHS = {"f32": 4, "bf16": 2, "f16": 2, "u32": 4, "s32": 4, "pred": 1}


def spread(devices: int | None) -> None:
    """Divide the processor into devices, and spread batches over them; None for a process without a distribution."""
    import jax
    import keras

    if devices is not None:
        jax.config.update("jax_num_cpu_devices", devices)
        keras.distribution.set_distribution(keras.distribution.DataParallel(auto_shard_dataset=False))


def our_fit(config):
    """Return a block of epochs of one step."""
    spread(config.devices)
    from train_step_networks import fit_block, image_feed

    from keras_gan.training.build import build_model

    return fit_block(build_model(config.experiment), image_feed(config), list)


def gradient_bytes(network) -> int:
    """Return the bytes of a network's gradient, in float32."""
    return 4 * sum(weight.value.size for weight in network.trainable_weights)


def exchanged_bytes(program: str) -> tuple[int, int]:
    """Return the bytes that a step sums over the devices, and the number of sums, those in loops as often as they run.

    Args:
        program: A step that XLA has compiled, as text.
    """
    bodies = _computations(program)
    entry = re.search(r"^ENTRY %?([\w.\-]+)", program, re.MULTILINE)
    assert entry is not None, "the program has no entry"
    return _sums(entry[1], bodies)


def _computations(program: str) -> dict[str, str]:
    """Return the text of each computation by its name."""
    heads = list(re.finditer(r"^(?:ENTRY )?%?([\w.\-]+) \(.*\{$", program, re.MULTILINE))
    ends = [head.start() for head in heads[1:]] + [len(program)]
    return {head[1]: program[head.end() : end] for head, end in zip(heads, ends)}


def _sums(name: str, bodies: dict[str, str]) -> tuple[int, int]:
    text = bodies[name]
    found = re.findall(r"= (.+?) all-reduce(?:-start)?\(", text)
    total, count = sum(map(_bytes, found)), len(found)
    for line in text.splitlines():
        times = re.search(r'known_trip_count":\{"n":"(\d+)"', line)
        for called in re.findall(r"(?:body|to_apply|calls)=%?([\w.\-]+)", line):
            inner = _sums(called, bodies)
            often = int(times[1]) if times else 1
            total, count = total + often * inner[0], count + often * inner[1]
    return total, count


def _bytes(shapes: str) -> int:
    parts = re.findall(r"(\w+)\[([\d,]*)\]", shapes)
    return sum(WIDTHS[kind] * math.prod(int(side) for side in sides.split(",") if side) for kind, sides in parts)


def program_of(config: ExperimentConfig, devices: int) -> tuple[str, int]:
    """Return a step as XLA compiles it for virtual devices, and the bytes of all gradients that it needs.

    Args:
        config: The configuration of the step.
        devices: Number of devices.
    """
    with tempfile.TemporaryDirectory() as folder, multiprocessing.get_context("spawn").Pool(1) as pool:
        gradients = pool.apply(_compile, (config, devices, folder))
        (path,) = pathlib.Path(folder).glob("*after_optimizations.txt")
        return path.read_text(encoding="utf-8"), gradients


def _compile(config: ExperimentConfig, devices: int, folder: str) -> int:
    import os

    flags = f"--xla_dump_to={folder} --xla_dump_hlo_as_text --xla_dump_hlo_module_re=.*_run_steps.*"
    os.environ["XLA_FLAGS"] = f"{os.environ.get('XLA_FLAGS', '')} {flags}"
    from train_step_cost import settings_of

    settings = settings_of(config)
    settings.devices = devices
    our_fit(settings)(1)
    from keras_gan.training.build import build_model

    gan = build_model(config)
    return config.run.n_critic * gradient_bytes(gan.critic) + gradient_bytes(gan.generator)
