"""Generators: functions that return a `keras.Model` from latents to images in [−1, 1]."""

import keras
from keras import layers

from keras_gan.networks.blocks import (
    convolution,
    full_precision,
    normal_initializer,
    normalised_activation,
    phased_convolution,
    upsampled_convolution,
    upsampled_phases,
)

#: Side of the feature map that latents are projected to.
BASE_SIZE = 4


def upsampling_generator(
    latent_dim: int = 100,
    filters: tuple[int, ...] = (128, 64, 32, 3),
    kernel_size: int = 5,
    batch_norm_momentum: float = 0.8,
) -> keras.Model:
    """Build a generator of nearest-neighbour upsamplings and convolutions.

    Latents are projected to a 4×4 map of `filters[0]` channels. Every convolution but the last follows a ×2
    upsampling, so that n filters make images of side 4·2ⁿ⁻¹. BatchNormalization and LeakyReLU(0.2) stand between
    layers, tanh at the end. The largest feature map is kept as its four phases, `(batch, height / 2, 2 · width, …)`, of
    which the last convolution makes an image.

    Args:
        latent_dim: Length of a latent. Defaults to 100.
        filters: Filters of the convolutions; the last is the number of the image's channels.
            Defaults to (128, 64, 32, 3), for 32×32 colour images.
        kernel_size: Side of the convolutions' kernels. Defaults to 5.
        batch_norm_momentum: Momentum of the moving statistics. Defaults to 0.8.

    Returns:
        A model from `(batch, latent_dim)` to `(batch, height, width, channels)`.

    Raises:
        ValueError: If there are no filters.
    """
    if not filters:
        raise ValueError("`filters` must have at least one element, the image's channels. Received: none")
    latents = keras.Input((latent_dim,), name="latents")
    x = layers.Dense(BASE_SIZE * BASE_SIZE * filters[0], kernel_initializer=normal_initializer())(latents)
    x = normalised_activation(x, batch_norm_momentum)
    x = layers.Reshape((BASE_SIZE, BASE_SIZE, filters[0]))(x)
    *hidden, channels = filters
    for count in hidden[:-1]:
        x = normalised_activation(upsampled_convolution(x, count, kernel_size), batch_norm_momentum)
    if hidden:
        x = normalised_activation(upsampled_phases(x, hidden[-1], kernel_size), batch_norm_momentum)
        x = phased_convolution(x, channels, kernel_size)
    else:
        x = convolution(x, channels, kernel_size)
    images = layers.Activation("tanh", dtype=full_precision(), name="images")(x)
    return keras.Model(latents, images, name="generator")
