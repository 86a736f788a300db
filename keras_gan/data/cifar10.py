"""CIFAR-10: 60000 colour images of 32×32 pixels, in ten classes."""

import http.client
import itertools
from pathlib import Path

import numpy as np

from keras_gan.checks import checked_path
from keras_gan.data.npy import read_arrays
from keras_gan.data.pictures import open_picture
from keras_gan.reading import reading

#: Names of the classes by label; they are in alphabetical order.
CLASS_NAMES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")

#: Images and their labels: uint8 `(count, 32, 32, 3)` and `(count,)`.
LabelledImages = tuple[np.ndarray, np.ndarray]


class DownloadError(OSError):
    """CIFAR-10 is not in Keras's cache and could not be downloaded."""


def load_cifar10(archive: str | Path | None = None) -> tuple[LabelledImages, LabelledImages]:
    """Load CIFAR-10.

    Args:
        archive: An .npz file of JPEG images. Its array `jpeg` holds the bytes of all images, one after another: image i
            is `jpeg[offsets[i]:offsets[i + 1]]`, its label is `labels[i]`, and `is_test[i]` says whether it is a test
            image. Defaults to None: Keras's copy is used, which is downloaded once (170 MB) into Keras's cache folder.

    Returns:
        Two pairs of images and labels, uint8: the 50000 train images, then the 10000 test images.

    Raises:
        FileNotFoundError: If the archive does not exist.
        ValueError: If the archive is corrupt or lacks one of these arrays.
        DownloadError: If CIFAR-10 is not cached and cannot be downloaded.
    """
    return _download() if archive is None else _read_archive(checked_path(archive, "archive"))


def _read_archive(path: Path) -> tuple[LabelledImages, LabelledImages]:
    names = ("jpeg", "offsets", "labels", "is_test")
    expected = "an .npz file with arrays jpeg, offsets, labels and is_test"
    jpeg, offsets, labels, is_test = read_arrays(path, names, expected)
    with reading(path, expected):
        is_test = is_test.astype(bool)
        if not len(labels) == len(is_test) == len(offsets) - 1:
            raise ValueError(f"it has {len(offsets) - 1} images, {len(labels)} labels and {len(is_test)} is_test")
        images = np.stack([_decode(jpeg[begin:end]) for begin, end in itertools.pairwise(offsets)])
    return (images[~is_test], labels[~is_test]), (images[is_test], labels[is_test])


def _decode(jpeg: np.ndarray) -> np.ndarray:
    return np.asarray(open_picture(jpeg.tobytes()).convert("RGB"))


def _download() -> tuple[LabelledImages, LabelledImages]:
    import keras

    try:
        (x_train, y_train), (x_test, y_test) = keras.datasets.cifar10.load_data()
    except (OSError, http.client.HTTPException) as error:
        raise DownloadError(f"{type(error).__name__}: {error}") from error
    except Exception as error:
        # Keras raises a bare Exception: only its message tells it apart from other errors.
        if "URL fetch failure" not in str(error):
            raise
        raise DownloadError(str(error)) from error
    if keras.config.image_data_format() == "channels_first":  # Keras returns images in the format of keras.json.
        x_train, x_test = np.moveaxis(x_train, 1, -1), np.moveaxis(x_test, 1, -1)
    return (x_train, y_train[:, 0]), (x_test, y_test[:, 0])
