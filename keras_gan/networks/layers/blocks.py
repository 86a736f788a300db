"""Pieces that generators and critics are made of."""

import keras
from keras import layers

from keras_gan.networks.layers.batch_norm import FusedBatchNormalization
from keras_gan.networks.layers.upsample_conv import PhasedConv2D, PhasedUpsampleConv2D, UpsampleConv2D
from keras_gan.tensors import Tensor

#: Standard deviation of the normal initialisation of DCGAN, arXiv:1511.06434.
INITIAL_STD = 0.02

#: Slope of LeakyReLU for negative inputs, of DCGAN likewise.
NEGATIVE_SLOPE = 0.2


def normal_initializer() -> keras.initializers.Initializer:
    """Return a fresh N(0, 0.02²) initializer, one a layer: an instance shared by layers repeats its numbers."""
    return keras.initializers.RandomNormal(stddev=INITIAL_STD)


def convolution(x: Tensor, filters: int, kernel_size: int, strides: int = 1) -> Tensor:
    """Apply a same-padded convolution with normal initialisation."""
    initializer = normal_initializer()
    return layers.Conv2D(filters, kernel_size, strides, "same", kernel_initializer=initializer)(x)


def upsampled_convolution(x: Tensor, filters: int, kernel_size: int) -> Tensor:
    """Apply a nearest-neighbour ×2 upsampling and a same-padded convolution with normal initialisation."""
    return UpsampleConv2D(filters, kernel_size, kernel_initializer=normal_initializer())(x)


def upsampled_phases(x: Tensor, filters: int, kernel_size: int) -> Tensor:
    """Apply the same, and leave the four phases of the image apart."""
    return PhasedUpsampleConv2D(filters, kernel_size, kernel_initializer=normal_initializer())(x)


def phased_convolution(x: Tensor, filters: int, kernel_size: int) -> Tensor:
    """Apply a same-padded convolution with normal initialisation to an image's phases; return an image."""
    return PhasedConv2D(filters, kernel_size, kernel_initializer=normal_initializer())(x)


def activation(x: Tensor) -> Tensor:
    """Apply LeakyReLU with slope 0.2."""
    return layers.LeakyReLU(negative_slope=NEGATIVE_SLOPE)(x)


def normalised_activation(x: Tensor, momentum: float) -> Tensor:
    """Apply BatchNormalization, then LeakyReLU."""
    return activation(FusedBatchNormalization(momentum=momentum)(x))


def full_precision() -> str:
    """Return the dtype of a network's last layer: that of its weights, also under mixed precision."""
    return keras.config.dtype_policy().variable_dtype
