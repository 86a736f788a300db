"""Reading of arrays in .npy and .npz files, without pickles."""

import dataclasses
import math
import os
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import numpy as np

from keras_gan.reading import open_file, reading

#: Readers of NumPy for the versions of its format. The third differs from the second in the names of fields alone.
HEADERS = {
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
    (3, 0): np.lib.format.read_array_header_2_0,
}

#: Most bytes of an array that is read into memory.
MAX_ARRAY = 2**32


@dataclasses.dataclass(frozen=True)
class ArrayHeader:
    """What an array's header says of it.

    Attributes:
        shape: Its shape.
        dtype: Its dtype.
        is_fortran: Whether it is stored by columns.
    """

    shape: tuple[int, ...]
    dtype: np.dtype
    is_fortran: bool

    @property
    def size(self) -> int:
        """Number of bytes."""
        return math.prod(self.shape) * self.dtype.itemsize


def read_header(file: IO[bytes], length: int) -> ArrayHeader:
    """Read the header of an array, and refuse one that promises more than there is.

    Args:
        file: The .npy file, at its beginning.
        length: Number of bytes of the file.

    Raises:
        Exception: Whatever NumPy raises; a caller reads in the context `reading`.
    """
    version = np.lib.format.read_magic(file)
    if version not in HEADERS:
        raise ValueError(f"version {version} of the format, which is none of {', '.join(map(str, HEADERS))}")
    shape, is_fortran, dtype = HEADERS[version](file)
    if any(isinstance(side, bool) or side < 0 for side in shape):
        raise ValueError(f"an array of the shape {shape}")
    header = ArrayHeader(shape, dtype, is_fortran)
    there = length - file.tell()
    # Objects are pickled, in bytes that nobody reads.
    if header.size > there and not dtype.hasobject:
        raise ValueError(f"an array {dtype} {shape} of {header.size} bytes in a file of {there} bytes")
    return header


def map_array(path: Path, expected: str) -> np.ndarray:
    """Map an .npy file into memory, read-only.

    Args:
        path: The file.
        expected: Description of a valid file, for errors.

    Raises:
        OSError: If the file cannot be read.
        FileError: If it is no such file.
    """
    with reading(path, expected):
        with open_file(path) as file:
            read_header(file, os.fstat(file.fileno()).st_size)
        return np.load(path, mmap_mode="r", allow_pickle=False)


def archived_headers(archive: zipfile.ZipFile) -> dict[str, ArrayHeader]:
    """Return the headers of the arrays in an .npz file, by their names.

    Args:
        archive: The opened file.

    Raises:
        Exception: Whatever NumPy and `zipfile` raise; a caller reads in the context `reading`.
    """
    headers = {}
    for info in archive.infolist():
        if info.filename.endswith(".npy"):
            with archive.open(info) as file:
                headers[info.filename.removesuffix(".npy")] = read_header(file, info.file_size)
    return headers


def read_arrays(path: Path, names: tuple[str, ...], expected: str) -> Iterator[np.ndarray]:
    """Yield arrays of an .npz file.

    Args:
        path: The file.
        names: Names of the arrays.
        expected: Description of a valid file, for errors.

    Raises:
        OSError: If the file cannot be read.
        FileError: If it is no such file, lacks one of the arrays, or one has more than 4 GiB.
    """
    with open_file(path) as file, reading(path, expected), zipfile.ZipFile(file) as archive:
        missing = {f"{name}.npy" for name in names} - set(archive.namelist())
        if missing:
            raise ValueError(f"no array {' and '.join(sorted(name.removesuffix('.npy') for name in missing))}")
        for name in names:
            yield _read_member(archive, f"{name}.npy")


def _read_member(archive: zipfile.ZipFile, name: str) -> np.ndarray:
    info = archive.getinfo(name)
    with archive.open(info) as file:
        header = read_header(file, info.file_size)
        if header.dtype.hasobject:
            raise ValueError(f"an array {name} of objects")
        if header.size > MAX_ARRAY:
            raise ValueError(f"an array {name} of {header.size} bytes, more than {MAX_ARRAY}")
        content = file.read(header.size)
        if len(content) < header.size:
            raise ValueError(f"an array {name} that ends after {len(content)} of {header.size} bytes")
        # To the end, where its checksum is checked.
        file.read(1)
    return np.frombuffer(content, header.dtype).reshape(header.shape, order="F" if header.is_fortran else "C")
