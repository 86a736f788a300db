"""The range of images: values in [−1, 1], which images in [0, 1] or [0, 255] are not."""

import numpy as np

#: Number of uint8 levels per unit of [−1, 1].
LEVELS_PER_UNIT = 127.5

#: Bright images on white, in [−1, 1], have no value at most the first of these and a value above the second.
DARK, WHITE = 0.1, 0.9

#: How far outside [−1, 1] a float image may be: half of one of the 256 levels.
TOLERANCE = 0.5 / LEVELS_PER_UNIT


class ImageError(ValueError):
    """Images whose shape, dtype or values make them unfit for training or for a metric."""


def check_range(images: np.ndarray, source: str) -> None:
    """Check that images, uint8 or floats, are in their range.

    Args:
        images: `(..., height, width, channels)`, at least one image.
        source: Name of the images in errors.

    Raises:
        ImageError: If floats are NaN, infinite or outside [−1, 1], or look like those of images in [0, 1].
    """
    if images.dtype == np.uint8:
        return
    low, high = check_values(images, source)
    _check_unit_range(low, high, source)


def check_values(images: np.ndarray, source: str) -> tuple[float, float]:
    """Check that each value of float images is finite and in [−1, 1], and return the least and the greatest.

    Args:
        images: `(..., height, width, channels)`, floats of at least one image.
        source: Name of the images in errors.

    Returns:
        The least and the greatest value.

    Raises:
        ImageError: If a value is NaN, infinite or outside [−1, 1] by more than half of a uint8 level.
    """
    low, high = float(images.min()), float(images.max())
    if not np.isfinite([low, high]).all():
        finite = np.isfinite(images).all(axis=(-3, -2, -1))
        raise ImageError(
            f"{source} must be finite. Received: NaN or infinite pixels in {int((~finite).sum())} of {finite.size}"
        )
    if low < -1 - TOLERANCE or high > 1 + TOLERANCE:
        advice = ": pass images in [0, 255] as uint8, or divide them by 127.5 and subtract 1" if low >= 0 else ""
        raise ImageError(
            f"{source} must be uint8, or floats in [−1, 1]{advice}. Received: values in [{low:g}, {high:g}]"
        )
    return low, high


class RangeCheck:
    """Check, batch by batch, that a set of images is in [−1, 1] and not in [0, 1].

    Args:
        source: Name of the images in error messages.
    """

    def __init__(self, source: str) -> None:
        self.source = source
        self.low, self.high = np.inf, -np.inf
        self.dtype: np.dtype | None = None

    def update(self, images: np.ndarray) -> None:
        """Add a batch, uint8 or floats in [−1, 1].

        Raises:
            ImageError: If its dtype is not that of the batches before.
        """
        if self.dtype not in (None, images.dtype):
            raise ImageError(f"{self.source} must be of one dtype. Received: {self.dtype} and {images.dtype}")
        self.dtype = images.dtype
        self.low = min(self.low, float(images.min()))
        self.high = max(self.high, float(images.max()))

    def check(self) -> None:
        """Refuse a set whose values look like those of images in [0, 1].

        A set in which all values are equal passes, because it may be in either range. So does one of bright images on
        white.

        Raises:
            ImageError: If the values differ, all of them are in [0, 1], and the images are not bright ones on white.
        """
        _check_unit_range(self.low, self.high, self.source)


def _check_unit_range(low: float, high: float, source: str) -> None:
    is_on_white = low > DARK and high > WHITE
    if 0 <= low < high <= 1 and not is_on_white:
        raise ImageError(
            f"{source} must be uint8, or floats in [−1, 1]; these look like [0, 1]: multiply them by 2 and subtract 1. "
            f"Received: values in [{low:g}, {high:g}]"
        )
