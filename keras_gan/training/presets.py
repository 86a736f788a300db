"""Presets: configurations to start from."""

import dataclasses

from keras_gan.training.config import ExperimentConfig, Part, RunConfig

HORSES = ExperimentConfig(
    preset="horses",
    run=RunConfig(epochs=12_000, batch_size=512, n_critic=5),
    data=Part("horses"),
    generator=Part("upsampling", {"latent_dim": 100, "filters": (128, 64, 32, 3)}),
    critic=Part("convolutional", {"filters": (32, 64, 128, 128), "strides": (2, 2, 2, 1)}),
    loss=Part("wasserstein"),
    lipschitz=Part("weight_clipping", {"threshold": 0.01}),
    critic_optimizer=Part("rmsprop", {"learning_rate": 5e-5}),
    generator_optimizer=Part("rmsprop", {"learning_rate": 5e-5}),
)

HORSES_GP = dataclasses.replace(
    HORSES,
    preset="horses_gp",
    run=RunConfig(epochs=12_000, batch_size=64, n_critic=5),
    lipschitz=Part("gradient_penalty", {"weight": 10.0}),
    critic_optimizer=Part("adam", {"learning_rate": 1e-4}),
    generator_optimizer=Part("adam", {"learning_rate": 1e-4}),
)

DEMO = dataclasses.replace(
    HORSES_GP,
    preset="demo",
    run=RunConfig(epochs=700, batch_size=32, n_critic=3),
    generator=Part("upsampling", {"latent_dim": 100, "filters": (64, 32, 16, 3)}),
    critic=Part("convolutional", {"filters": (32, 64, 128), "strides": (2, 2, 2)}),
    critic_optimizer=Part("adam", {"learning_rate": 4e-4}),
    generator_optimizer=Part("adam", {"learning_rate": 4e-4}),
)

WGAN_SMALL = ExperimentConfig(
    preset="wgan_small",
    run=RunConfig(epochs=1000, steps_per_epoch="pass", batch_size=64, n_critic=5),
    data=Part("horses"),
    generator=Part("transposed", {"latent_dim": 128, "feature_maps": 64}),
    critic=Part("layer_normalised", {"feature_maps": 64}),
    loss=Part("wasserstein"),
    lipschitz=Part("gradient_penalty", {"weight": 10.0}),
    critic_optimizer=Part("adam", {"learning_rate": 1e-4}),
    generator_optimizer=Part("adam", {"learning_rate": 1e-4}),
)

WGAN_LARGE_GUIDE = dataclasses.replace(
    WGAN_SMALL,
    preset="wgan_large_guide",
    run=RunConfig(epochs=1000, steps_per_epoch="pass", batch_size=32, n_critic=5),
    generator=Part("residual", {"latent_dim": 128, "feature_maps": 96}),
    critic=Part("residual", {"feature_maps": 96}),
    generator_optimizer=Part("adam", {"learning_rate": 1e-5}),
    averaging=Part("momentum", {"momentum": 0.999}),
)

WGAN_LARGE = dataclasses.replace(
    WGAN_LARGE_GUIDE, preset="wgan_large", generator_optimizer=Part("adam", {"learning_rate": 1e-4})
)

PRESETS = {config.preset: config for config in (HORSES, HORSES_GP, DEMO, WGAN_SMALL, WGAN_LARGE, WGAN_LARGE_GUIDE)}
