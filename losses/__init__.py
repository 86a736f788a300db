"""Loss functions and their classes."""

from keras_gan.losses.adversarial import Wasserstein, wasserstein_discriminator_loss, wasserstein_generator_loss
from keras_gan.losses.gradient_penalty import gradient_penalty

__all__ = [
    "Wasserstein",
    "gradient_penalty",
    "wasserstein_discriminator_loss",
    "wasserstein_generator_loss",
]
