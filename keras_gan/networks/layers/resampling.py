"""Resampling by the filter [1, 3, 3, 1], without aliasing."""

import keras
from keras import ops

from keras_gan.tensors import Shape, Tensor


@keras.saving.register_keras_serializable(package="keras_gan")
class SmoothUpsampling2D(keras.layers.Layer):
    """Double height and width: along each side, zeros between the pixels, then the filter [1, 3, 3, 1] / 4.

    Each new pixel is ¾ of the nearest old one and ¼ of the next. It is computed as these sums. Beyond the edges, there
    are zeros.

    Input: `(batch, height, width, channels)`. Output: `(batch, 2 · height, 2 · width, channels)`.

    Reference:
        Karras et al., Analyzing and Improving the Image Quality of StyleGAN, arXiv:1912.04958.
    """

    def call(self, inputs: Tensor) -> Tensor:
        return _doubled(_doubled(inputs, 1), 2)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        batch, height, width, channels = input_shape
        return batch, height and 2 * height, width and 2 * width, channels


@keras.saving.register_keras_serializable(package="keras_gan")
class SmoothDownsampling2D(keras.layers.Layer):
    """Halve height and width: along each side, the filter [1, 3, 3, 1] / 8 at every second pixel.

    Beyond the edges, there are zeros.

    Input: `(batch, height, width, channels)` with even height and width. Output:
    `(batch, height / 2, width / 2, channels)`.

    Raises:
        ValueError: When it is built, if the height or the width is odd or not known.

    Reference:
        Karras et al., Analyzing and Improving the Image Quality of StyleGAN, arXiv:1912.04958.
    """

    def build(self, input_shape: Shape) -> None:
        sides = input_shape[1:3]
        if any(side is None or side % 2 for side in sides):
            raise ValueError(f"SmoothDownsampling2D takes maps of even height and width. Received: {tuple(sides)}")
        super().build(input_shape)

    def call(self, inputs: Tensor) -> Tensor:
        return _halved(_halved(inputs, 1), 2)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        batch, height, width, channels = input_shape
        return batch, height and height // 2, width and width // 2, channels


def _doubled(x: Tensor, axis: int) -> Tensor:
    before, after = _neighbours(x, axis)
    shape = list(ops.shape(x))
    shape[axis] = 2 * shape[axis]
    phases = ops.stack([0.75 * x + 0.25 * before, 0.75 * x + 0.25 * after], axis=axis + 1)
    return ops.reshape(phases, shape)


def _halved(x: Tensor, axis: int) -> Tensor:
    shape = list(ops.shape(x))
    even, odd = ops.unstack(ops.reshape(x, (*shape[:axis], shape[axis] // 2, 2, *shape[axis + 1 :])), 2, axis=axis + 1)
    before, after = _neighbours(odd, axis)[0], _neighbours(even, axis)[1]
    return 0.375 * (even + odd) + 0.125 * (before + after)


def _neighbours(x: Tensor, axis: int) -> tuple[Tensor, Tensor]:
    """Return what lies before and after each pixel along an axis, with zeros beyond the edges."""
    first, last = ([slice(None)] * len(x.shape) for _ in range(2))
    first[axis], last[axis] = slice(0, 1), slice(-1, None)
    zeros = ops.zeros_like(x[tuple(first)])
    start, end = list(first), list(first)
    start[axis], end[axis] = slice(None, -1), slice(1, None)
    before = ops.concatenate([zeros, x[tuple(start)]], axis=axis)
    return before, ops.concatenate([x[tuple(end)], zeros], axis=axis)
