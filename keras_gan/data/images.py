"""Formats of images, uint8 levels and floats in [−1, 1]: conversions and checks."""

import hashlib
from typing import Any

import numpy as np

from keras_gan.checks import check_counts, require
from keras_gan.data.ranges import LEVELS_PER_UNIT, ImageError, RangeCheck, check_values
from keras_gan.data.records import record_of, release_pages
from keras_gan.tensors import Tensor

#: Bytes of images that are read at a time.
BLOCK_BYTES = 2**26


def in_range(images: Tensor) -> Tensor:
    """Convert images, uint8 or floats in [−1, 1], to floats in [−1, 1].

    Args:
        images: A NumPy array or a tensor.

    Returns:
        An array in float64, or a tensor in `keras.config.floatx()`.

    Raises:
        ValueError: If they are of another dtype. The values are not checked.
    """
    if isinstance(images, np.ndarray):
        is_image = images.dtype == np.uint8 or np.issubdtype(images.dtype, np.floating)
        require(is_image, "images", "uint8, or floats in [−1, 1]", images.dtype)
        return images / LEVELS_PER_UNIT - 1.0 if images.dtype == np.uint8 else images.astype(np.float64)
    import keras  # Here, so that looking at saved pictures does not need Keras.

    received = getattr(images, "dtype", type(images).__name__)
    require(is_image_dtype(received), "images", "uint8, or floats in [−1, 1], as an array or a tensor", received)
    floats = keras.ops.cast(images, keras.config.floatx())
    is_uint8 = keras.backend.standardize_dtype(images.dtype) == "uint8"
    return floats / LEVELS_PER_UNIT - 1.0 if is_uint8 else floats


def is_image_dtype(dtype: Any) -> bool:
    """Return whether a dtype of NumPy or of a backend is one of images: uint8 or floats."""
    import keras

    try:
        name = keras.backend.standardize_dtype(dtype)
    except ValueError:  # Keras knows no texts and objects.
        return False
    return name == "uint8" or keras.backend.is_float_dtype(name)


def nearest_levels(images: np.ndarray) -> np.ndarray:
    """Convert float images to uint8, each value to its nearest level; values outside [−1, 1] are clipped."""
    return np.clip(np.rint((images.astype(np.float32) + 1.0) * LEVELS_PER_UNIT), 0, 255).astype(np.uint8)


def to_uint8(images: np.ndarray, source: str = "images") -> np.ndarray:
    """Convert images to uint8, as PNG files hold them.

    Args:
        images: `(count, height, width, channels)`, uint8, or floats in [−1, 1].
        source: Name of the images in error messages. Defaults to "images".

    Returns:
        The images as uint8. Images that are uint8 already are returned unchanged.

    Raises:
        ImageError: If the images have another shape or dtype, or a value is NaN, infinite or outside [−1, 1].
    """
    images = np.asarray(images)
    if images.ndim != 4 or 0 in images.shape:
        raise ImageError(f"{source} must have the shape (images, height, width, channels). Received: {images.shape}")
    if images.dtype == np.uint8:
        return images
    if not np.issubdtype(images.dtype, np.floating):
        raise ImageError(f"{source} must be uint8, or floats in [−1, 1]. Received: {images.dtype}")
    check_values(images, source)
    return nearest_levels(images)


def check_images(images: Any, image_shape: tuple[int, int, int] | None = None, source: str = "images") -> None:
    """Check that an array is a set of uint8 images.

    Args:
        images: The array to check.
        image_shape: Height, width and channels that the images must have. Defaults to None, any shape.
        source: Name of the array in error messages, such as its file. Defaults to "images".

    Raises:
        ValueError: If the dtype or the shape is wrong, or there are no images.
    """
    if image_shape is not None:
        check_counts(image_shape, "image_shape")
        require(len(image_shape) == 3, "image_shape", "height, width and channels", image_shape)
    wanted = "(images, height, width, channels)" if image_shape is None else f"(images, {str(image_shape)[1:]}"
    shape: tuple[int, ...] = getattr(images, "shape", ())
    dtype = getattr(images, "dtype", None)
    if dtype != np.uint8:
        received = type(images).__name__ if dtype is None else dtype
        raise ValueError(f"{source} must be uint8 in [0, 255]. Received: {received}")
    if len(shape) != 4 or (image_shape is not None and shape[1:] != tuple(image_shape)):
        raise ValueError(f"{source} must have the shape {wanted}. Received: {shape}")
    if 0 in shape:
        raise ValueError(f"{source} must hold at least one image. Received: shape {shape}")


def fingerprint(images: np.ndarray) -> str:
    """Return the SHA-256 of an image set's shape and pixels, in hexadecimal.

    That of a set that `load_images` has decoded was computed when it was written, and is read from its record.

    Args:
        images: `(count, height, width, channels)`, uint8.

    Raises:
        ValueError: If they are no such images.
    """
    check_images(images)
    record = record_of(images)
    if record is not None:
        return record.sha256
    digest = hashlib.sha256(str(images.shape).encode())
    step = max(1, BLOCK_BYTES // max(1, images[:1].nbytes))
    for start in range(0, len(images), step):
        digest.update(np.ascontiguousarray(images[start : start + step]).data)
        release_pages(images)
    return digest.hexdigest()


def checked_levels(images: np.ndarray, source: str) -> np.ndarray:
    """Return a whole set of images as uint8, with its range checked.

    Args:
        images: `(count, height, width, channels)`, uint8, or floats in [−1, 1].
        source: Name of the images in errors.

    Returns:
        The images in uint8.

    Raises:
        ImageError: If they are no such images, or their values are those of images in [0, 1].
    """
    if record_of(images) is not None:
        # Decoded from pictures: it is not read as a whole.
        return images
    converted, values = to_uint8(images, source), RangeCheck(source)
    values.update(np.asarray(images))
    values.check()
    return converted
