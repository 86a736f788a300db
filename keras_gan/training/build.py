"""The model that a configuration describes."""

import contextlib
from collections.abc import Iterator
from typing import Any

import keras

from keras_gan import models, parts
from keras_gan.models.bounds import bounded_weights
from keras_gan.models.shapes import image_shape
from keras_gan.networks.layers.batch_norm import local_statistics
from keras_gan.training.config import ExperimentConfig, Part


def build_model(config: ExperimentConfig, set_shape: tuple[int, ...] | None = None) -> models.GAN:
    """Build and compile the model that a configuration describes, with fresh weights.

    Args:
        config: The configuration.
        set_shape: Shape of the set of images, `(count, height, width, channels)`, for generators that take the images'
            shape and for schedules of epochs that are passes. Defaults to None: a generator takes its own default.

    Returns:
        The compiled model.

    Raises:
        ValueError: If a part refuses its arguments, the parts do not fit together, or a network has more than 2²⁹
            weights.
    """
    with _precision(config.run.mixed_precision), local_statistics(not config.run.sync_batch_norm):
        with bounded_weights("`generator`"):
            generator = config.generator.build(parts.GENERATORS, **_given(config, set_shape))
        with bounded_weights("`critic`"):
            critic = config.critic.build(parts.CRITICS, image_shape=image_shape(generator))
    gan = models.GAN(
        generator,
        critic,
        config.loss.build(parts.LOSSES),
        seed=config.run.seed,
        averaging=config.averaging.build(parts.AVERAGING),
        **policies(config),
    )
    gan.compile(
        critic_optimizer=build_optimizer(config, "critic_optimizer", set_shape),
        generator_optimizer=build_optimizer(config, "generator_optimizer", set_shape),
        steps_per_execution=config.run.steps_per_execution,
    )
    return gan


def policies(config: ExperimentConfig) -> dict[str, Any]:
    """Return the arguments of a GAN that may change while a run goes on.

    Args:
        config: The configuration.

    Raises:
        ValueError: If a part refuses its arguments.
    """
    return {
        "lipschitz": config.lipschitz.build(parts.LIPSCHITZ),
        "augmentation": config.augmentation.build(parts.AUGMENTATIONS),
        "n_critic": config.run.n_critic,
    }


def _given(config: ExperimentConfig, set_shape: tuple[int, ...] | None) -> dict[str, tuple[int, ...]]:
    takes_shape = parts.GENERATORS.takes(config.generator.name, "image_shape")
    return {"image_shape": set_shape[1:]} if takes_shape and set_shape is not None else {}


def _steps(config: ExperimentConfig, set_shape: tuple[int, ...] | None) -> int:
    """Return the number of steps of the run."""
    run = config.run
    if set_shape is None and run.steps_per_epoch == "pass":
        raise ValueError("`set_shape` must be given for a schedule of epochs that are passes. Received: None")
    return run.epochs * run.epoch_steps(0 if set_shape is None else set_shape[0])


def build_optimizer(
    config: ExperimentConfig, role: str, set_shape: tuple[int, ...] | None = None
) -> keras.optimizers.Optimizer:
    """Build an optimizer, with its schedule in steps of the run.

    Args:
        config: The configuration.
        role: "critic_optimizer" or "generator_optimizer".
        set_shape: Shape of the set of images, as in `build_model`. Defaults to None.

    Raises:
        ValueError: If a part refuses its arguments, or a schedule finds no learning rate to change or no length.
    """
    part: Part = getattr(config, role)
    optimizer = part.build(parts.OPTIMIZERS)
    if config.schedule.name == "constant":
        return optimizer
    if "learning_rate" not in part.arguments:
        raise ValueError(
            f"`schedule` must be constant with the `{role}` {part.name!r}, which takes no `learning_rate`. "
            f"Received: {config.schedule.name!r}"
        )
    updates = config.run.n_critic if role == "critic_optimizer" else 1
    optimizer.learning_rate = config.schedule.build(
        parts.SCHEDULES, learning_rate=part.arguments["learning_rate"], updates=updates, steps=_steps(config, set_shape)
    )
    return optimizer


def set_learning_rates(model: models.GAN, config: ExperimentConfig, set_shape: tuple[int, ...] | None = None) -> None:
    """Set the learning rates of a model that was saved, perhaps under other rates, to those of a configuration.

    Args:
        model: The compiled model.
        config: The configuration.
        set_shape: Shape of the set of images, as in `build_model`. Defaults to None.

    Raises:
        ValueError: If a part refuses its arguments.
    """
    for role in ("critic_optimizer", "generator_optimizer"):
        optimizer = getattr(model, role)
        optimizer = getattr(optimizer, "inner_optimizer", optimizer)  # A LossScaleOptimizer has one.
        rate = build_optimizer(config, role, set_shape).get_config()["learning_rate"]
        if isinstance(rate, dict):
            schedule = keras.saving.deserialize_keras_object(rate)
            updates, steps = int(optimizer.iterations), model.steps_taken
            if updates != steps * schedule.updates:
                # `n_critic` has changed: the schedule goes on from the step where the model stands.
                schedule.first_update, schedule.first_step = updates, steps
            optimizer.learning_rate = schedule
        elif isinstance(optimizer.get_config()["learning_rate"], dict):
            # Keras refuses a number in place of a schedule.
            optimizer.learning_rate = models.StepSchedule(rate)
        else:
            optimizer.learning_rate = rate


@contextlib.contextmanager
def _precision(mixed_precision: str) -> Iterator[None]:
    """Set the precision of layers that are built in this context, but not of later ones, as in feature extractors."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("float32" if mixed_precision == "off" else f"mixed_{mixed_precision}")
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)
