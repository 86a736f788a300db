"""Building blocks of generators and critics."""

import keras
from keras import layers

from keras_gan.networks.layers.batch_norm import FusedBatchNormalization
from keras_gan.networks.layers.upsample_conv import PhasedConv2D, PhasedUpsampleConv2D, UpsampleConv2D
from keras_gan.tensors import Tensor

#: Standard deviation of DCGAN's normal initialisation, arXiv:1511.06434.
INITIAL_STD = 0.02

#: Slope of DCGAN's LeakyReLU for negative inputs, arXiv:1511.06434.
NEGATIVE_SLOPE = 0.2


def normal_initializer() -> keras.initializers.Initializer:
    """Return a new N(0, 0.02²) initializer.

    Each layer needs its own: layers that share an instance get the same numbers.
    """
    return keras.initializers.RandomNormal(stddev=INITIAL_STD)


def convolution(x: Tensor, filters: int, kernel_size: int, strides: int = 1) -> Tensor:
    """Apply a same-padded convolution with normal initialisation."""
    initializer = normal_initializer()
    convolve = layers.Conv2D(
        filters, kernel_size, strides, "same", data_format="channels_last", kernel_initializer=initializer
    )
    return convolve(x)


def upsampled_convolution(x: Tensor, filters: int, kernel_size: int) -> Tensor:
    """Apply a nearest-neighbour ×2 upsampling and a same-padded convolution with normal initialisation."""
    return UpsampleConv2D(filters, kernel_size, kernel_initializer=normal_initializer())(x)


def upsampled_phases(x: Tensor, filters: int, kernel_size: int) -> Tensor:
    """Apply `upsampled_convolution`, and leave the output as the four phases of an image."""
    return PhasedUpsampleConv2D(filters, kernel_size, kernel_initializer=normal_initializer())(x)


def phased_convolution(x: Tensor, filters: int, kernel_size: int) -> Tensor:
    """Apply a same-padded convolution with normal initialisation to the phases of an image, and return an image."""
    return PhasedConv2D(filters, kernel_size, kernel_initializer=normal_initializer())(x)


def activation(x: Tensor) -> Tensor:
    """Apply LeakyReLU with slope 0.2."""
    return layers.LeakyReLU(negative_slope=NEGATIVE_SLOPE)(x)


def normalised_activation(x: Tensor, momentum: float) -> Tensor:
    """Apply BatchNormalization, then LeakyReLU."""
    return activation(FusedBatchNormalization(momentum=momentum)(x))


def layer_normalisation(x: Tensor) -> Tensor:
    """Normalise each sample over its whole feature map, with a gain and an offset for each channel.

    `keras.layers.LayerNormalization` normalises each pixel alone. With a gradient penalty, the gradients of such a
    critic grow until nothing is learned: `benchmarks/normalisations.py` shows it.

    Reference:
        Ba et al., Layer Normalization, arXiv:1607.06450, as in Gulrajani et al., arXiv:1704.00028.
    """
    return layers.GroupNormalization(groups=1, axis=-1, epsilon=1e-5)(x)


def full_precision() -> str:
    """Return the dtype of a network's last layer.

    It is the dtype of the weights, under mixed precision too.
    """
    return keras.config.dtype_policy().variable_dtype
