"""Generators and critics of images `(batch, height, width, channels)`, whatever the image format in keras.json."""

from keras_gan.networks.dcgan import convolutional_critic, upsampling_generator
from keras_gan.networks.layers import FusedBatchNormalization, PhasedConv2D, PhasedUpsampleConv2D, UpsampleConv2D

__all__ = [
    "FusedBatchNormalization",
    "PhasedConv2D",
    "PhasedUpsampleConv2D",
    "UpsampleConv2D",
    "convolutional_critic",
    "upsampling_generator",
]
