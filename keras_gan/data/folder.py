"""Image sets from a user's own files."""

import zipfile
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from keras_gan.checks import checked_path
from keras_gan.data.images import check_images

#: Suffixes of the files that are read from a folder.
IMAGE_SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".webp")


def load_images(path: str | Path) -> np.ndarray:
    """Load images from a folder of image files, or from an .npy file.

    Args:
        path: A folder of PNG, JPEG, BMP or WebP files of one size, or an .npy file of uint8 images. Files of a folder
            are read in the order of their names; hidden files, other files and sub-folders are ignored.

    Returns:
        Images `(count, height, width, channels)`, uint8. A folder gives one channel if all its files are grey, and
        three channels otherwise.

    Raises:
        FileNotFoundError: If the folder or file does not exist, or the folder has no images.
        ValueError: If a file cannot be read, differs in size from the first file, or has transparent pixels.
    """
    path = checked_path(path, "path")
    if path.is_dir():
        return _read_folder(path)
    if not path.is_file():
        raise FileNotFoundError(f"No folder or file {path}")
    try:
        images = np.load(path)
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise ValueError(f"{path} must be a folder of images or an .npy file: {error}") from error
    check_images(images, source=str(path))
    return images


def _read_folder(folder: Path) -> np.ndarray:
    files = sorted(file for file in folder.iterdir() if _is_image(file))
    if not files:
        raise FileNotFoundError(f"No images in {folder}: it must hold {', '.join(IMAGE_SUFFIXES)} files")
    images = [_read_image(file) for file in files]
    sizes = [image.size for image in images]
    for file, size in zip(files, sizes):
        if size != sizes[0]:
            raise ValueError(f"{file} must have the size of {files[0].name}, {sizes[0]}. Received: {size}")
    is_grey = all(image.mode == "L" for image in images)
    arrays = np.stack([np.asarray(image if is_grey else image.convert("RGB")) for image in images])
    return arrays[..., None] if is_grey else arrays


def _is_image(file: Path) -> bool:
    return file.suffix.lower() in IMAGE_SUFFIXES and not file.name.startswith(".") and file.is_file()


def _read_image(file: Path) -> Image.Image:
    """Return an image in mode L or RGB, rotated as its EXIF orientation says."""
    try:
        with Image.open(file) as opened:
            image = ImageOps.exif_transpose(opened)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise ValueError(f"{file} cannot be read as an image: {error}") from error
    if image.mode in ("L", "1"):
        return image.convert("L")
    if image.has_transparency_data and np.asarray(image.convert("RGBA"))[..., 3].min() < 255:
        raise ValueError(f"{file} must be opaque: put it on a background first. Received: transparent pixels")
    if image.mode not in ("RGB", "RGBA", "P", "LA", "PA", "CMYK", "YCbCr"):
        raise ValueError(f"{file} must have 8 bits a channel. Received: mode {image.mode}")
    return image.convert("RGB")
