"""Residual blocks that double or halve the side of a feature map."""

import keras
from keras import layers

from keras_gan.networks.layers.batch_norm import FusedBatchNormalization
from keras_gan.networks.layers.blocks import layer_normalisation
from keras_gan.networks.layers.pooled_conv import PooledConv2D
from keras_gan.networks.layers.spectral_norm import SpectralNorm
from keras_gan.networks.layers.upsample_conv import UpsampleConv2D
from keras_gan.tensors import Tensor


def residual_up(x: Tensor, filters: int, batch_norm_momentum: float) -> Tensor:
    """Double the side: y = Up(C₁(x)) + C₃(φ(C₃(Up(φ(x))))), where φ is BatchNormalization and ReLU.

    C₁ and C₃ are convolutions with kernels of side 1 and 3, and Up repeats each pixel. C₁ and Up commute, so that the
    shortcut is convolved before it is upsampled.

    Args:
        x: Feature map `(batch, height, width, channels)`.
        filters: Channels of the result.
        batch_norm_momentum: Momentum of the moving statistics of BatchNormalization.

    Returns:
        `(batch, 2 · height, 2 · width, filters)`.

    Reference:
        Gulrajani et al., Improved Training of Wasserstein GANs, arXiv:1704.00028.
    """
    y = normalised_relu(x, batch_norm_momentum)
    y = UpsampleConv2D(filters, 3, kernel_initializer="he_uniform")(y)
    y = plain_convolution(normalised_relu(y, batch_norm_momentum), filters, 3)
    shortcut = plain_convolution(x, filters, 1, "glorot_uniform")
    return layers.Add()([y, layers.UpSampling2D(2, data_format="channels_last")(shortcut)])


def residual_down(x: Tensor, filters: int, is_first: bool = False) -> Tensor:
    """Halve the side: y = Pool(C₁(x)) + Pool(C₃(φ(C₃(φ(x))))), where φ is layer normalisation and ReLU.

    C₁ and C₃ are convolutions in `SpectralNorm`, with kernels of side 1 and 3. Pool is the mean of 2×2 pixels. The
    normalisation is over the whole feature map.

    Args:
        x: Feature map `(batch, height, width, channels)`.
        filters: Channels of the result.
        is_first: Whether x is an image, to which φ is not applied. Defaults to False.

    Returns:
        `(batch, height / 2, width / 2, filters)`.
    """
    y = x if is_first else layer_normalised_relu(x)
    y = layer_normalised_relu(spectral_convolution(y, filters, 3))
    y = SpectralNorm(PooledConv2D(filters, 3, kernel_initializer="he_uniform"))(y)
    shortcut = layers.AveragePooling2D(2, data_format="channels_last")(x)
    return layers.Add()([y, spectral_convolution(shortcut, filters, 1, "glorot_uniform")])


def normalised_relu(x: Tensor, batch_norm_momentum: float) -> Tensor:
    """Apply BatchNormalization, then ReLU."""
    return layers.ReLU()(FusedBatchNormalization(momentum=batch_norm_momentum)(x))


def layer_normalised_relu(x: Tensor) -> Tensor:
    """Apply layer normalisation, then ReLU."""
    return layers.ReLU()(layer_normalisation(x))


def plain_convolution(x: Tensor, filters: int, kernel_size: int, initializer: str = "he_uniform") -> Tensor:
    """Apply a same-padded convolution."""
    return _convolution(filters, kernel_size, initializer)(x)


def spectral_convolution(x: Tensor, filters: int, kernel_size: int, initializer: str = "he_uniform") -> Tensor:
    """Apply a same-padded convolution in `SpectralNorm`."""
    return SpectralNorm(_convolution(filters, kernel_size, initializer))(x)


def _convolution(filters: int, kernel_size: int, initializer: str) -> keras.layers.Layer:
    return layers.Conv2D(
        filters, kernel_size, padding="same", data_format="channels_last", kernel_initializer=initializer
    )
