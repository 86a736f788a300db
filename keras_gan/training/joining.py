"""Several processes, on one host or more, that train one run together.

`jax.distributed` joins them. All do the same work in the same order, because whatever reads a number that is divided
among them takes all of them. The first process alone writes a run that stays, and prints.
"""

import contextlib
import dataclasses
import hashlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from keras_gan.processes import gather, process_count, process_index, share_text
from keras_gan.training.launch import Launch, read_launch
from keras_gan.training.options import RunOptions

#: What others than the first process do not need of a run that goes on.
LEFT_OUT = ("samples", "plots", "wandb", "tensorboard", "run.lock", "owner.json", "*.html", "set_aside_*")

#: Seconds that processes wait for each other at the start and at the end.
START_TIMEOUT, END_TIMEOUT = 300, 30

#: Seconds that a process waits for its lookout to end it.
PATIENCE = 10

#: The lookout of this process, while it is one of several.
_lookouts: list["subprocess.Popen[str]"] = []


@contextlib.contextmanager
def joined(options: RunOptions) -> Iterator[RunOptions]:
    """Join the other processes that were started with this one, if any, and part from them at the end.

    An exception inside ends the others, with a line that names this process.

    Args:
        options: The options that all processes were given.

    Yields:
        The options of this process.

    Raises:
        ValueError: If flags or the launcher's variables do not make up a place among the processes, or the backend is
            not JAX.
    """
    launch = read_launch(options, os.environ)
    if launch is None:
        yield options
        return
    _check_backend()
    with tempfile.TemporaryDirectory(prefix="keras_gan_") as folder, _apart_from_native_messages(Path(folder)):
        _initialize(launch)
        with _silence_of_others(), _lookout():
            yield _own_options(options, Path(folder))
            gather(np.zeros(1, np.int32))
        _jax_distributed().global_state.shutdown()


def advise(advice: str) -> None:
    """Set what the user is told when one of several processes dies, as the first one says it.

    Args:
        advice: How to go on.
    """
    if process_count() > 1:
        _tell(f"advice {share_text(advice)}")


def check_same(**values: str) -> None:
    """Refuse to train where several processes were given different things.

    Args:
        **values: Texts that must be the same in all processes, by what they stand for.

    Raises:
        ValueError: If one is not.
    """
    for name, text in values.items():
        digests = gather(np.frombuffer(hashlib.sha256(text.encode()).digest(), np.uint8))
        others = [index for index, digest in enumerate(digests) if (digest != digests[0]).any()]
        if others:
            raise ValueError(
                f"All processes must have the same {name}. Received: another in process {others[0]} than in process 0"
            )


def end_others(code: int) -> None:
    """End this process at once if it is one of several, so that the others end too. Alone, it goes on.

    Args:
        code: The exit code.
    """
    if _lookouts:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        # Python's own end would wait for the others.
        os._exit(code)


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
        jax.distributed.initialize(
            launch.coordinator,
            launch.count,
            launch.index,
            local_device_ids=launch.device,
            cluster_detection_method=None if launch.is_known_to_jax else "deactivate",
            initialization_timeout=START_TIMEOUT,
            shutdown_timeout_seconds=END_TIMEOUT,
        )
    except ValueError as error:
        message = f"`coordinator` must be HOST:PORT of the first process. Received: {launch.coordinator}, and {error}"
        raise ValueError(message) from error


def _own_options(options: RunOptions, folder: Path) -> RunOptions:
    """Return the options of this process. Others than the first write to a folder that is removed."""
    if process_index() > 0:
        options = dataclasses.replace(options, out=folder)
        if options.resume is not None:
            options = dataclasses.replace(options, resume=_copy(options.resume, folder))
    # The first process changes the folder only when all have read it.
    gather(np.zeros(1, np.int32))
    return options


def _copy(run: Path, folder: Path) -> Path:
    if not run.is_dir():
        raise FileNotFoundError(f"`resume` must be a folder that all processes see. Received: {run}")
    return Path(shutil.copytree(run, folder / run.name, ignore=shutil.ignore_patterns(*LEFT_OUT)))


@contextlib.contextmanager
def _lookout() -> Iterator[None]:
    """Have a program beside this process that ends it when another one has died."""
    index = process_index()
    command = [sys.executable, "-m", "keras_gan.training.lookout", _name()]
    if index > 0:
        command += [_host(), str(gather(np.zeros(1, np.int32))[0, 0])]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=sys.stderr, text=True, start_new_session=True
    )
    if index == 0:
        assert process.stdout is not None
        gather(np.array([int(process.stdout.readline())], np.int32))
    _lookouts.append(process)
    try:
        yield
    except SystemExit as end:
        end_others(end.code if isinstance(end.code, int) else 1)
    except RuntimeError:
        # JAX's answer when another process has died. Then the lookout ends this one, with a line that says so.
        time.sleep(PATIENCE)
        raise
    finally:
        _tell("failed" if sys.exc_info()[0] else "done")
        _lookouts.remove(process)


def _name() -> str:
    return f"process {process_index()} of {process_count()} on {socket.gethostname()} (pid {os.getpid()})"


def _host() -> str:
    """Return the host of the first process, where JAX may have found it by itself."""
    return _jax_distributed().global_state.coordinator_address.rpartition(":")[0]


def _jax_distributed() -> Any:
    from jax._src import distributed

    return distributed


def _tell(line: str) -> None:
    for process in _lookouts:
        assert process.stdin is not None
        with contextlib.suppress(OSError):
            process.stdin.write(f"{line}\n")
            process.stdin.flush()


@contextlib.contextmanager
def _silence_of_others() -> Iterator[None]:
    """Print nothing but errors, except in the first process: all would print the same."""
    if process_index() == 0:
        yield
        return
    with (
        open(os.devnull, "w", encoding="utf-8") as nowhere,
        contextlib.redirect_stdout(nowhere),
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("ignore")
        yield


@contextlib.contextmanager
def _apart_from_native_messages(folder: Path) -> Iterator[None]:
    """Send to a file what JAX's libraries print past Python: greetings of connections, and traces when others die."""
    streams = {"stdout": 1, "stderr": 2}
    saved = {name: getattr(sys, name) for name in streams}
    kept = {number: os.dup(number) for number in streams.values()}
    with open(folder / "native.log", "wb") as log:
        for name, number in streams.items():
            saved[name].flush()
            if _number(saved[name]) == number:
                encoding, errors = saved[name].encoding, saved[name].errors
                setattr(sys, name, os.fdopen(os.dup(number), "w", 1, encoding, errors))
            os.dup2(log.fileno(), number)
        try:
            yield
        finally:
            for name, number in streams.items():
                getattr(sys, name).flush()
                os.dup2(kept[number], number)
                setattr(sys, name, saved[name])


def _number(stream: object) -> int | None:
    """Return the file number of a stream; None for one in memory."""
    try:
        return stream.fileno()  # type: ignore[attr-defined]
    except (AttributeError, OSError, ValueError):
        return None
