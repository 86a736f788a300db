"""Jitter of colour, by the formulas of torchvision's `ColorJitter`, whose images are in [0, 1]."""

from keras import ops

from keras_gan.augmentation.colour import join_alpha, split_alpha
from keras_gan.tensors import Tensor

#: Shares of red, green and blue in a grey, of ITU-R 601-2.
LUMA = (0.2989, 0.587, 0.114)


def jitter_colours(images: Tensor, brightness: Tensor, contrast: Tensor, saturation: Tensor, hue: Tensor) -> Tensor:
    """Change brightness, contrast, saturation and hue of images, in this order.

    Each result is clipped to its range, as torchvision does. Saturation and hue leave grey images as they are, and
    nothing changes alpha.

    Args:
        images: Images in [−1, 1], `(batch, height, width, channels)`.
        brightness: Factors, `(batch,)`; 0 makes an image black.
        contrast: Factors, `(batch,)`; 0 makes an image its mean grey.
        saturation: Factors, `(batch,)`; 0 makes an image grey.
        hue: Shares of a full turn, in [−0.5, 0.5], `(batch,)`.

    Returns:
        Images in [−1, 1], of the same shape.
    """
    brightness, contrast, saturation, hue = (
        ops.reshape(each, (-1, 1, 1, 1)) for each in (brightness, contrast, saturation, hue)
    )
    colours, alpha = split_alpha(images)
    colours = ops.clip((colours + 1.0) / 2.0 * brightness, 0.0, 1.0)
    colours = _blend(colours, ops.mean(_grey(colours), axis=(1, 2, 3), keepdims=True), contrast)
    if colours.shape[-1] == 3:
        colours = _turn_hue(_blend(colours, _grey(colours), saturation), hue)
    return join_alpha(colours * 2.0 - 1.0, alpha)


def _blend(colours: Tensor, other: Tensor, share: Tensor) -> Tensor:
    return ops.clip(share * colours + (1.0 - share) * other, 0.0, 1.0)


def _grey(colours: Tensor) -> Tensor:
    if colours.shape[-1] == 1:
        return colours
    red, green, blue = ops.split(colours, 3, axis=-1)
    return LUMA[0] * red + LUMA[1] * green + LUMA[2] * blue


def _turn_hue(colours: Tensor, turn: Tensor) -> Tensor:
    """Turn the hue of the HSV model."""
    red, green, blue = ops.split(colours, 3, axis=-1)
    value = ops.max(colours, axis=-1, keepdims=True)
    chroma = value - ops.min(colours, axis=-1, keepdims=True)
    # The hue of greys is 0, whatever it is divided by.
    divisor = ops.where(chroma > 0, chroma, 1.0)
    # Not by `value == red`: XLA may compute both anew, and round them differently.
    sixths = ops.where(
        ops.logical_and(red >= green, red >= blue),
        (green - blue) / divisor,
        ops.where(green >= blue, 2.0 + (blue - red) / divisor, 4.0 + (red - green) / divisor),
    )
    # Red, green and blue, by the distance of the hue from where each of them is 0.
    distance = ops.mod(ops.convert_to_tensor([5.0, 3.0, 1.0], dtype=colours.dtype) + sixths + 6.0 * turn, 6.0)
    return value - chroma * ops.clip(ops.minimum(distance, 4.0 - distance), 0.0, 1.0)
