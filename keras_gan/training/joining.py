"""Several processes, on one host or more, that train one run together.

`jax.distributed` joins them. All do the same work in the same order, because whatever reads a number that is divided
among them takes all of them. The first process alone writes a run that stays, and prints.
"""

import collections
import contextlib
import dataclasses
import hashlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from keras_gan.console import say
from keras_gan.processes import gather, process_count, process_index, share_text
from keras_gan.training.launch import Launch, read_launch
from keras_gan.training.lookout import NATIVE_LOG
from keras_gan.training.options import RunOptions

#: What others than the first process do not need of a run that goes on.
LEFT_OUT = ("samples", "plots", "wandb", "tensorboard", "run.lock", "owner.json", "*.html", "set_aside_*")

#: Options that may differ between processes.
OWN_OPTIONS = ("out", "resume", "data_dir", "cache", "notes", "plugin", "coordinator", "process", "processes")

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
    with tempfile.TemporaryDirectory(prefix="keras_gan_") as name, _apart_from_native_messages(Path(name)) as errors:
        with _silence_of_others(), _lookout(Path(name), errors):
            shared = {key: str(value) for key, value in vars(options).items() if key not in OWN_OPTIONS}
            check_same(options=json.dumps(shared, sort_keys=True))
            yield _own_options(options, Path(name))
            meet()
        _jax_distributed().global_state.shutdown()


def meet() -> None:
    """Wait for the other processes, if any: all must call this at the same point."""
    if process_count() > 1:
        gather(np.zeros(1, np.int32))


def advise(advice: str) -> None:
    """Set what the user is told when one of several processes dies, as the first one says it.

    Args:
        advice: How to go on.
    """
    if process_count() > 1:
        line = f"advice {share_text(advice)}"
        for process in _lookouts:
            _tell(line, process)


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
    if launch.index in (0, None):
        say(f"Waiting for {launch.count or 'all'} processes, at most {START_TIMEOUT} seconds.")
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
    except (ValueError, RuntimeError) as error:
        raise ValueError(
            "`coordinator` must be HOST:PORT of the first process, with a free port, and processes can train together "
            f"only once in a Python process, before it uses JAX. Received: {launch.coordinator}, and {error}"
        ) from error
    counts = collections.Counter(device.process_index for device in jax.devices())
    if len(set(counts.values())) > 1:
        raise ValueError(f"All processes must have as many devices. Received: {sorted(counts.items())}, by process")


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
    return Path(shutil.copytree(run, folder / "resumed", ignore=shutil.ignore_patterns(*LEFT_OUT)))


@contextlib.contextmanager
def _lookout(folder: Path, errors: int) -> Iterator[None]:
    """Have a program beside this process that ends it when another one has died.

    Args:
        folder: Folder of this process alone, which the program removes after the process.
        errors: File number of the standard error.
    """
    index = process_index()
    command = [sys.executable, "-m", "keras_gan.training.lookout", _name(), str(folder)]
    if index > 0:
        command += [_host(), *share_text("").split()]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True, start_new_session=True
    )
    if index == 0:
        assert process.stdout is not None
        share_text(process.stdout.readline())
    _lookouts.append(process)
    threading.Thread(target=_end_with, args=(process,), daemon=True).start()
    try:
        yield
    except SystemExit as end:
        end_others(end.code if isinstance(end.code, int) else 1)
    except RuntimeError:
        # JAX's answer when another process has died. Then the lookout ends this one, with a line that says so.
        time.sleep(PATIENCE)
        raise
    finally:
        _lookouts.remove(process)
        _tell("failed" if sys.exc_info()[0] else "done", process)


def _end_with(process: "subprocess.Popen[str]") -> None:
    """End this process when its lookout closes its output, which may not be allowed to kill it."""
    assert process.stdout is not None
    process.stdout.read()
    if process in _lookouts:
        os._exit(1)


def _name() -> str:
    return f"process {process_index()} of {process_count()} on {socket.gethostname()} (pid {os.getpid()})"


def _host() -> str:
    """Return the host of the first process, where JAX may have found it by itself."""
    return _jax_distributed().global_state.coordinator_address.rpartition(":")[0].strip("[]")


def _jax_distributed() -> Any:
    from jax._src import distributed

    return distributed


def _tell(line: str, process: "subprocess.Popen[str]") -> None:
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
def _apart_from_native_messages(folder: Path) -> Iterator[int]:
    """Send to a file what JAX's libraries print past Python: greetings of connections, and traces when others die.

    Yields:
        A file number of what the standard error was.
    """
    streams = {"stdout": 1, "stderr": 2}
    saved = {name: getattr(sys, name) for name in streams}
    kept = {number: os.dup(number) for number in streams.values()}
    with open(folder / NATIVE_LOG, "wb") as log:
        for name, number in streams.items():
            saved[name].flush()
            if _number(saved[name]) == number:
                encoding, errors = saved[name].encoding, saved[name].errors
                setattr(sys, name, os.fdopen(os.dup(number), "w", 1, encoding, errors))
            os.dup2(log.fileno(), number)
        try:
            yield kept[2]
        finally:
            for name, number in streams.items():
                getattr(sys, name).flush()
                os.dup2(kept[number], number)
                os.close(kept[number])
                setattr(sys, name, saved[name])


def _number(stream: object) -> int | None:
    """Return the file number of a stream; None for one in memory."""
    try:
        return stream.fileno()  # type: ignore[attr-defined]
    except (AttributeError, OSError, ValueError):
        return None
