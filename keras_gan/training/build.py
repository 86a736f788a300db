"""The model that a configuration describes."""

import contextlib
from collections.abc import Iterator

import keras

from keras_gan import models, parts
from keras_gan.models.shapes import image_shape
from keras_gan.training.config import ExperimentConfig


def build_model(config: ExperimentConfig, data_shape: tuple[int, ...] | None = None) -> models.GAN:
    """Build and compile the model that a configuration describes, with fresh weights.

    Args:
        config: The configuration.
        data_shape: Height, width and channels of the data's images, for generators that take them. Defaults to None,
            which lets such a generator take its own default.

    Returns:
        The compiled model.

    Raises:
        ValueError: If a part refuses its arguments, or the parts do not fit together.
    """
    with _precision(config.run.mixed_precision):
        generator = config.generator.build(parts.GENERATORS, **_given(config, data_shape))
        critic = config.critic.build(parts.CRITICS, image_shape=image_shape(generator))
    loss, lipschitz = config.loss.build(parts.LOSSES), config.lipschitz.build(parts.LIPSCHITZ)
    averaging = config.averaging.build(parts.AVERAGING)
    gan = models.GAN(generator, critic, loss, lipschitz, config.run.n_critic, config.run.seed, averaging)
    gan.compile(
        critic_optimizer=config.critic_optimizer.build(parts.OPTIMIZERS),
        generator_optimizer=config.generator_optimizer.build(parts.OPTIMIZERS),
        steps_per_execution=config.run.steps_per_execution,
    )
    return gan


def _given(config: ExperimentConfig, data_shape: tuple[int, ...] | None) -> dict[str, tuple[int, ...]]:
    takes_shape = parts.GENERATORS.takes(config.generator.name, "image_shape")
    return {"image_shape": data_shape} if takes_shape and data_shape is not None else {}


@contextlib.contextmanager
def _precision(mixed_precision: str) -> Iterator[None]:
    """Set the precision of layers that are built in this context, but not of later ones, as in feature extractors."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("float32" if mixed_precision == "off" else f"mixed_{mixed_precision}")
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)
