"""The horses of CIFAR-10: 32×32 colour images."""

from pathlib import Path

import numpy as np

from keras_gan.checks import checked_path
from keras_gan.data.cifar10 import CLASS_NAMES, load_cifar10
from keras_gan.data.images import check_images
from keras_gan.data.npy import read_arrays

#: File that `load_horses` reads from a data folder; it holds the arrays `x_train` and `x_test`.
ARCHIVE_NAME = "cifar10_horses.npz"

IMAGE_SHAPE = (32, 32, 3)

HORSE_LABEL = CLASS_NAMES.index("horse")


def load_horses(data_dir: str | Path | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Load the horses of CIFAR-10.

    Args:
        data_dir: Folder with `cifar10_horses.npz`. Defaults to None: Keras's copy of CIFAR-10 is used, which is
            downloaded once (170 MB) into Keras's cache folder.

    Returns:
        Train images `(5000, 32, 32, 3)` and test images `(1000, 32, 32, 3)`, uint8.

    Raises:
        FileNotFoundError: If the data folder does not have this file.
        ValueError: If the file is corrupt, or its arrays are not uint8 images of this shape.
        DownloadError: If CIFAR-10 is not cached and cannot be downloaded.
    """
    return _load_cifar10() if data_dir is None else _load_archive(checked_path(data_dir, "data_dir") / ARCHIVE_NAME)


def _load_archive(path: Path) -> tuple[np.ndarray, np.ndarray]:
    if not path.is_file():
        raise FileNotFoundError(f"No file {path}: `data_dir` must hold {ARCHIVE_NAME}")
    train, test = read_arrays(path, ("x_train", "x_test"), "an .npz file with arrays x_train and x_test")
    for name, images in (("x_train", train), ("x_test", test)):
        check_images(images, IMAGE_SHAPE, source=f"{path}: {name}")
    return train, test


def _load_cifar10() -> tuple[np.ndarray, np.ndarray]:
    train, test = load_cifar10()
    return tuple(images[labels == HORSE_LABEL] for images, labels in (train, test))
