"""GANs, and the Lipschitz constraints on their critics."""

from keras_gan.models.gan import GAN
from keras_gan.models.interpolation import interpolate
from keras_gan.models.lipschitz import (
    DRAGAN,
    R1,
    R2,
    Combined,
    Consistency,
    GradientPenalty,
    LipschitzPenalty,
    LipschitzPolicy,
    NormClipping,
    SpectralNormalization,
    WeightClipping,
)
from keras_gan.models.memory import OutOfMemoryError
from keras_gan.models.moving_averages import AveragingPolicy, ExponentialAveraging, MomentumAveraging
from keras_gan.models.saving import convert_model, load_generator, load_model
from keras_gan.models.step_schedule import StepSchedule
from keras_gan.models.tracker import TrainingTracker
from keras_gan.models.wgan import WGAN

__all__ = [
    "DRAGAN",
    "GAN",
    "R1",
    "R2",
    "WGAN",
    "AveragingPolicy",
    "Combined",
    "Consistency",
    "ExponentialAveraging",
    "GradientPenalty",
    "LipschitzPenalty",
    "LipschitzPolicy",
    "MomentumAveraging",
    "NormClipping",
    "OutOfMemoryError",
    "SpectralNormalization",
    "StepSchedule",
    "TrainingTracker",
    "WeightClipping",
    "convert_model",
    "interpolate",
    "load_generator",
    "load_model",
]
