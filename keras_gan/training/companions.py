"""The other processes of a run: they end when this one dies, and this one ends when one of them does."""

import atexit
import contextlib
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from keras_gan.processes import process_count, process_index, share_text

#: Seconds that a process waits for its lookout to end it.
PATIENCE = 10

#: The lookout of this process, while it is one of several.
_lookouts: list["subprocess.Popen[str]"] = []


@contextlib.contextmanager
def watched(folder: Path, errors: int) -> Iterator[None]:
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
    is_done = False
    try:
        yield
        is_done = True
    except SystemExit as end:
        end_others(end.code if isinstance(end.code, int) else 1)
    except RuntimeError:
        # JAX's answer when another process has died. Then the lookout ends this one, with a line that says so.
        time.sleep(PATIENCE)
        raise
    finally:
        _lookouts.remove(process)
        _tell("done" if is_done else "failed", process)
        if not is_done:
            # When Python has printed the error. JAX's own end, which comes after this, would wait for the others.
            atexit.register(_leave, 1)


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
    from jax._src import distributed

    return str(distributed.global_state.coordinator_address).rpartition(":")[0].strip("[]")


def advise(advice: str) -> None:
    """Set what the user is told when one of several processes dies, as the first one says it.

    Args:
        advice: How to go on.
    """
    if process_count() > 1:
        line = f"advice {share_text(advice)}"
        for process in _lookouts:
            _tell(line, process)


def end_others(code: int) -> None:
    """End this process at once if it is one of several, so that the others end too. Alone, it goes on.

    Args:
        code: The exit code.
    """
    if _lookouts:
        for process in _lookouts:
            _tell("failed", process)
        _leave(code)


def _leave(code: int) -> None:
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(code)


def _tell(line: str, process: "subprocess.Popen[str]") -> None:
    assert process.stdin is not None
    with contextlib.suppress(OSError):
        process.stdin.write(f"{line}\n")
        process.stdin.flush()
