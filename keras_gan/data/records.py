"""What is known of a set of images in a file, so that the file need not be read for it."""

import contextlib
import dataclasses
import json
import mmap
import os
from pathlib import Path
from typing import Any

import numpy as np

from keras_gan.files import replace_text
from keras_gan.reading import read_json


@dataclasses.dataclass(frozen=True)
class SetRecord:
    """Facts about a set, stored beside its file.

    Attributes:
        shape: Images, height, width and channels.
        sha256: Fingerprint of the images.
        modified_ns: When the file was written: a file that was changed since has no record.
        class_names: Names of the classes. Defaults to none.
        skipped: Files that could not be read. Defaults to 0.
        copies: Images that are exact copies of an earlier one. Defaults to 0.
        near_duplicates: Images that are nearly one before them, without exact copies. Defaults to 0.
    """

    shape: tuple[int, ...]
    sha256: str
    modified_ns: int
    class_names: tuple[str, ...] = ()
    skipped: int = 0
    copies: int = 0
    near_duplicates: int = 0


def record_path(path: Path) -> Path:
    """Return the file beside a set that holds its record."""
    return path.with_suffix(".json")


def write_record(path: Path, **facts: Any) -> None:
    """Write the record of a set whose file is complete; a set without a record is not used."""
    record = SetRecord(modified_ns=path.stat().st_mtime_ns, **facts)
    replace_text(record_path(path), json.dumps(dataclasses.asdict(record)) + "\n")


def stored_record(path: Path) -> SetRecord | None:
    """Return the record of a file; None if there is none, or the file has changed since."""
    try:
        values = read_json(record_path(path))
        values.update(shape=tuple(values["shape"]), class_names=tuple(values["class_names"]))
        record = SetRecord(**values)
        return record if record.modified_ns == path.stat().st_mtime_ns else None
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return None


def record_of(images: Any) -> SetRecord | None:
    """Return the record of images that are a whole mapped file; None for other images."""
    is_whole = isinstance(images, np.memmap) and images.flags.c_contiguous and not images.flags.writeable
    if not is_whole or images.filename is None:
        return None
    record = stored_record(Path(images.filename))
    return record if record is not None and record.shape == images.shape else None


def set_labels(images: np.ndarray) -> tuple[np.ndarray, tuple[str, ...]]:
    """Return the classes of a set that `load_images` read from a folder or an archive with sub-folders.

    Args:
        images: What `load_images` returned.

    Returns:
        The class of each image, `(count,)`, int32, −1 for an image outside of all sub-folders; and the names of the
        classes, which are those of the sub-folders.

    Raises:
        ValueError: If the set has no classes.
    """
    record = record_of(images)
    if record is None or not record.class_names or images.filename is None:  # type: ignore[attr-defined]
        raise ValueError(
            "`images` must be what `load_images` returned for sub-folders. Received: images without classes"
        )
    return np.load(labels_path(Path(images.filename))), record.class_names  # type: ignore[attr-defined]


def labels_path(path: Path) -> Path:
    """Return the file beside a set that holds its labels."""
    return path.with_suffix(".labels.npy")


def release_pages(images: Any) -> None:
    """Drop the pages of a mapped file from this process: they stay in the system's cache, and are not counted twice."""
    while isinstance(images, np.ndarray):
        images = images.base
    if isinstance(images, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED") and os.name == "posix":
        with contextlib.suppress(OSError, ValueError):  # Only advice.
            images.madvise(mmap.MADV_DONTNEED)
