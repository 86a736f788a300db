"""Trainable models and the constraints on their critics."""

from keras_gan.models.gan import GAN, WGAN
from keras_gan.models.lipschitz import GradientPenalty, LipschitzPolicy, WeightClipping

__all__ = ["GAN", "WGAN", "GradientPenalty", "LipschitzPolicy", "WeightClipping"]
