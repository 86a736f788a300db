"""What images an evaluation takes: uint8, or floats in [−1, 1]."""

import numpy as np

#: How far a float image may leave [−1, 1]: half of one of the 256 levels.
TOLERANCE = 0.5 / 127.5


class ImageError(ValueError):
    """Images that no number should be computed from."""


def to_uint8(images: np.ndarray, source: str = "images") -> np.ndarray:
    """Return images as a PNG file would hold them.

    Args:
        images: `(count, height, width, channels)`, uint8, or floats in [−1, 1].
        source: What the error calls them. Defaults to "images".

    Returns:
        The images in uint8; those that are uint8 already as they are.

    Raises:
        ImageError: If the images have another shape or dtype, hold NaN, or leave [−1, 1].
    """
    images = np.asarray(images)
    if images.ndim != 4 or 0 in images.shape:
        raise ImageError(f"{source} must have the shape (images, height, width, channels). Received: {images.shape}")
    if images.dtype == np.uint8:
        return images
    if not np.issubdtype(images.dtype, np.floating):
        raise ImageError(f"{source} must be uint8, or floats in [−1, 1]. Received: {images.dtype}")
    finite = np.isfinite(images).all(axis=(1, 2, 3))
    if not finite.all():
        raise ImageError(
            f"{source} must be finite. Received: NaN or infinite pixels in {int((~finite).sum())} of {len(images)}"
        )
    low, high = float(images.min()), float(images.max())
    if low < -1 - TOLERANCE or high > 1 + TOLERANCE:
        hint = ": images in [0, 255] must be uint8" if low >= 0 else ""
        raise ImageError(f"{source} must be uint8, or floats in [−1, 1]{hint}. Received: values in [{low:g}, {high:g}]")
    return np.clip(np.rint((images.astype(np.float32) + 1.0) * 127.5), 0, 255).astype(np.uint8)


class RangeCheck:
    """Tell a set of images in [0, 1] from one in [−1, 1], batch by batch.

    Args:
        source: What the error calls the images.
    """

    def __init__(self, source: str):
        self.source = source
        self.low, self.high = np.inf, -np.inf
        self.dtype = None

    def update(self, images: np.ndarray):
        """Add a batch, uint8 or floats in [−1, 1].

        Raises:
            ImageError: If it is of another dtype than the batches before.
        """
        if self.dtype not in (None, images.dtype):
            raise ImageError(f"{self.source} must be of one dtype. Received: {self.dtype} and {images.dtype}")
        self.dtype = images.dtype
        self.low = min(self.low, float(images.min()))
        self.high = max(self.high, float(images.max()))

    def check(self):
        """Refuse the set if its values are those of images in [0, 1]; a set of one value alone may be anything.

        Raises:
            ImageError: If the values differ and no float is below 0, or no uint8 above 1.
        """
        if 0 <= self.low < self.high <= 1:
            raise ImageError(
                f"{self.source} must be uint8, or floats in [−1, 1]; these look like [0, 1]. "
                f"Received: values in [{self.low:g}, {self.high:g}]"
            )
