"""Geometric changes of images: affine maps, resampled bilinearly, and translations by whole pixels.

Affine maps are matrices `(batch, 3, 3)` from the places of an image's new pixels, `(right, down, 1)` from its centre in
pixels, to the places in the old image where their values come from. The product of two such matrices makes the change
of the left one first.
"""

from typing import Any

from keras import ops

from keras_gan.tensors import Tensor


def scaling(right: Tensor, down: Tensor) -> Tensor:
    """Return maps that enlarge images by factors, `(batch,)`; a negative factor mirrors them."""
    return _matrices([[1.0 / right, 0.0, 0.0], [0.0, 1.0 / down, 0.0]])


def rotation(angles: Tensor) -> Tensor:
    """Return maps that turn images counter-clockwise by angles in radians, `(batch,)`."""
    cos, sin = ops.cos(angles), ops.sin(angles)
    return _matrices([[cos, -sin, 0.0], [sin, cos, 0.0]])


def shift(right: Tensor, down: Tensor) -> Tensor:
    """Return maps that move images by pixels, `(batch,)`."""
    return _matrices([[1.0, 0.0, -right], [0.0, 1.0, -down]])


def warp(images: Tensor, maps: Tensor) -> Tensor:
    """Resample images bilinearly by affine maps, in a way that is linear in the images.

    Beyond its edges, an image goes on as its mirror image, without repeating the pixels at the edge, and beyond that
    with the pixels at the far edge.

    Args:
        images: Images `(batch, height, width, channels)`.
        maps: Affine maps `(batch, 3, 3)`, of the images' dtype.

    Returns:
        Images of the same shape.
    """
    count, height, width, channels = ops.shape(images)
    across, along = _places(width, images.dtype), _places(height, images.dtype)[:, None]
    maps = ops.reshape(maps, (-1, 9, 1, 1))
    column = _mirrored(maps[:, 0] * across + maps[:, 1] * along + maps[:, 2] + (width - 1) / 2, width)
    row = _mirrored(maps[:, 3] * across + maps[:, 4] * along + maps[:, 5] + (height - 1) / 2, height)
    left, top = ops.floor(column), ops.floor(row)
    to_right, to_bottom = column - left, row - top
    # At the last row and column there is no next one, and its weight is zero.
    is_inside = ops.cast(left < width - 1, "int32"), ops.cast(top < height - 1, "int32") * width
    first = ops.reshape(ops.arange(count, dtype="int32"), (-1, 1, 1)) * (height * width)
    index = first + ops.cast(top, "int32") * width + ops.cast(left, "int32")
    pixels = ops.reshape(images, (-1, channels))

    def part(index: Tensor, weight: Tensor) -> Tensor:
        values = ops.take(pixels, ops.reshape(index, (-1,)), axis=0)
        return ops.reshape(values, (-1, height, width, channels)) * weight[..., None]

    return (
        part(index, (1 - to_bottom) * (1 - to_right))
        + part(index + is_inside[0], (1 - to_bottom) * to_right)
        + part(index + is_inside[1], to_bottom * (1 - to_right))
        + part(index + is_inside[0] + is_inside[1], to_bottom * to_right)
    )


def translate(images: Tensor, right: Tensor, down: Tensor, limits: tuple[int, int]) -> Tensor:
    """Move images by whole pixels, with zeros where nothing was.

    Args:
        images: Images `(batch, height, width, channels)`.
        right: Pixels to the right, int32 `(batch,)`.
        down: Pixels down, int32 `(batch,)`.
        limits: Largest size of `right` and of `down`.

    Returns:
        Images of the same shape.
    """
    # Whole rows are gathered, which is several times as fast as single pixels.
    images = ops.transpose(_moved_rows(images, down, limits[1]), (0, 2, 1, 3))
    return ops.transpose(_moved_rows(images, right, limits[0]), (0, 2, 1, 3))


def _moved_rows(images: Tensor, down: Tensor, limit: int) -> Tensor:
    count, height, width, channels = ops.shape(images)
    padded = ops.pad(images, ((0, 0), (limit, limit), (0, 0), (0, 0)))
    rows = ops.reshape(padded, (-1, width * channels))
    first = ops.arange(count, dtype="int32") * (height + 2 * limit) + limit - down
    index = first[:, None] + ops.arange(height, dtype="int32")
    return ops.reshape(ops.take(rows, ops.reshape(index, (-1,)), axis=0), (-1, height, width, channels))


def _places(size: int, dtype: Any) -> Tensor:
    return ops.arange(size, dtype=dtype) - (size - 1) / 2


def _mirrored(places: Tensor, size: int) -> Tensor:
    last = size - 1.0
    return ops.clip(last - ops.abs(last - ops.abs(places)), 0.0, last)


def _matrices(rows: list[list[Tensor | float]]) -> Tensor:
    """Return matrices from their first two rows, whose entries are numbers or vectors `(batch,)`."""
    entries = [*rows[0], *rows[1], 0.0, 0.0, 1.0]
    like = next(entry for entry in entries if not isinstance(entry, float))
    columns = [ops.full_like(like, entry) if isinstance(entry, float) else entry for entry in entries]
    return ops.reshape(ops.stack(columns, axis=1), (-1, 3, 3))
