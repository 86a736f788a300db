"""Generators and critics."""

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
