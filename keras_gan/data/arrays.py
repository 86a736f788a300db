"""Sets of images in .npy and .npz files."""

import hashlib
import math
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import numpy as np
from PIL import Image

from keras_gan.data.image_cache import ImageCache, write_images
from keras_gan.data.images import check_images
from keras_gan.data.pictures import MAX_PIXELS, Preparation, prepare

#: Bytes that are read at a time.
BLOCK_BYTES = 2**24

#: Modes of Pillow for arrays, by their channels.
MODES = {1: "L", 3: "RGB", 4: "RGBA"}

#: What a damaged file raises.
READ_ERRORS = (
    *(OSError, ValueError, EOFError, TypeError, OverflowError),
    *(zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError),
)


def load_array(path: Path, how: Preparation, cache: ImageCache) -> np.ndarray:
    """Map an .npy file of uint8 images into memory, resized if `how` has a size.

    Raises:
        ValueError: If it is no such file.
    """
    try:
        with open(path, "rb") as file:
            np.lib.format.read_magic(file)  # NumPy takes any other file for a pickle, and says so.
        images = np.load(path, mmap_mode="r", allow_pickle=False)
    except READ_ERRORS as error:
        raise ValueError(
            f"{path} must be a folder of images or an .npy file, a .zip archive of images or an .npz file: {error}"
        ) from error
    check_images(images, source=str(path))
    if how.size is None:
        return images
    blocks = (images[start : start + 1] for start in range(len(images)))
    return _cached(path, "", images.shape, blocks, how, cache)


def load_archive(path: Path, array: str | None, how: Preparation, cache: ImageCache) -> np.ndarray:
    """Read an array of uint8 images from an .npz file, once, and map it into memory.

    Raises:
        ValueError: If it is no such file, or does not say which array is meant.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            headers = {name[:-4]: _header(archive, name) for name in archive.namelist() if name.endswith(".npy")}
            name = _chosen(path, headers, array)
            shape = headers[name][0]
            if shape[1] * shape[2] > MAX_PIXELS:
                raise ValueError(f"its images must have at most {MAX_PIXELS} pixels. Received: {shape}")
            with archive.open(f"{name}.npy") as file:
                _read_header(file)
                return _cached(path, name, shape, _blocks(file, shape, how.size is not None), how, cache)
    except READ_ERRORS as error:
        if (isinstance(error, ValueError) and str(error).startswith(str(path))) or getattr(error, "errno", None):
            raise
        raise ValueError(f"{path} must be an .npz file of images: {error}") from error


def _header(archive: zipfile.ZipFile, name: str) -> tuple[tuple[int, ...], str]:
    with archive.open(name) as file:
        return _read_header(file)


def _read_header(file: Any) -> tuple[tuple[int, ...], str]:
    """Return an array's shape and a description of its dtype and order.

    Fortran's order is not how images are stored: they would have to be held in memory to be turned.
    """
    version = np.lib.format.read_magic(file)
    read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    shape, is_fortran, dtype = read(file)
    is_by_columns = is_fortran and len(shape) > 1
    return shape, f"{dtype} in Fortran's order" if is_by_columns else str(dtype)


def _chosen(path: Path, headers: dict[str, tuple[tuple[int, ...], str]], array: str | None) -> str:
    held = ", ".join(f"{name} {kind} {shape}" for name, (shape, kind) in headers.items()) or "no arrays"
    fit = [name for name, (shape, kind) in headers.items() if kind == "uint8" and len(shape) == 4 and min(shape) > 0]
    if array is None and len(fit) == 1:
        return fit[0]
    if array in fit:
        return array
    if array is None and len(fit) > 1:
        raise ValueError(
            f"{path} holds several arrays of images: name one by `--data-array` or `array`. It has: {held}"
        )
    wanted = "one array" if array is None else f"the array {array!r}"
    raise ValueError(f"{path} must hold {wanted}, uint8 (images, height, width, channels). Received: {held}")


def _blocks(file: IO[bytes], shape: tuple[int, ...], is_single: bool) -> Iterator[np.ndarray]:
    """Yield blocks of images from an opened member; single images for resizing."""
    size = math.prod(shape[1:])
    step = 1 if is_single else max(1, BLOCK_BYTES // size)
    for start in range(0, shape[0], step):
        count = min(step, shape[0] - start)
        content = file.read(count * size)
        if len(content) < count * size:
            raise ValueError(f"its array ends after {start} of {shape[0]} images")
        yield np.frombuffer(content, np.uint8).reshape(count, *shape[1:])


def _cached(
    path: Path, name: str, shape: tuple[int, ...], blocks: Iterator[np.ndarray], how: Preparation, cache: ImageCache
) -> np.ndarray:
    if how.size is not None and shape[-1] not in MODES:
        raise ValueError(f"{path} must have 1, 3 or 4 channels to be resized. Received: {shape[-1]}")
    status = path.stat()
    stamp = repr((path.resolve(), name, how, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns))

    def write(target: Path) -> dict[str, Any]:
        rows = blocks if how.size is None else (_resized(block[0], how) for block in blocks)
        written, sha256 = write_images(target, rows, (shape[0], *(how.size or shape[1:3]), shape[-1]))
        return {"shape": written, "sha256": sha256}

    newest = max(status.st_mtime_ns, status.st_ctime_ns)
    return cache.get(stamp, newest, lambda: f"{name} {how} {_file_hash(path)}", write)


def _resized(image: np.ndarray, how: Preparation) -> np.ndarray:
    mode = MODES[image.shape[-1]]
    return prepare(Image.fromarray(image[..., 0] if mode == "L" else image), how, mode)


def _file_hash(path: Path) -> str:
    total = hashlib.sha256()
    with open(path, "rb") as file:
        while block := file.read(BLOCK_BYTES):
            total.update(block)
    return total.hexdigest()
