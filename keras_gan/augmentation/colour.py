"""Changes of colour that are affine in the pixels: of lightness, contrast, saturation and hue.

The first three channels of an image are its colour if it has three or more, else the first one is. A last, second or
fourth channel is alpha, which these changes leave as it is.
"""

import numpy as np
from keras import ops

from keras_gan.tensors import Tensor

#: Projection of colours on the axis of greys, and the quarter turn of what is perpendicular to it.
GREYS = np.full((3, 3), 1 / 3)
QUARTER_TURN = np.array([[0, -1, 1], [1, 0, -1], [-1, 1, 0]]) / np.sqrt(3)


def colour_matrices(lightness: Tensor, saturation: Tensor, hue: Tensor) -> Tensor:
    """Return matrices that scale the grey part of colours and the rest, and turn the rest about the axis of greys.

    Args:
        lightness: Factors of the grey part, `(batch,)`.
        saturation: Factors of the rest, `(batch,)`.
        hue: Angles in radians, `(batch,)`.

    Returns:
        Matrices `(batch, 3, 3)` from colours to colours.
    """
    matrices = GREYS, np.eye(3) - GREYS, QUARTER_TURN
    grey, rest, turn = (ops.convert_to_tensor(matrix, dtype=lightness.dtype) for matrix in matrices)
    lightness, saturation, hue = (ops.reshape(each, (-1, 1, 1)) for each in (lightness, saturation, hue))
    return lightness * grey + saturation * (ops.cos(hue) * rest + ops.sin(hue) * turn)


def recolour(images: Tensor, matrices: Tensor, offsets: Tensor) -> Tensor:
    """Multiply the colours of images by matrices, and add offsets.

    Args:
        images: Images `(batch, height, width, channels)`.
        matrices: Matrices `(batch, 3, 3)` that map greys to greys, which is all that they do to grey images.
        offsets: Numbers that are added to each channel of colour, `(batch,)`.

    Returns:
        Images of the same shape.
    """
    colours, alpha = split_alpha(images)
    offsets = ops.reshape(offsets, (-1, 1, 1))
    _, height, width, channels = ops.shape(colours)
    pixels = ops.reshape(colours, (-1, height * width, channels))
    if channels == 1:
        pixels = pixels * ops.sum(matrices[:, :1], axis=2, keepdims=True) + offsets
    else:
        pixels = ops.matmul(pixels, ops.transpose(matrices, (0, 2, 1))) + offsets
    return join_alpha(ops.reshape(pixels, (-1, height, width, channels)), alpha)


def mean_colour(images: Tensor) -> Tensor:
    """Return the mean over all pixels and channels of colour of each image, `(batch,)`."""
    return ops.mean(split_alpha(images)[0], axis=(1, 2, 3))


def split_alpha(images: Tensor) -> tuple[Tensor, Tensor | None]:
    """Return the colours of images, and their alpha, which is None if they have none."""
    channels = images.shape[-1]
    return (images[..., : channels - 1], images[..., channels - 1 :]) if channels in (2, 4) else (images, None)


def join_alpha(colours: Tensor, alpha: Tensor | None) -> Tensor:
    """Return images from their colours and their alpha."""
    return colours if alpha is None else ops.concatenate([colours, alpha], axis=-1)
