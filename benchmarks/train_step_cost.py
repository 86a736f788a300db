"""What the benchmark of a training step measures with: images, blocks of steps, processes, the matrix rate."""

import itertools
import multiprocessing
import pathlib
import random
import time
import types

import numpy as np

from keras_gan.training.allocator import keep_freed_memory
from keras_gan.training.config import ExperimentConfig

#: Sides of the square matrices whose product is timed: too large for a cache, small enough to be over soon.
MATRIX_SIZES = (2048, 3072, 4096)


def settings_of(config: ExperimentConfig) -> types.SimpleNamespace:
    """Return a configuration under flat names, with itself as `experiment`: for contestants that do not know ours."""
    flat = config.flat()
    return types.SimpleNamespace(experiment=config, **{"beta_2": flat.get("rho"), **flat})


def random_images(config) -> np.ndarray:
    """Return a step's images, uint8, of a side that the generator's filters make, or else of 64."""
    filters = getattr(config, "generator_filters", None)
    side = 64 if filters is None else 4 * 2 ** (len(filters) - 1)
    shape = (config.n_critic * config.batch_size, side, side, 3)
    return np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)


def step_images(config) -> np.ndarray:
    """Return the same images in [−1, 1], float32: what a contestant without a pipeline trains on."""
    return random_images(config).astype("float32") / 127.5 - 1


def intervals(moments: list[float]) -> list[float]:
    """Return the time from each of some moments to the next."""
    return [end - begin for begin, end in itertools.pairwise(moments)]


def block_of(step):
    """Return a function that takes a number of steps and returns their times, in seconds.

    A step before them is not timed: others have had the caches since, and a block of `fit` begins like that too.

    Args:
        step: Takes a step, and reads what it reports.
    """

    def block(count):
        step()
        moments = [time.perf_counter()]
        for _ in range(count):
            step()
            moments.append(time.perf_counter())
        return intervals(moments)

    return block


def memory(field: str) -> float:
    """Return a field of this process's status, such as its peak resident memory, in MiB. Linux only.

    The peak is of this process alone, where that of `resource` begins at what its parent held.
    """
    status = pathlib.Path("/proc/self/status").read_text(encoding="utf-8")
    (line,) = (line for line in status.splitlines() if line.startswith(f"{field}:"))
    return int(line.split()[1]) / 1024


# --- processes ------------------------------------------------------------------------------------------------------


def serve(connection, prepare, config):
    """Run blocks of as many steps as the connection asks for, until it asks for none; then report the memory."""
    keep_freed_memory()
    try:
        block = prepare(config)
        before = memory("VmRSS")
        block(1)
    except NotImplementedError as reason:
        connection.send(str(reason))
        return
    connection.send(None)
    for count in iter(connection.recv, 0):
        connection.send(block(count))
    peak = memory("VmHWM")
    connection.send((peak, peak - before))


class Worker:
    """A contestant in a process of its own, ready for its first block.

    Args:
        prepare: Function of the configuration that returns a function of a number of steps that returns their times.
        config: What `prepare` is given.

    Attributes:
        refusal: Why the contestant does not apply, or None if it does.
        figures: What its blocks have returned so far, in one list.
    """

    def __init__(self, prepare, config):
        context = multiprocessing.get_context("spawn")
        self._connection, other_end = context.Pipe()
        context.Process(target=serve, args=(other_end, prepare, config), daemon=True).start()
        # Only the process is to hold it, so that its death is noticed here.
        other_end.close()
        self.figures = []
        try:
            self.refusal = self._connection.recv()
        except EOFError as error:
            raise RuntimeError(f"{prepare} ended before its first block; its own error is above") from error

    def run(self, count):
        """Run a block of some steps."""
        self._connection.send(count)
        self.figures += self._connection.recv()

    def finish(self):
        """End the process; return its peak memory, and the peak over what it held before its first step, in MiB."""
        self._connection.send(0)
        return self._connection.recv()


def alternate(workers: list[Worker], blocks: int, steps: int):
    """Run blocks of workers in turns, in another order each time."""
    for _ in range(blocks):
        for worker in random.sample(workers, len(workers)):
            worker.run(steps)


# --- matrix rate ----------------------------------------------------------------------------------------------------


def matrix_rates(library: str):
    """Return a function that takes a number of rounds and returns the GFLOP/s of a product of each size in each.

    Args:
        library: NumPy, PyTorch or TensorFlow.
    """
    rng = np.random.default_rng(0)
    multiply, convert = {"NumPy": _numpy, "PyTorch": _torch, "TensorFlow": _tensorflow}[library]()
    matrices = [convert(rng.random((size, size), dtype="float32")) for size in MATRIX_SIZES]

    def rates(rounds):
        rates = []
        for size, matrix in list(zip(MATRIX_SIZES, matrices)) * rounds:
            (seconds,) = block_of(lambda matrix=matrix: multiply(matrix))(1)
            rates.append(2 * size**3 / seconds / 1e9)
        return rates

    return rates


def _numpy():
    return lambda matrix: matrix @ matrix, np.asarray


def _torch():
    import torch

    return lambda matrix: matrix @ matrix, torch.from_numpy


def _tensorflow():
    import tensorflow as tf

    return lambda matrix: float(tf.matmul(matrix, matrix)[0, 0]), tf.constant
