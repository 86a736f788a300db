"""Policies that keep a critic Lipschitz, one per file."""

from keras_gan.models.lipschitz.gradient_penalty import GradientPenalty
from keras_gan.models.lipschitz.policy import LipschitzPolicy
from keras_gan.models.lipschitz.weight_clipping import WeightClipping

__all__ = ["GradientPenalty", "LipschitzPolicy", "WeightClipping"]
