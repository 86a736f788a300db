"""Sets of images that were decoded once, in files that are mapped into memory."""

import errno
import hashlib
import math
import os
import shutil
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import filelock
import numpy as np
import platformdirs

from keras_gan.data.records import labels_path, stored_record, write_record
from keras_gan.files import replace_text, whole_file

#: Version of the files; it is raised whenever the pixels that come of a picture change.
CACHE_VERSION = 1

#: A file that was changed less than this time before it was read may change again without another time stamp.
SETTLED_NS = 2 * 10**9


class ImageCache:
    """Image sets in a folder of the user, each under a hash of what it was made of.

    Args:
        folder: The folder. Defaults to None, `images` in the user's cache folder.
    """

    def __init__(self, folder: str | Path | None = None) -> None:
        self.folder = Path(folder) if folder else platformdirs.user_cache_path("keras-gan") / "images"

    def get(
        self,
        stamp: str,
        newest: int,
        content: Callable[[], str],
        write: Callable[[Path], dict[str, Any]],
    ) -> np.ndarray:
        """Return a set, which is made if it is not there yet; two processes make it once.

        Args:
            stamp: What the set depends on, by names and times of files.
            newest: Latest of these times, in nanoseconds.
            content: Reads the files, and returns a hash of their contents and of all options.
            write: Writes the set to a path, and returns the facts of its record; `labels` are the images' classes.

        Returns:
            The images, mapped into memory, read-only.

        Raises:
            OSError: If the set cannot be written.
        """
        started = time.time_ns()
        pointer = self.folder / f"{_hash(str(CACHE_VERSION), stamp)}.txt"
        key = pointer.read_text(encoding="utf-8", errors="replace") if pointer.is_file() else None
        if key is not None and stored_record(self.path(key)) is not None:
            return _mapped(self.path(key))
        key = _hash(str(CACHE_VERSION), content())
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            lock = filelock.FileLock(self.folder / f"{key}.lock").acquire()
        except OSError as error:
            if stored_record(self.path(key)) is not None:
                return _mapped(self.path(key))  # The folder can be read, and holds the set.
            raise OSError(
                f"{self.folder} cannot hold decoded images: give another folder by `cache`: {error}"
            ) from error
        with lock:
            if stored_record(self.path(key)) is None:
                _make(self.path(key), write)
            if newest < started - SETTLED_NS:
                replace_text(pointer, key)
        return _mapped(self.path(key))

    def path(self, key: str) -> Path:
        """Return the file of a set."""
        return self.folder / f"{key}.npy"


def write_images(path: Path, rows: Iterable[np.ndarray], shape: tuple[int, ...]) -> tuple[tuple[int, ...], str]:
    """Write images to an .npy file one after the other, and compute their fingerprint meanwhile.

    Args:
        path: The file.
        rows: Blocks of images, `(…, height, width, channels)`, uint8.
        shape: Images, at most; height, width and channels.

    Returns:
        The shape that was written, and the fingerprint of the images.

    Raises:
        OSError: If there is not enough room, or the file cannot be written.
    """
    room, needed = shutil.disk_usage(path.parent).free, math.prod(shape)
    if needed > room:
        raise OSError(
            errno.ENOSPC,
            f"{path.parent} must have {needed / 1e9:.2f} GB free for decoded images: give another folder by `cache`. "
            f"Received: {room / 1e9:.2f} GB",
        )
    digest, size = hashlib.sha256(str(shape).encode()), math.prod(shape[1:])
    with open(path, "wb") as file:
        _write_header(file, shape)
        start = file.tell()
        for block in rows:
            pixels = np.ascontiguousarray(block).data
            digest.update(pixels)
            file.write(pixels)
        written = ((file.tell() - start) // size, *shape[1:])
        if written != shape:
            # NumPy leaves room for more digits in the header.
            file.seek(0)
            _write_header(file, written)
    if written == shape:
        return shape, digest.hexdigest()
    from keras_gan.data.images import fingerprint

    return written, fingerprint(np.load(path, mmap_mode="r")) if written[0] else ""


def _write_header(file: Any, shape: tuple[int, ...]) -> None:
    np.lib.format.write_array_header_1_0(file, {"descr": "|u1", "fortran_order": False, "shape": shape})


def _make(path: Path, write: Callable[[Path], dict[str, Any]]) -> None:
    with whole_file(path) as partial:
        facts = write(partial)
    labels = facts.pop("labels", None)
    if labels is not None:
        with whole_file(labels_path(path)) as partial, open(partial, "wb") as file:
            np.save(file, labels)
    # Last, because a set without a record is made anew.
    write_record(path, **facts)


def _mapped(path: Path) -> np.ndarray:
    return np.load(path, mmap_mode="r")


def _hash(*texts: str) -> str:
    return hashlib.sha256("\n".join(texts).encode("utf-8", "surrogateescape")).hexdigest()[:32]


def processors() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
