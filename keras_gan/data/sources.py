"""Sets of images by name, from a folder, or from a file."""

import inspect
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import numpy as np

from keras_gan.checks import Count, check_mapping, checked_path, shortened
from keras_gan.data.folder import load_images
from keras_gan.data.horses import load_horses
from keras_gan.data.images import check_images
from keras_gan.data.toy import toy_horses
from keras_gan.parts import SOURCES

#: Sources that a user names by a path, or not at all.
BY_PATH = ("folder", "file", "array")


def horses(data_dir: str | None = None) -> np.ndarray:
    """Load CIFAR-10's 5000 training images of horses.

    Args:
        data_dir: Folder with cifar10_horses.npz. Defaults to None, Keras's copy of CIFAR-10.
    """
    return load_horses(data_dir)[0]


def toy(count: Count = 5000, seed: int = 0) -> np.ndarray:
    """Draw horses, for machines that cannot get CIFAR-10.

    Args:
        count: Number of images. Defaults to 5000.
        seed: Seed of the whole set. Defaults to 0.
    """
    return toy_horses(count, seed)


def folder(
    path: str,
    size: int | str | None = None,
    fit: Literal["crop", "pad", "stretch"] = "crop",
    background: str = "white",
    alpha: bool = False,
    skip_unreadable: bool = False,
    cache: str | Path | None = None,
) -> np.ndarray:
    """Load a folder of image files.

    Args:
        path: The folder.
        size: Height and width of the images: a side such as 64, or height x width such as 48x64. None: as they are.
        fit: How a picture of another shape is brought to the size: its middle, all of it on the background, or
            distorted.
        background: Colour that transparent pixels are put on: a name, or #rrggbb.
        alpha: Whether transparency is kept as a fourth channel.
        skip_unreadable: Whether files that cannot be read are left out.
        cache: Folder of decoded sets. Defaults to None, the user's cache folder.
    """
    return load_images(path, size, background, fit, alpha, skip_unreadable, cache=cache)


def file(
    path: str,
    size: int | str | None = None,
    fit: Literal["crop", "pad", "stretch"] = "crop",
    background: str = "white",
    alpha: bool = False,
    skip_unreadable: bool = False,
    array: str | None = None,
    cache: str | Path | None = None,
) -> np.ndarray:
    """Load a .zip archive of image files, or an .npy or .npz file of uint8 images.

    Args:
        path: The file.
        size: Height and width of the images: a side such as 64, or height x width such as 48x64. None: as they are.
        fit: How a picture of another shape is brought to the size: its middle, all of it on the background, or
            distorted.
        background: Colour that transparent pixels are put on: a name, or #rrggbb.
        alpha: Whether transparency is kept as a fourth channel.
        skip_unreadable: Whether files that cannot be read are left out.
        array: Name of the array in an .npz file. None: its only array of images.
        cache: Folder of decoded sets. Defaults to None, the user's cache folder.
    """
    return load_images(path, size, background, fit, alpha, skip_unreadable, array, cache)


def array() -> np.ndarray:
    """Refuse to load images that were given as an array: only who gave them has them."""
    raise ValueError(
        "These images were given as an array: give them again, by `images`, or save them and name the file in a command"
    )


def find_source(text: str) -> tuple[str, dict[str, Any]]:
    """Return the source that a text stands for: a name, or the path of a folder or a file.

    Args:
        text: What the user has written.

    Returns:
        Name and arguments of a source.

    Raises:
        ValueError: If it is neither a name nor a path that exists.
    """
    path = checked_path(text, "data")
    names = [name for name in SOURCES.names() if name not in BY_PATH]
    if text in names:
        if path.is_dir():
            raise ValueError(
                f"`data` must name a set or a folder. Received: {text}, which is both: give ./{text} for the folder"
            )
        return text, {}
    if text and path.exists():
        return ("folder" if path.is_dir() else "file"), {"path": str(path.absolute())}
    raise ValueError(
        f"`data` must be one of {', '.join(names)}, or a folder or a file that exists. Received: {shortened(text)}"
    )


def load_source(
    name: str, arguments: Mapping[str, Any], data_dir: str | Path | None = None, cache: str | Path | None = None
) -> np.ndarray:
    """Load a set of images.

    Args:
        name: Name of its source.
        arguments: The source's arguments.
        data_dir: Folder of the user's data, for sources that take one. Defaults to None.
        cache: Folder of decoded sets, for sources that take one. Defaults to None, the user's cache folder.

    Returns:
        Images `(count, height, width, channels)`, uint8.

    Raises:
        OSError: If files cannot be read, or not be downloaded.
        ValueError: If there is no such source, or its images cannot be used.
    """
    source = SOURCES.load(name)
    check_mapping(arguments, "arguments")
    taken = inspect.signature(source).parameters
    given = {key: value for key, value in (("data_dir", data_dir), ("cache", cache)) if key in taken}
    images = source(**arguments, **given)
    check_images(images, source=f"the data set {name}")
    return images
