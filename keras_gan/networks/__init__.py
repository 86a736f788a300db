"""Generators and critics."""

from keras_gan.networks.dcgan import convolutional_critic, upsampling_generator
from keras_gan.networks.layers.upsample_conv import PhasedConv2D, PhasedUpsampleConv2D, UpsampleConv2D

__all__ = ["PhasedConv2D", "PhasedUpsampleConv2D", "UpsampleConv2D", "convolutional_critic", "upsampling_generator"]
