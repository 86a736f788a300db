"""Generators and critics."""

from keras_gan.networks.critics import convolutional_critic
from keras_gan.networks.generators import upsampling_generator
from keras_gan.networks.upsample_conv import UpsampleConv2D

__all__ = ["UpsampleConv2D", "convolutional_critic", "upsampling_generator"]
