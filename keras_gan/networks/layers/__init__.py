"""Layers that networks are made of."""

from keras_gan.networks.layers.batch_norm import FusedBatchNormalization
from keras_gan.networks.layers.pooled_conv import PooledConv2D
from keras_gan.networks.layers.self_attention import SelfAttention2D, SpectralSelfAttention2D
from keras_gan.networks.layers.spectral_norm import SpectralNorm
from keras_gan.networks.layers.upsample_conv import PhasedConv2D, PhasedUpsampleConv2D, UpsampleConv2D

__all__ = [
    "FusedBatchNormalization",
    "PhasedConv2D",
    "PhasedUpsampleConv2D",
    "PooledConv2D",
    "SelfAttention2D",
    "SpectralNorm",
    "SpectralSelfAttention2D",
    "UpsampleConv2D",
]
