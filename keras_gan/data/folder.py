"""Image sets from a user's own files."""

import zipfile
from pathlib import Path

import numpy as np

from keras_gan.checks import check_flag, check_text, checked_path, require
from keras_gan.data.arrays import load_archive, load_array
from keras_gan.data.decoding import Decoding
from keras_gan.data.image_cache import ImageCache
from keras_gan.data.listings import Listing, list_archive, list_folder
from keras_gan.data.pictures import Fit, Preparation, preparation


def load_images(
    path: str | Path,
    size: int | str | tuple[int, int] | None = None,
    background: str = "white",
    fit: Fit = "crop",
    alpha: bool = False,
    skip_unreadable: bool = False,
    array: str | None = None,
    cache: str | Path | None = None,
) -> np.ndarray:
    """Load images from a folder, a .zip archive, or an .npy or .npz file.

    Pictures are decoded once, into a file in the user's cache folder. Later calls map this file into memory, as long as
    the pictures are the same. Memory does not grow with the number of images.

    Args:
        path: A folder or a .zip archive of PNG, JPEG, WebP, BMP, GIF (first frame) and TIFF files, also in sub-folders;
            or an .npy or .npz file of uint8 images. Files are read in the order of their names. Other files, and hidden
            files and folders, are ignored. Archives are read in place. `set_labels` returns the sub-folders as classes.
        size: Height and width of the images: a side, `(height, width)`, or a text such as "64" or "48x64". Pictures are
            resized with antialiasing. Defaults to None: all pictures must have one size.
        background: Colour that transparent pixels are put on: a name, or "#rrggbb". Arrays keep their channels.
            Defaults to "white".
        fit: How a picture of another shape is brought to `size`: "crop" cuts out its middle, "pad" puts all of it on
            the background, and "stretch" distorts it. Defaults to "crop".
        alpha: Whether transparency is kept as a fourth channel. Defaults to False. Arrays keep their channels.
        skip_unreadable: Whether files that cannot be read are left out. Defaults to False: they are an error.
        array: Name of the array in an .npz file. Defaults to None: it must have one array of images.
        cache: Folder of decoded sets. Defaults to None, `images` in the user's cache folder.

    Returns:
        Images `(count, height, width, channels)`, uint8, read-only. Pictures give one channel if all of them are grey,
        four channels with `alpha`, and three channels otherwise.

    Raises:
        FileNotFoundError: If the folder or file does not exist, or has no images.
        ValueError: If files cannot be read, differ in size without `size`, or an argument is invalid.
        OSError: If decoded images cannot be written to the cache.

    Example:
        ```python
        sprites = kg.load_images("sprites.zip", size=64, background="black")
        ```
    """
    path, how = checked_path(path, "path"), preparation(size, fit, background, alpha)
    check_flag(skip_unreadable, "skip_unreadable")
    kept = ImageCache(None if cache is None else checked_path(cache, "cache"))
    if array is not None:
        check_text(array, "array")
    if path.is_dir():
        require(array is None, "array", "None for a folder", repr(array))
        return _decoded(list_folder(path), how, skip_unreadable, kept)
    if not path.is_file():
        raise FileNotFoundError(f"No folder or file {path}")
    if not holds_pictures(path) and fit != "pad":
        # An array has no transparency to put on it: its channels stay as they are.
        require(background == "white", "background", "left out for an array, unless it is padded", repr(background))
    require(array is None or path.suffix.lower() == ".npz", "array", "None for what is no .npz file", repr(array))
    if path.suffix.lower() == ".npz":
        return load_archive(path, array, how, kept)
    if holds_pictures(path):
        return _decoded(list_archive(path), how, skip_unreadable, kept)
    return load_array(path, how, kept)


def holds_pictures(path: Path) -> bool:
    """Return whether a path is a folder or a .zip archive of pictures, and no file of an array."""
    suffix = path.suffix.lower()
    return path.is_dir() or suffix == ".zip" or (suffix != ".npz" and zipfile.is_zipfile(path))


def _decoded(listing: Listing, how: Preparation, skip_unreadable: bool, cache: ImageCache) -> np.ndarray:
    decoding = Decoding(listing, how, skip_unreadable)
    stamp = f"{listing.source.resolve()}\n{decoding.options}\n{listing.stamp}"
    try:
        return cache.get(stamp, listing.newest, decoding.content, decoding.write)
    finally:
        if listing.archive is not None:
            listing.archive.close()
