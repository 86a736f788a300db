"""Generators and critics of images `(batch, height, width, channels)`, whatever the image format in keras.json."""

from keras_gan.networks.dcgan import convolutional_critic, upsampling_generator
from keras_gan.networks.layers import (
    FusedBatchNormalization,
    GroupedConv2D,
    ImageRange,
    PhasedConv2D,
    PhasedUpsampleConv2D,
    PooledConv2D,
    ScaledBasis,
    SelfAttention2D,
    SmoothDownsampling2D,
    SmoothUpsampling2D,
    SpectralNorm,
    SpectralSelfAttention2D,
    UpsampleConv2D,
)
from keras_gan.networks.r3gan import r3gan_critic, r3gan_generator
from keras_gan.networks.residual import residual_critic, residual_generator
from keras_gan.networks.transposed import layer_normalised_critic, transposed_generator

__all__ = [
    "FusedBatchNormalization",
    "GroupedConv2D",
    "ImageRange",
    "PhasedConv2D",
    "PhasedUpsampleConv2D",
    "PooledConv2D",
    "ScaledBasis",
    "SelfAttention2D",
    "SmoothDownsampling2D",
    "SmoothUpsampling2D",
    "SpectralNorm",
    "SpectralSelfAttention2D",
    "UpsampleConv2D",
    "convolutional_critic",
    "layer_normalised_critic",
    "r3gan_critic",
    "r3gan_generator",
    "residual_critic",
    "residual_generator",
    "transposed_generator",
    "upsampling_generator",
]
