"""Layers that networks are made of."""

from keras_gan.networks.layers.batch_norm import FusedBatchNormalization
from keras_gan.networks.layers.grouped_conv import GroupedConv2D
from keras_gan.networks.layers.image_range import ImageRange
from keras_gan.networks.layers.pooled_conv import PooledConv2D
from keras_gan.networks.layers.resampling import SmoothDownsampling2D, SmoothUpsampling2D
from keras_gan.networks.layers.scaled_basis import ScaledBasis
from keras_gan.networks.layers.self_attention import SelfAttention2D, SpectralSelfAttention2D
from keras_gan.networks.layers.spectral_norm import SpectralNorm
from keras_gan.networks.layers.upsample_conv import PhasedConv2D, PhasedUpsampleConv2D, UpsampleConv2D

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
]
