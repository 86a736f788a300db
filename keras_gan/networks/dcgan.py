"""Convolutional networks after DCGAN, arXiv:1511.06434."""

import keras
from keras import layers

from keras_gan.checks import Count, DecayRate, check_count, check_counts, check_number, require
from keras_gan.networks.layers.batch_norm import FusedBatchNormalization
from keras_gan.networks.layers.blocks import (
    activation,
    convolution,
    full_precision,
    normal_initializer,
    normalised_activation,
    phased_convolution,
    upsampled_convolution,
    upsampled_phases,
)
from keras_gan.networks.layers.upsample_conv import PhasedConv2D, PhasedUpsampleConv2D, UpsampleConv2D

#: Name of the critic's last layer.
SCORES = "scores"

#: Side of the feature map that latents are projected to.
BASE_SIZE = 4


def upsampling_generator(
    latent_dim: Count = 100,
    filters: tuple[Count, ...] = (128, 64, 32, 3),
    kernel_size: Count = 5,
    batch_norm_momentum: DecayRate = 0.8,
) -> keras.Model:
    """Build a generator of nearest-neighbour upsamplings and convolutions.

    Latents are projected to a 4×4 map of `filters[0]` channels. Every convolution except the last is applied to a map
    that was upsampled ×2, so that n filters give images of side 4·2ⁿ⁻¹. BatchNormalization and LeakyReLU(0.2) follow
    every layer except the last, which tanh follows. The largest feature map is stored as its four phases,
    `(batch, height / 2, 2 · width, …)`; the last convolution turns them into an image.

    Args:
        latent_dim: Length of a latent. Defaults to 100.
        filters: Number of filters of each convolution; the last is the number of channels of the images.
            Defaults to (128, 64, 32, 3), for 32×32 colour images.
        kernel_size: Side of the convolutions' kernels. Defaults to 5.
        batch_norm_momentum: Momentum of the moving statistics of BatchNormalization. Defaults to 0.8.

    Returns:
        A model from `(batch, latent_dim)` to `(batch, height, width, channels)`.

    Raises:
        ValueError: If `filters` is empty, or a value is no number of the range of its argument.
    """
    check_count(latent_dim, "latent_dim")
    check_counts(filters, "filters")
    check_count(kernel_size, "kernel_size")
    check_number(batch_norm_momentum, "batch_norm_momentum", DecayRate)
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


def convolutional_critic(
    image_shape: tuple[int, int, int] = (32, 32, 3),
    filters: tuple[Count, ...] = (32, 64, 128, 128),
    strides: tuple[Count, ...] = (2, 2, 2, 1),
    kernel_size: Count = 5,
) -> keras.Model:
    """Build a critic of strided convolutions with LeakyReLU(0.2) and no normalisation.

    Args:
        image_shape: Height, width and channels of the images. Defaults to (32, 32, 3).
        filters: Number of filters of each convolution. Defaults to (32, 64, 128, 128).
        strides: Stride of each convolution. Defaults to (2, 2, 2, 1).
        kernel_size: Side of the convolutions' kernels. Defaults to 5.

    Returns:
        A model from `(batch, height, width, channels)` to scores `(batch, 1)`.

    Raises:
        ValueError: If `filters` and `strides` differ in length, or a value is no integer of at least 1.
    """
    for name, sizes in (("image_shape", image_shape), ("filters", filters), ("strides", strides)):
        check_counts(sizes, name)
    require(len(image_shape) == 3, "image_shape", "height, width and channels", image_shape)
    check_count(kernel_size, "kernel_size")
    if len(filters) != len(strides):
        raise ValueError(f"`filters` and `strides` must be of one length. Received: {filters} and {strides}")
    images = keras.Input(image_shape, name="images")
    x = images
    for count, stride in zip(filters, strides):
        x = activation(convolution(x, count, kernel_size, stride))
    x = layers.Flatten(data_format="channels_last")(x)
    scores = layers.Dense(1, kernel_initializer=normal_initializer(), dtype=full_precision(), name=SCORES)(x)
    return keras.Model(images, scores, name="critic")


def generator_filters(network: keras.Model) -> tuple[int, ...] | None:
    """Return the `filters` that `upsampling_generator` built a network with; None if it is another network.

    Args:
        network: A built model.
    """
    filters = _filters(network)
    normalised = [FusedBatchNormalization, layers.LeakyReLU]
    kinds = [layers.InputLayer, layers.Dense, *normalised, layers.Reshape]
    kinds += [UpsampleConv2D, *normalised] * (len(filters) - 2)
    kinds += [PhasedUpsampleConv2D, *normalised, PhasedConv2D] if len(filters) > 1 else [layers.Conv2D]
    return filters if _kinds(network) == [*kinds, layers.Activation] else None


def critic_filters(network: keras.Model) -> tuple[int, ...] | None:
    """Return the `filters` that `convolutional_critic` built a network with; None if it is another network.

    Args:
        network: A built model.
    """
    filters = _filters(network)
    kinds = [layers.InputLayer, *[layers.Conv2D, layers.LeakyReLU] * len(filters), layers.Flatten, layers.Dense]
    is_ours = _kinds(network) == kinds and network.layers[-1].name == SCORES
    return filters if is_ours else None


def _filters(network: keras.Model) -> tuple[int, ...]:
    return tuple(layer.filters for layer in network.layers if isinstance(layer, layers.Conv2D))


def _kinds(network: keras.Model) -> list[type]:
    return [type(layer) for layer in network.layers]
