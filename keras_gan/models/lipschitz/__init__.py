"""Policies that keep a critic Lipschitz, one per file."""

from keras_gan.models.lipschitz.combined import Combined
from keras_gan.models.lipschitz.consistency import Consistency
from keras_gan.models.lipschitz.dragan import DRAGAN
from keras_gan.models.lipschitz.gradient_penalty import GradientPenalty
from keras_gan.models.lipschitz.lipschitz_penalty import LipschitzPenalty
from keras_gan.models.lipschitz.norm_clipping import NormClipping
from keras_gan.models.lipschitz.policy import LipschitzPolicy
from keras_gan.models.lipschitz.r1 import R1
from keras_gan.models.lipschitz.r2 import R2
from keras_gan.models.lipschitz.spectral import SpectralNormalization
from keras_gan.models.lipschitz.weight_clipping import WeightClipping

__all__ = [
    "DRAGAN",
    "R1",
    "R2",
    "Combined",
    "Consistency",
    "GradientPenalty",
    "LipschitzPenalty",
    "LipschitzPolicy",
    "NormClipping",
    "SpectralNormalization",
    "WeightClipping",
]
