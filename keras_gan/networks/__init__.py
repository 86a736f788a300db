"""Generators and critics."""

from keras_gan.networks.critics import convolutional_critic
from keras_gan.networks.generators import upsampling_generator
from keras_gan.networks.upsample_conv import PhasedConv2D, PhasedUpsampleConv2D, UpsampleConv2D

__all__ = ["PhasedConv2D", "PhasedUpsampleConv2D", "UpsampleConv2D", "convolutional_critic", "upsampling_generator"]
