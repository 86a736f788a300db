"""Generators and critics."""

from keras_gan.networks.critics import convolutional_critic
from keras_gan.networks.generators import upsampling_generator

__all__ = ["convolutional_critic", "upsampling_generator"]
