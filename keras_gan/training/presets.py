"""Presets: configurations to begin from, as data."""

import dataclasses

from keras_gan.training.config import ExperimentConfig

HORSES = ExperimentConfig()

HORSES_GP = dataclasses.replace(
    HORSES,
    preset="horses_gp",
    batch_size=64,
    clip_threshold=None,
    gradient_penalty=10.0,
    optimizer="adam",
    critic_learning_rate=1e-4,
    generator_learning_rate=1e-4,
)

DEMO = dataclasses.replace(
    HORSES_GP,
    preset="demo",
    epochs=700,
    batch_size=32,
    n_critic=3,
    critic_learning_rate=4e-4,
    generator_learning_rate=4e-4,
    generator_filters=(64, 32, 16, 3),
    critic_filters=(32, 64, 128),
    critic_strides=(2, 2, 2),
)

PRESETS = {config.preset: config for config in (HORSES, HORSES_GP, DEMO)}
