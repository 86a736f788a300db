"""Cutout: a rectangle of each image is set to zero."""

import numpy as np
from keras import ops

from keras_gan.tensors import Tensor


def cut_out(images: Tensor, left: Tensor, top: Tensor, size: tuple[int, int]) -> Tensor:
    """Set a rectangle of each image to zero.

    Args:
        images: Images `(batch, height, width, channels)`.
        left: First column of the rectangles, which may be outside the image, `(batch,)`.
        top: First row of the rectangles, `(batch,)`.
        size: Width and height of the rectangles, in pixels.

    Returns:
        Images of the same shape.
    """
    _, height, width, _ = ops.shape(images)
    columns, rows = _is_within(left, size[0], width), _is_within(top, size[1], height)
    is_cut = ops.logical_and(rows[:, :, None], columns[:, None, :])
    return images * ops.cast(ops.logical_not(is_cut), images.dtype)[..., None]


def _is_within(start: Tensor, length: int, size: int) -> Tensor:
    places = np.arange(size, dtype="int32")
    start = ops.cast(start, "int32")[:, None]
    return ops.logical_and(places >= start, places < start + length)
