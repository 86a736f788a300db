"""What a training step costs on an accelerator, under JAX and in PyTorch. Needs no TensorFlow.

The step is that of `benchmarks/train_step.py`, so is what is measured: contestants in processes of their own, which
take turns in blocks, and the share of the rate at which the device multiplies matrices. On a GPU, PyTorch's float32
convolutions are computed in TensorFloat-32, as XLA's are.

    pip install -e '.[jax]' torch && KERAS_BACKEND=jax python benchmarks/accelerator.py
"""

import os

os.environ.setdefault("KERAS_BACKEND", "jax")
# Several processes share the device.
os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")

import datetime
import functools
import io
import statistics
import time

import tyro
from train_step_cost import Worker, alternate, settings_of
from train_step_flops import naive_flops

from keras_gan.training.changes import change
from keras_gan.training.presets import PRESETS

#: Epochs of the classic set-up.
EPOCHS = 12_000

#: Side of the square matrices whose product is timed, and products in a row.
SIDE, PRODUCTS = 8192, 20


def our_fit(config):
    """Return a block of our epochs, with the console log: one time, of an epoch on average."""
    from train_step_cost import random_images

    from keras_gan import EpochLog, image_batches
    from keras_gan.training.build import build_model
    from keras_gan.training.runtime import set_seeds

    set_seeds(config.seed)
    gan, images = build_model(config.experiment), random_images(config)

    def block(count):
        # A dispatch of several epochs is over before callbacks see the first: only all of them have a time.
        batches = image_batches(images, config.batch_size, config.n_critic)
        begun = time.perf_counter()
        log = EpochLog(every=10, stream=io.StringIO())
        gan.fit(batches, steps_per_epoch=1, epochs=count, verbose=0, callbacks=[log])
        return [(time.perf_counter() - begun) / count]

    return block


def pytorch(config, compiled=False):
    """Return a block of PyTorch's steps."""
    import torch
    from train_step_peers_torch import prepare

    if torch.cuda.is_available():
        torch.set_default_device("cuda")
        # Shapes do not change, and XLA chooses among algorithms by timing them, too.
        torch.backends.cudnn.benchmark = True
    return prepare(config, compiled)


CONTESTANTS = {
    "ours, one step a dispatch": (our_fit, 1),
    "ours, ten": (our_fit, 10),
    "PyTorch": (pytorch, 1),
    "torch.compile": (functools.partial(pytorch, compiled=True), 1),
}


def matrix_rates(dtype):
    """Return a function that takes a number of rounds and returns JAX's GFLOP/s of matrix products in each.

    Args:
        dtype: Of the matrices.
    """
    import jax
    from jax import numpy as jnp
    from train_step_cost import block_of

    matrix = jnp.ones((SIDE, SIDE), dtype)
    multiply = jax.jit(lambda matrix: jax.lax.fori_loop(0, PRODUCTS, lambda _, x: (x @ matrix) / SIDE, matrix))
    block = block_of(lambda: multiply(matrix).block_until_ready())
    return lambda rounds: [2 * PRODUCTS * SIDE**3 / seconds / 1e9 for seconds in block(rounds)]


def device_names(_):
    """Return a function that returns the names of JAX's devices; the number of rounds it takes means nothing."""
    import jax

    return lambda rounds: [device.device_kind for device in jax.devices()]


def measured(prepare, config, rounds=3):
    """Return what a process of its own measures."""
    worker = Worker(prepare, config)
    worker.run(rounds)
    worker.finish()
    return worker.figures


def print_table(config, rate, blocks, steps):
    """Measure all contestants and print a row of each; ratios are of medians, to the first."""
    from train_step_networks import plain_critic, plain_generator

    work = naive_flops(plain_generator(config), plain_critic(config), config.batch_size, config.n_critic, False) / 1e9
    workers = {}
    for name, (prepare, count) in CONTESTANTS.items():
        workers[name] = Worker(prepare, settings_of(change(config.experiment, steps_per_execution=count)))
        if workers[name].refusal is not None:
            print(f"{name}: does not apply: {workers.pop(name).refusal}")
    alternate(list(workers.values()), blocks, steps)
    precision = "float32" if config.mixed_precision == "off" else config.mixed_precision
    print(f"{precision:<28}{'ms an epoch':>12}{'ratio':>7}{'12000 epochs, min':>19}{'GFLOP/s':>9}{'of matrices':>12}")
    first = None
    for name, worker in workers.items():
        median = statistics.median(worker.figures)
        first = first or median
        print(f"{name:<28}{1e3 * median:12.2f}{median / first:7.2f}{EPOCHS * median / 60:19.1f}", end="")
        print(f"{work / median:9.0f}{work / median / rate:12.0%}", flush=True)
        worker.finish()
    print()


def main(batch_size: int = 512, blocks: int = 6, steps: int = 100):
    """Print a table for each precision.

    Args:
        batch_size: Images in a batch of the preset horses.
        blocks: Blocks of each contestant.
        steps: Steps in a block, a multiple of ten.
    """
    print(f"{datetime.date.today()}, {', '.join(measured(device_names, None, 1))}, horses, batch {batch_size}")
    for precision, dtype in (("off", "float32"), ("bfloat16", "bfloat16")):
        config = settings_of(change(PRESETS["horses"], batch_size=batch_size, mixed_precision=precision))
        rate = max(measured(matrix_rates, dtype))
        print(f"matrix products, {dtype}: {rate:.0f} GFLOP/s", flush=True)
        print_table(config, rate, blocks, steps)


if __name__ == "__main__":
    tyro.cli(main)
