"""Sets of images in .npy and .npz files."""

import hashlib
import math
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from keras_gan.checks import shortened
from keras_gan.data.duplicates import Duplicates
from keras_gan.data.image_cache import ImageCache, write_images
from keras_gan.data.images import check_images
from keras_gan.data.npy import ArrayHeader, archived_headers, map_array, read_header
from keras_gan.data.pictures import MAX_PIXELS, Preparation, prepare
from keras_gan.reading import FileError, open_file, reading

#: Bytes that are read at a time.
BLOCK_BYTES = 2**24

#: Modes of Pillow for arrays, by their channels.
MODES = {1: "L", 3: "RGB", 4: "RGBA"}

#: Descriptions of valid files.
ARRAY = "a folder of images or an .npy file, a .zip archive of images or an .npz file"
ARCHIVE = "an .npz file of images"


def load_array(path: Path, how: Preparation, cache: ImageCache) -> np.ndarray:
    """Map an .npy file of uint8 images into memory, resized if `how` has a size.

    Raises:
        ValueError: If it is no such file.
    """
    images = map_array(path, ARRAY)
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
    with open_file(path) as file:
        with reading(path, ARCHIVE):
            archive = zipfile.ZipFile(file)
            headers = archived_headers(archive)
        name = _chosen(path, headers, array)
        shape = headers[name].shape
        if shape[1] * shape[2] > MAX_PIXELS:
            raise FileError(f"{path} must hold images of at most {MAX_PIXELS} pixels. Received: {shape}")
        with archive:
            blocks = _blocks(path, archive, name, shape, how.size is not None)
            return _cached(path, name, shape, blocks, how, cache)


def _chosen(path: Path, headers: dict[str, ArrayHeader], array: str | None) -> str:
    kinds = {name: _kind(header) for name, header in headers.items()}
    held = ", ".join(f"{name} {kinds[name]} {header.shape}" for name, header in headers.items()) or "no arrays"
    fit = [name for name, each in headers.items() if kinds[name] == "uint8" and len(each.shape) == 4 and each.size > 0]
    if array is None and len(fit) == 1:
        return fit[0]
    if array in fit:
        return array
    held = shortened(held, 600)
    if array is None and len(fit) > 1:
        raise FileError(f"{path} holds several arrays of images: name one by `--data-array` or `array`. It has: {held}")
    wanted = "one array" if array is None else f"the array {shortened(repr(array))}"
    raise FileError(f"{path} must hold {wanted}, uint8 (images, height, width, channels). Received: {held}")


def _kind(header: ArrayHeader) -> str:
    """Return a description of an array's dtype and order.

    Fortran's order is not how images are stored: they would have to be held in memory to be turned.
    """
    is_by_columns = header.is_fortran and len(header.shape) > 1
    return f"{header.dtype} in Fortran's order" if is_by_columns else str(header.dtype)


def _blocks(
    path: Path, archive: zipfile.ZipFile, name: str, shape: tuple[int, ...], is_single: bool
) -> Iterator[np.ndarray]:
    """Yield blocks of images of an array; single images for resizing."""
    size = math.prod(shape[1:])
    step = 1 if is_single else max(1, BLOCK_BYTES // size)
    member = archive.getinfo(f"{name}.npy")
    with reading(path, ARCHIVE), archive.open(member) as file:
        read_header(file, member.file_size)
        for start in range(0, shape[0], step):
            count = min(step, shape[0] - start)
            content = file.read(count * size)
            if len(content) < count * size:
                raise ValueError(f"an array that ends after {start} of {shape[0]} images")
            yield np.frombuffer(content, np.uint8).reshape(count, *shape[1:])


def _cached(
    path: Path, name: str, shape: tuple[int, ...], blocks: Iterator[np.ndarray], how: Preparation, cache: ImageCache
) -> np.ndarray:
    if how.size is not None and shape[-1] not in MODES:
        raise ValueError(f"{path} must have 1, 3 or 4 channels to be resized. Received: {shape[-1]}")
    status = path.stat()
    stamp = repr((path.resolve(), name, how, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns))

    def write(target: Path) -> dict[str, Any]:
        rows = blocks if how.size is None else (_resized(block[0], how)[None] for block in blocks)
        found = Duplicates()
        written, sha256 = write_images(target, found.watch(rows), (shape[0], *(how.size or shape[1:3]), shape[-1]))
        return {"shape": written, "sha256": sha256, **found.facts(target)}

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
