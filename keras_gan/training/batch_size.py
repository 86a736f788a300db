"""The largest batch size that fits into memory, found by trials in processes of their own.

Nothing here loads Keras before a trial, so that all memory of the device is there for the trial's process.
"""

import dataclasses
import json
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence

import numpy as np

from keras_gan.training.config import ExperimentConfig
from keras_gan.training.options import RunOptions

#: Command that makes a trial of what comes in as JSON.
TRIAL = (sys.executable, "-m", "keras_gan.cli.batch_size")

#: Exit code of a trial that ran out of memory.
EXHAUSTED = 3

#: Signals that end a process without memory: by the kernel, or by a C++ library that does not get any.
KILLS = tuple(getattr(signal, name) for name in ("SIGKILL", "SIGABRT", "SIGSEGV", "SIGBUS") if hasattr(signal, name))


class TrialError(Exception):
    """A trial failed for another reason than memory."""


def largest_batch_size(start: int, most: int, fits: Callable[[int], bool]) -> int | None:
    """Return the largest batch size that fits, of `start`, its doubles and its halves.

    Args:
        start: The size that is tried first.
        most: The largest size that may be tried.
        fits: Whether a size fits.

    Returns:
        The size, or None if not even the smallest fits.
    """
    size = min(start, most)
    if fits(size):
        while 2 * size <= most and fits(2 * size):
            size *= 2
        return size
    while size > 1:
        size //= 2
        if fits(size):
            return size
    return None


def fits_in_memory(
    config: ExperimentConfig, set_shape: Sequence[int], options: RunOptions, command: Sequence[str] = TRIAL
) -> bool:
    """Return whether a process of its own can train two steps of a configuration.

    Args:
        config: The configuration, with the batch size.
        set_shape: Shape of the set of images, `(count, height, width, channels)`.
        options: Options of the run, with its devices, and the modules that register parts of the configuration.
        command: Command that makes the trial. Defaults to this Python.

    Raises:
        TrialError: If the trial fails for another reason than memory.
    """
    request = {
        "config": config.to_json(),
        "set_shape": list(set_shape),
        "plugins": list(options.plugin),
        "devices": options.devices,
        "shard_parameters": options.shard_parameters,
    }
    result = subprocess.run(command, input=json.dumps(request), capture_output=True, text=True, check=False)
    if result.returncode == EXHAUSTED or -result.returncode in KILLS:
        return False
    if result.returncode != 0:
        lines = result.stderr.strip().splitlines() or [f"exit code {result.returncode}"]
        raise TrialError(f"A trial of batch size {config.run.batch_size} failed: {lines[-1]}")
    return True


def with_batch_size(config: ExperimentConfig, size: int) -> ExperimentConfig:
    """Return a configuration with another batch size."""
    return dataclasses.replace(config, run=dataclasses.replace(config.run, batch_size=size))


def train_two_steps(
    config: ExperimentConfig, set_shape: tuple[int, ...], devices: int | None = None, shard_parameters: bool = False
) -> None:
    """Train two steps as a run does, on images of noise: on a device, memory depends on their shape alone.

    Args:
        config: The configuration.
        set_shape: Shape of the set of images, `(count, height, width, channels)`.
        devices: Devices of the run. Defaults to None, one.
        shard_parameters: Whether each device stores a part of the weights alone. Defaults to False.

    Raises:
        MemoryError: If there is too little memory. On a CPU, this is more than is free now, so that neither this
            machine nor its other programs come to a stop.
    """
    import keras

    from keras_gan.training import runtime
    from keras_gan.training.allocator import keep_freed_memory
    from keras_gan.training.build import build_model
    from keras_gan.training.devices import use_devices

    keep_freed_memory()
    runtime.set_seeds(config.run.seed, config.run.deterministic)
    if all(device.startswith("cpu") for device in keras.distribution.list_devices()):
        _leave_memory_to_others()
    size = config.run.batch_size
    use_devices(devices, size, shard_parameters)
    model = build_model(config, set_shape)
    images = np.random.default_rng(0).integers(0, 256, (size, *set_shape[1:]), dtype=np.uint8)
    model.fit(model.batches(images, size), steps_per_epoch=1, epochs=2, verbose=0)


def _leave_memory_to_others() -> None:
    """Refuse this process more memory than is free, on Linux, which says how much that is."""
    if not sys.platform.startswith("linux"):
        return
    import resource

    with open("/proc/meminfo", encoding="ascii") as file:
        values = dict(line.split(":") for line in file)
    free = 1024 * int(values["MemAvailable"].split()[0])
    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    limits = [limit for limit in (soft, hard) if limit != resource.RLIM_INFINITY]
    resource.setrlimit(resource.RLIMIT_DATA, (min([free, *limits]), hard))
