"""Reading of files that may come from anywhere: damaged, far too large, or made to do harm.

Each kind of file has one reader. Texts and JSON are read here, tables in `keras_gan.tables`, arrays in
`keras_gan.data.npy`, pictures in `keras_gan.data.pictures`, and saved models in `keras_gan.models.saving`. All of them
raise `FileError` for a file that cannot be used, and OSError for one that cannot be opened. Both name the file.
"""

import contextlib
import json
import os
import re
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

from keras_gan.checks import shortened

#: Most bytes of a text or a JSON file: those of a run have thousands, and lists of lists take 20 times their text.
MAX_TEXT = 2**24

#: Deepest nesting of a JSON file.
MAX_DEPTH = 100


class FileError(ValueError):
    """A file cannot be used: it is damaged, of another kind, or too large. The message names it."""


@contextlib.contextmanager
def reading(path: str | Path, expected: str) -> Iterator[None]:
    """Turn what a damaged file raises in a library that reads it into one error of one line.

    NumPy, Pillow, h5py, `zipfile`, `json` and Keras raise dozens of kinds, which no list holds completely.

    Args:
        path: The file.
        expected: Description of a valid file.

    Raises:
        FileError: In place of any error but those that name the file: FileError, and errors of the operating system.
    """
    try:
        yield
    except Exception as error:
        is_named = isinstance(error, FileError) and str(error).startswith(str(path))
        if is_named or (isinstance(error, OSError) and error.filename is not None):
            raise
        raise FileError(f"{path} must be {expected}. Received: {shortened(_said(error))}") from error


def _said(error: Exception) -> str:
    if isinstance(error, KeyError):
        return f"no {error}"
    is_plain = isinstance(error, (OSError, ValueError)) and str(error) != ""
    return str(error) if is_plain else f"{type(error).__name__}: {error}"


def open_file(path: str | Path) -> BinaryIO:
    """Open a file to read its bytes; refuse devices and pipes, which may have no end.

    Args:
        path: The file.

    Raises:
        OSError: If it cannot be opened.
        FileError: If it is no file.
    """
    # Before it is opened, because opening a pipe waits for somebody who writes to it.
    mode = os.stat(path).st_mode
    if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
        raise FileError(f"{path} must be a file. Received: a device or a pipe")
    return open(path, "rb")


def read_bytes(path: str | Path, most: int) -> bytes:
    """Return the bytes of a file.

    Args:
        path: The file.
        most: Its largest size.

    Raises:
        OSError: If it cannot be read.
        FileError: If it is no file, or is larger.
    """
    with open_file(path) as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise FileError(f"{path} must have at most {most} bytes. Received: more")
    return content


def read_text(path: str | Path, most: int = MAX_TEXT) -> str:
    """Return the text of a file in UTF-8, with every end of a line as a newline.

    Args:
        path: The file.
        most: Its largest size in bytes. Defaults to 16 MiB.

    Raises:
        OSError: If it cannot be read.
        FileError: If it is no text of this size.
    """
    content = read_bytes(path, most)
    try:
        return content.decode("utf-8").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        raise FileError(f"{path} must be a text in UTF-8. Received: {error}") from error


def read_json(path: str | Path) -> dict[str, Any]:
    """Return the JSON object in a file.

    Args:
        path: The file.

    Raises:
        OSError: If it cannot be read.
        FileError: If it holds something else, is larger than 16 MiB, or is nested more than 100 times.
    """
    text = read_text(path)
    with reading(path, "JSON"):
        value = json.loads(text)
    if not isinstance(value, dict):
        raise FileError(f"{path} must hold a JSON object. Received: {type(value).__name__}")
    if _depth(value) > MAX_DEPTH:
        raise FileError(f"{path} must be nested at most {MAX_DEPTH} times. Received: more")
    return value


def check_inside(names: Iterable[str], path: str | Path) -> None:
    """Refuse an archive with names that lead out of the folder that it would be unpacked to.

    Args:
        names: Names of its files.
        path: The archive, for error messages.

    Raises:
        FileError: If there is such a name.
    """
    for name in names:
        if name.startswith(("/", "\\")) or ".." in name.replace("\\", "/").split("/") or re.match(r"[A-Za-z]:", name):
            raise FileError(f"{path} must hold names inside the archive only. Received: {shortened(repr(name))}")


def _depth(value: Any) -> int:
    """Return how deeply lists and objects are nested."""
    depth, layer = 0, [value]
    while layer := [each for each in layer if isinstance(each, (dict, list))]:
        depth += 1
        layer = [inner for each in layer for inner in (each.values() if isinstance(each, dict) else each)]
    return depth
