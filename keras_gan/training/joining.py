"""Several processes, on one host or more, that train one run together.

`jax.distributed` joins them. All do the same work in the same order, because whatever reads a number that is divided
among them takes all of them. The first process alone writes a run that stays, and prints.
"""

import collections
import contextlib
import dataclasses
import json
import os
import shutil
import signal
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

from keras_gan.console import say
from keras_gan.processes import check_same, meet, process_index
from keras_gan.training.companions import watched
from keras_gan.training.launch import Launch, read_launch
from keras_gan.training.options import RunOptions
from keras_gan.training.streams import apart_from_native_messages, silence_of_others

#: What others than the first process do not need of a run that goes on.
LEFT_OUT = ("samples", "plots", "wandb", "tensorboard", "run.lock", "owner.json", "*.html", "set_aside_*", "*.orbax")

#: Options that may differ between processes.
OWN_OPTIONS = ("out", "resume", "data_dir", "cache", "notes", "plugin", "coordinator", "process", "processes")

#: Seconds that processes wait for each other at the start and at the end.
START_TIMEOUT, END_TIMEOUT = 300, 30


@contextlib.contextmanager
def joined(options: RunOptions) -> Iterator[RunOptions]:
    """Join the other processes that were started with this one, if any, and part from them at the end.

    An exception inside ends the others, with a line that names this process.

    Args:
        options: The options that all processes were given.

    Yields:
        The options of this process.

    Raises:
        ValueError: If flags or the launcher's variables do not make up a place among the processes, the backend is not
            JAX, or the processes have other options or another number of devices.
        OSError: If this process does not see the run that goes on.
    """
    launch = read_launch(options, os.environ)
    if launch is None:
        yield options
        return
    _check_backend()
    _initialize(launch)
    with tempfile.TemporaryDirectory(prefix="keras_gan_") as name, apart_from_native_messages(Path(name)) as errors:
        with silence_of_others(), watched(Path(name), errors):
            shared = {key: str(value) for key, value in vars(options).items() if key not in OWN_OPTIONS}
            check_same(options=json.dumps(shared, sort_keys=True))
            yield _own_options(options, Path(name))
            meet()
        _shut_down()


def _check_backend() -> None:
    import keras

    backend = keras.backend.backend()
    if backend != "jax":
        raise ValueError(f"Several processes need the Keras backend jax (KERAS_BACKEND=jax). Received: {backend}")


def _initialize(launch: Launch) -> None:
    import jax

    # It would take SIGTERM, which asks a run to save and end.
    jax.config.update("jax_enable_preemption_service", False)
    # On processors, two programs that exchange numbers at the same time may wait for each other for ever.
    jax.config.update("jax_cpu_enable_async_dispatch", False)
    try:
        with _patience(launch):
            jax.distributed.initialize(
                launch.coordinator,
                launch.count,
                launch.index,
                local_device_ids=launch.device,
                cluster_detection_method=None if launch.is_known_to_jax else "deactivate",
                # JAX would end the process with a trace.
                initialization_timeout=2 * START_TIMEOUT,
                shutdown_timeout_seconds=END_TIMEOUT,
            )
    except (ValueError, RuntimeError) as error:
        raise ValueError(
            "`coordinator` must be HOST:PORT of the first process, with a free port, and processes can train together "
            f"only once in a Python process, before it uses JAX. Received: {launch.coordinator}, and {error}"
        ) from error
    counts = collections.Counter(device.process_index for device in jax.devices())
    if len(set(counts.values())) > 1:
        raise ValueError(f"All processes must have as many devices. Received: {sorted(counts.items())}, by process")


@contextlib.contextmanager
def _patience(launch: Launch) -> Iterator[None]:
    """Wait inside for the other processes, in a way that Ctrl-C and the end of time can end."""
    if launch.index in (0, None):
        say(f"Waiting for {launch.count or 'all'} processes, at most {START_TIMEOUT} seconds.")
    timer = threading.Timer(START_TIMEOUT, _give_up, (launch,))
    timer.daemon = True
    timer.start()
    is_main = threading.current_thread() is threading.main_thread()
    # JAX waits outside of Python, whose handlers would come after that.
    previous = signal.signal(signal.SIGINT, signal.SIG_DFL) if is_main else None
    try:
        yield
    finally:
        timer.cancel()
        if is_main:
            signal.signal(signal.SIGINT, previous)


def _give_up(launch: Launch) -> None:
    print(
        f"error: Process {launch.index} has not met all {launch.count} processes within {START_TIMEOUT} seconds. "
        f"`coordinator` must be HOST:PORT of the first one, which all can reach. Received: {launch.coordinator}",
        file=sys.stderr,
        flush=True,
    )
    os._exit(2)


def _shut_down() -> None:
    import jax

    jax.distributed.shutdown()


def _own_options(options: RunOptions, folder: Path) -> RunOptions:
    """Return the options of this process. Others than the first write to a folder that is removed."""
    if process_index() > 0:
        options = dataclasses.replace(options, out=folder)
        if options.resume is not None:
            options = dataclasses.replace(options, resume=_copy(options.resume, folder))
    # The first process changes the folder only when all have read it.
    meet()
    return options


def _copy(run: Path, folder: Path) -> Path:
    if not run.is_dir():
        raise FileNotFoundError(f"`resume` must be a folder that all processes see. Received: {run}")
    copy = Path(shutil.copytree(run, folder / "resumed", ignore=shutil.ignore_patterns(*LEFT_OUT)))
    for checkpoint in (run / "checkpoints").glob("[!p]*.orbax"):
        # Each process reads its parts of it.
        (copy / "checkpoints" / checkpoint.name).symlink_to(checkpoint.absolute())
    return copy
