"""Generators and critics of images `(batch, height, width, channels)`, whatever the image format in keras.json."""

from keras_gan.networks.dcgan import convolutional_critic, upsampling_generator
from keras_gan.networks.layers import (
    FusedBatchNormalization,
    PhasedConv2D,
    PhasedUpsampleConv2D,
    PooledConv2D,
    SelfAttention2D,
    SpectralNorm,
    SpectralSelfAttention2D,
    UpsampleConv2D,
)
from keras_gan.networks.residual import residual_critic, residual_generator
from keras_gan.networks.transposed import layer_normalised_critic, transposed_generator

__all__ = [
    "FusedBatchNormalization",
    "PhasedConv2D",
    "PhasedUpsampleConv2D",
    "PooledConv2D",
    "SelfAttention2D",
    "SpectralNorm",
    "SpectralSelfAttention2D",
    "UpsampleConv2D",
    "convolutional_critic",
    "layer_normalised_critic",
    "residual_critic",
    "residual_generator",
    "transposed_generator",
    "upsampling_generator",
]
