"""What one of several processes prints, and what JAX's libraries print past Python."""

import contextlib
import os
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

from keras_gan.processes import process_index
from keras_gan.training.lookout import NATIVE_LOG


@contextlib.contextmanager
def silence_of_others() -> Iterator[None]:
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
def apart_from_native_messages(folder: Path) -> Iterator[int]:
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
                own = getattr(sys, name)
                own.flush()
                os.dup2(kept[number], number)
                os.close(kept[number])
                setattr(sys, name, saved[name])
                if own is not saved[name]:
                    own.close()


def _number(stream: object) -> int | None:
    """Return the file number of a stream; None for one in memory."""
    try:
        return stream.fileno()  # type: ignore[attr-defined]
    except (AttributeError, OSError, ValueError):
        return None
