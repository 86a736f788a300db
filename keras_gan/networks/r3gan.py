"""The networks of R3GAN: residual blocks without normalisation, the strongest simple baseline known."""

import math

import keras
from keras import layers

from keras_gan.checks import Count, check_count, check_counts, require
from keras_gan.networks.layers.blocks import NEGATIVE_SLOPE, full_precision
from keras_gan.networks.layers.grouped_conv import GroupedConv2D
from keras_gan.networks.layers.image_range import ImageRange
from keras_gan.networks.layers.resampling import SmoothDownsampling2D, SmoothUpsampling2D
from keras_gan.networks.layers.scaled_basis import ScaledBasis
from keras_gan.networks.stages import base_size, stage_count
from keras_gan.tensors import Tensor

#: What keeps the variance through LeakyReLU with slope 0.2.
GAIN = math.sqrt(2 / (1 + NEGATIVE_SLOPE**2))


def r3gan_generator(
    image_shape: tuple[int, int, int] = (32, 32, 3),
    latent_dim: Count = 64,
    widths: tuple[Count, ...] = (768,),
    blocks: Count = 2,
    expansion: Count = 2,
    group_size: Count = 16,
) -> keras.Model:
    """Build the generator of R3GAN.

    A learned map, whose shorter side is 4 to 7 and whose channels the latent scales, goes through stages of residual
    blocks. Between them, the side is doubled by `SmoothUpsampling2D`. A convolution of side 1 makes the images, without
    tanh: in training, their values may leave [−1, 1]. Otherwise they are clipped.

    A block is x + C₃(φ(C₂(φ(C₁(x))))): C₁ and C₃ have kernels of side 1, and C₂ grouped ones of side 3. C₃ begins with
    zeros. φ is LeakyReLU(0.2). Nothing is normalised: the kernels begin with deviations that keep the variance.

    Args:
        image_shape: Height, width and channels of the images. Sides are multiples of the largest power
            of two that is at most a quarter of the shorter side. Defaults to (32, 32, 3).
        latent_dim: Length of a latent. Defaults to 64.
        widths: Channels of each stage, from the smallest map on; or one number for all. Defaults to (768,).
        blocks: Blocks of a stage. Defaults to 2.
        expansion: Channels inside a block, as a multiple of those outside. Defaults to 2.
        group_size: Channels of a group of C₂. Defaults to 16.

    Returns:
        A model from `(batch, latent_dim)` to `(batch, height, width, channels)`.

    Raises:
        ValueError: If the sides do not fit, there is another number of widths than of stages, the channels inside a
            block are no multiple of `group_size`, or a value is no integer of at least 1.

    Reference:
        Huang et al., The GAN is dead; long live the GAN!, arXiv:2501.05441.
    """
    check_count(latent_dim, "latent_dim")
    widths = _checked_widths(image_shape, widths, blocks, expansion, group_size)
    latents = keras.Input((latent_dim,), name="latents")
    x = layers.Dense(widths[0], use_bias=False, kernel_initializer=_normal(latent_dim))(latents)
    x = ScaledBasis(*base_size(image_shape))(x)
    for index, width in enumerate(widths):
        if index > 0:
            x = _with_width(SmoothUpsampling2D()(x), width)
        for _ in range(blocks):
            x = _block(x, expansion, group_size, blocks * len(widths))
    colours = _pointwise(image_shape[-1], widths[-1], dtype=full_precision())(x)
    images = ImageRange(dtype=full_precision(), name="images")(colours)
    return keras.Model(latents, images, name="generator")


