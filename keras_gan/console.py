"""Printing that no terminal, pipe or notebook can break."""

import contextlib
import errno
import os
import sys
from typing import Protocol

#: What stands in for the box's characters on a terminal that has none of them.
PLAIN_CHARACTERS = str.maketrans({"═": "=", "─": "-", "│": "|", "μ": "mean", "σ": "std", "±": "+/-"})


class TextStream(Protocol):
    """What text is printed to: a text file, or what stands in for one."""

    def write(self, text: str, /) -> object: ...

    def flush(self) -> object: ...


def say(text: str, stream: TextStream | None = None) -> bool:
    """Print lines, in plain characters where the stream's encoding lacks others.

    Args:
        text: What to print, without a final newline.
        stream: Text stream to print to. Defaults to None, the standard output at the time of printing.

    Returns:
        Whether somebody reads: False once the reader of a pipe has left, or the terminal is closed.
    """
    target = stream or sys.stdout
    try:
        target.write(_encodable(text, target) + "\n")
        target.flush()
    except OSError as error:
        # EIO is a terminal's answer after it was closed.
        if not isinstance(error, BrokenPipeError) and error.errno != errno.EIO:
            raise
        if stream is None:
            discard_standard_output()
        return False
    return True


def open_streams() -> None:
    """Give a process that was started without standard output or error streams that take anything."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115


def _encodable(text: str, stream: TextStream) -> str:
    encoding = getattr(stream, "encoding", None) or "utf-8"
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return text.translate(PLAIN_CHARACTERS).encode(encoding, "replace").decode(encoding)
    return text


def discard_standard_output() -> None:
    """Send what is still buffered nowhere: it would fail once more at the next print and when Python exits."""
    with contextlib.suppress(OSError, ValueError):  # A notebook's output has no file number.
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, sys.stdout.fileno())
        os.close(null)
