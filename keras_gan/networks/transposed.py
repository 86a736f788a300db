"""The small networks of the WGAN-GP tuning guide: transposed convolutions, and a critic with layer normalisation."""

import keras
from keras import layers

from keras_gan.checks import Count, DecayRate, check_count, check_number
from keras_gan.networks.layers.blocks import (
    activation,
    convolution,
    full_precision,
    layer_normalisation,
    normal_initializer,
)
from keras_gan.networks.layers.residual import normalised_relu
from keras_gan.networks.stages import base_size, stage_count, stage_widths
from keras_gan.tensors import Tensor

#: Side of all kernels.
KERNEL_SIZE = 4


def transposed_generator(
    image_shape: tuple[int, int, int] = (64, 64, 3),
    latent_dim: Count = 128,
    feature_maps: Count = 64,
    batch_norm_momentum: DecayRate = 0.9,
) -> keras.Model:
    """Build a generator of transposed convolutions with kernels of side 4 and stride 2.

    Latents are projected to the smallest feature map, whose shorter side is 4 to 7. Each transposed convolution doubles
    the side and halves the width. BatchNormalization and ReLU follow every layer except the last, which tanh follows.

    Args:
        image_shape: Height, width and channels of the images. Sides are multiples of the largest power
            of two that is at most a quarter of the shorter side. Defaults to (64, 64, 3).
        latent_dim: Length of a latent. Defaults to 128.
        feature_maps: Width of the last feature map; those before are up to 8 times as wide. Defaults to 64.
        batch_norm_momentum: Momentum of the moving statistics of BatchNormalization. Defaults to 0.9.

    Returns:
        A model from `(batch, latent_dim)` to `(batch, height, width, channels)`.

    Raises:
        ValueError: If the sides do not fit, or a value is no number of the range of its argument.

    Reference:
        Radford et al., Unsupervised Representation Learning with Deep Convolutional Generative Adversarial Networks,
        arXiv:1511.06434.
    """
    check_count(latent_dim, "latent_dim")
    check_count(feature_maps, "feature_maps")
    check_number(batch_norm_momentum, "batch_norm_momentum", DecayRate)
    height, width = base_size(image_shape)
    *others, widest = stage_widths(stage_count(image_shape), feature_maps)
    latents = keras.Input((latent_dim,), name="latents")
    x = layers.Dense(height * width * widest, use_bias=False, kernel_initializer=normal_initializer())(latents)
    x = normalised_relu(layers.Reshape((height, width, widest))(x), batch_norm_momentum)
    for filters in reversed(others):
        x = normalised_relu(_doubled(x, filters, use_bias=False), batch_norm_momentum)
    x = _doubled(x, image_shape[-1], use_bias=True)
    images = layers.Activation("tanh", dtype=full_precision(), name="images")(x)
    return keras.Model(latents, images, name="generator")


def layer_normalised_critic(image_shape: tuple[int, int, int] = (64, 64, 3), feature_maps: Count = 64) -> keras.Model:
    """Build a critic of convolutions with kernels of side 4 and stride 2.

    Each convolution halves the side and doubles the width. LeakyReLU(0.2) follows each, after layer normalisation over
    the whole feature map except in the first.

    Args:
        image_shape: Height, width and channels of the images, as `transposed_generator` takes them. Defaults to
            (64, 64, 3).
        feature_maps: Width of the first feature map; later ones are up to 8 times as wide. Defaults to 64.

    Returns:
        A model from `(batch, height, width, channels)` to scores `(batch, 1)`.

    Raises:
        ValueError: If the sides do not fit, or `feature_maps` is no integer of at least 1.
    """
    check_count(feature_maps, "feature_maps")
    first, *others = stage_widths(stage_count(image_shape), feature_maps)
    images = keras.Input(image_shape, name="images")
    x = activation(convolution(images, first, KERNEL_SIZE, 2))
    for filters in others:
        x = convolution(x, filters, KERNEL_SIZE, 2)
        x = activation(layer_normalisation(x))
    x = layers.Flatten()(x)
    scores = layers.Dense(1, kernel_initializer=normal_initializer(), dtype=full_precision(), name="scores")(x)
    return keras.Model(images, scores, name="critic")


def _doubled(x: Tensor, filters: int, use_bias: bool) -> Tensor:
    layer = layers.Conv2DTranspose(
        filters,
        KERNEL_SIZE,
        2,
        "same",
        data_format="channels_last",
        use_bias=use_bias,
        kernel_initializer=normal_initializer(),
    )
    return layer(x)