def r3gan_critic(
    image_shape: tuple[int, int, int] = (32, 32, 3),
    widths: tuple[Count, ...] = (768,),
    blocks: Count = 2,
    expansion: Count = 2,
    group_size: Count = 16,
) -> keras.Model:
    """Build the critic of R3GAN, the mirror image of its generator.

    After the blocks of each stage but the last, the side is halved by `SmoothDownsampling2D`. The score is a linear
    function of the last map's channels, each summed with learned weights.

    Args:
        image_shape: Height, width and channels of the images, as `r3gan_generator` takes them. Defaults to
            (32, 32, 3).
        widths: Channels of each stage, from the smallest map on as in the generator; or one number for all. Defaults
            to (768,).
        blocks: Blocks of a stage. Defaults to 2.
        expansion: Channels inside a block, as a multiple of those outside. Defaults to 2.
        group_size: Channels of a group of a block's middle convolution. Defaults to 16.

    Returns:
        A model from `(batch, height, width, channels)` to scores `(batch, 1)`.

    Raises:
        ValueError: If the sides do not fit, there is another number of widths than of stages, the channels inside a
            block are no multiple of `group_size`, or a value is no integer of at least 1.

    Reference:
        Huang et al., The GAN is dead; long live the GAN!, arXiv:2501.05441.
    """
    widths = _checked_widths(image_shape, widths, blocks, expansion, group_size)[::-1]
    images = keras.Input(image_shape, name="images")
    x = _pointwise(widths[0], image_shape[-1])(images)
    for index, width in enumerate(widths):
        if index > 0:
            x = SmoothDownsampling2D()(_with_width(x, width))
        for _ in range(blocks):
            x = _block(x, expansion, group_size, blocks * len(widths))
    height, width = base_size(image_shape)
    summed = layers.EinsumDense("bhwc,hwc->bc", widths[-1], kernel_initializer=_normal(height * width))(x)
    head = layers.Dense(
        1, use_bias=False, kernel_initializer=_normal(widths[-1]), dtype=full_precision(), name="scores"
    )
    return keras.Model(images, head(summed), name="critic")


def _checked_widths(
    image_shape: tuple[int, int, int], widths: tuple[int, ...], blocks: int, expansion: int, group_size: int
) -> tuple[int, ...]:
    """Return the width of each stage, from the smallest map on."""
    stages = stage_count(image_shape) + 1
    check_counts(widths, "widths")
    for name, value in (("blocks", blocks), ("expansion", expansion), ("group_size", group_size)):
        check_count(value, name)
    require(len(widths) in (1, stages), "widths", f"one number, or {stages} for images of this shape", widths)
    fit = all(expansion * width % group_size == 0 for width in widths)
    require(fit, "group_size", "a divisor of the channels inside each block, expansion · width", group_size)
    return tuple(widths) * stages if len(widths) == 1 else tuple(widths)


def _block(x: Tensor, expansion: int, group_size: int, count: int) -> Tensor:
    """Apply a residual block of a network with so many blocks."""
    width = x.shape[-1]
    inner, gain = expansion * width, GAIN * count**-0.25
    y = layers.Conv2D(inner, 1, data_format="channels_last", kernel_initializer=_normal(width, gain))(x)
    y = layers.LeakyReLU(NEGATIVE_SLOPE)(y)
    y = GroupedConv2D(inner, 3, inner // group_size, kernel_initializer=_normal(9 * group_size, gain))(y)
    y = layers.LeakyReLU(NEGATIVE_SLOPE)(y)
    y = layers.Conv2D(width, 1, use_bias=False, data_format="channels_last", kernel_initializer="zeros")(y)
    return layers.Add()([x, y])


def _with_width(x: Tensor, width: int) -> Tensor:
    return x if x.shape[-1] == width else _pointwise(width, x.shape[-1])(x)


def _pointwise(filters: int, fan_in: int, **kwargs: str) -> keras.layers.Layer:
    initializer = _normal(fan_in)
    return layers.Conv2D(
        filters, 1, use_bias=False, data_format="channels_last", kernel_initializer=initializer, **kwargs
    )


def _normal(fan_in: int, gain: float = 1.0) -> keras.initializers.Initializer:
    return keras.initializers.RandomNormal(stddev=gain / math.sqrt(fan_in))
