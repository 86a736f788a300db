"""The model that a configuration describes."""

import contextlib

import keras

from keras_gan import models, networks
from keras_gan.training.config import ExperimentConfig


def build_model(config: ExperimentConfig) -> models.WGAN:
    """Build and compile the model that a configuration describes, with fresh weights."""
    with _precision(config):
        generator = networks.upsampling_generator(
            config.latent_dim, config.generator_filters, config.generator_kernel_size, config.batch_norm_momentum
        )
        critic = networks.convolutional_critic(
            generator.output_shape[1:], config.critic_filters, config.critic_strides, config.critic_kernel_size
        )
    gan = models.WGAN(generator, critic, _lipschitz(config), config.n_critic, config.seed)
    gan.compile(
        critic_optimizer=_optimizer(config, config.critic_learning_rate),
        generator_optimizer=_optimizer(config, config.generator_learning_rate),
        steps_per_execution=config.steps_per_execution,
    )
    return gan


@contextlib.contextmanager
def _precision(config):
    """Build layers in a configuration's precision, but not what is built later, such as feature extractors."""
    before = keras.config.dtype_policy()
    is_mixed = config.mixed_precision != "off"
    keras.config.set_dtype_policy(f"mixed_{config.mixed_precision}" if is_mixed else "float32")
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)


def _lipschitz(config):
    if config.clip_threshold is not None:
        return models.WeightClipping(config.clip_threshold)
    if config.gradient_penalty is not None:
        return models.GradientPenalty(config.gradient_penalty)
    return None


def _optimizer(config, learning_rate):
    if config.optimizer == "adam":
        return keras.optimizers.Adam(learning_rate, beta_1=config.beta_1, beta_2=config.beta_2)
    return keras.optimizers.RMSprop(learning_rate, rho=config.beta_2)
