"""Valid calls of GANs and of the constraints on their critics."""

import functools

import keras
import numpy as np
from helpers import small_critic, small_generator
from hostile import values
from hostile.sweep import Case, Right, given
from hostile.values import count, existing_path, features, flag, forbidden, images, index, number, optional, thing

from keras_gan import augmentation, losses, models

SHAPE = (4, 4, 3)

FINITE = Right("latents may have any sign", lambda answer, usual: np.isfinite(answer).all())
CONSTANT = Right("a rate of 3 is one", lambda answer, usual: answer["schedule"] == 3)


def pixels(number=8):
    return np.random.default_rng(0).integers(0, 256, (number, *SHAPE), dtype=np.uint8)


def latents(shape, number=3):
    return np.random.default_rng(1).normal(size=(number, *shape))


@functools.cache
def generator():
    return small_generator()


@functools.cache
def critic():
    return small_critic()


@functools.cache
def gan():
    keras.utils.set_random_seed(0)
    made = models.WGAN(generator(), critic(), n_critic=1, seed=0)
    made.compile(keras.optimizers.SGD(0.0), keras.optimizers.SGD(0.0), run_eagerly=True)
    return made


def step_of_fit(**arguments):
    return sorted(gan().fit(**{"verbose": 0, **arguments}).history)


def model(valid):
    return {**thing(valid), "unbuilt": keras.Sequential([keras.layers.Dense(1)])}


NETWORKS = {"generator": given(lambda: generator(), model), "critic": given(lambda: critic(), model)}
GAN = {
    **NETWORKS,
    "lipschitz": given(lambda: models.WeightClipping(), optional(thing)),
    "n_critic": given(1, count),
    "seed": given(0, optional(index)),
    "augmentation": given(lambda: augmentation.DiffAugment(), optional(thing)),
    "averaging": given(lambda: models.MomentumAveraging(), optional(thing)),
}


def verbosity(valid):
    return {**flag(valid), "number": 3}


def built(model):
    return [model.n_critic, model.seed]


def optimizer():
    return keras.optimizers.SGD(0.0)


def config_of(policy, **arguments):
    return policy(**arguments).get_config()


#: Arguments of all penalties.
PENALTY = {"weight": given(10.0, number), "every": given(1, count)}

CASES = [
    Case(
        "keras_gan.models.GAN",
        lambda **arguments: built(models.GAN(**arguments)),
        {**GAN, "loss": given(lambda: losses.Wasserstein(), thing)},
    ),
    Case("keras_gan.models.WGAN", lambda **arguments: built(models.WGAN(**arguments)), GAN),
    Case(
        "keras_gan.models.GAN.compile",
        lambda **arguments: gan().compile(**arguments, run_eagerly=True),
        {"critic_optimizer": given(optimizer, thing), "generator_optimizer": given(optimizer, thing)},
    ),
    Case(
        "keras_gan.models.GAN.generate",
        lambda **arguments: gan().generate(**arguments),
        {
            "n": given(3, count),
            "seed": given(0, optional(index)),
            "batch_size": given(2, count),
            "averaged": given(True, flag),
            "latents": given(None, forbidden),
            "truncation": given(1.0, optional(number)),
        },
    ),
    Case(
        "keras_gan.models.GAN.generate of latents",
        lambda **arguments: gan().generate(**arguments),
        {
            "n": given(None, forbidden),
            "seed": given(None, forbidden),
            "batch_size": given(2, count),
            "averaged": given(True, flag),
            "latents": given(lambda: latents(gan().latent_shape), optional(features), negative=FINITE),
            "truncation": given(None, forbidden),
        },
    ),
    Case(
        "keras_gan.models.GAN.batches",
        lambda **arguments: gan().batches(**arguments).step(0),
        {
            "images": given(pixels, images, "images"),
            "batch_size": given(2, count),
            "chosen": given(lambda: np.arange(4), optional(values.thing)),
        },
    ),
    Case(
        "keras_gan.models.GAN.fit",
        step_of_fit,
        {
            "x": given(pixels, images),
            "y": given(None, values.forbidden),
            "batch_size": given(8, optional(count)),
            "epochs": given(1, count, zero=Right("no epoch is trained", lambda answer, usual: answer == [])),
            "verbose": given(0, verbosity),
            "callbacks": given([], values.callbacks),
            "initial_step": given(0, index),
        },
    ),
    Case(
        "keras_gan.models.GAN.evaluate",
        lambda **arguments: gan().evaluate(**{"verbose": 0, **arguments}),
        {
            "x": given(pixels, images),
            "y": given(None, values.forbidden),
            "batch_size": given(8, optional(count)),
            "verbose": given(0, verbosity),
            "sample_weight": given(None, values.forbidden),
            "steps": given(1, optional(count)),
            "callbacks": given([], values.callbacks),
            "return_dict": given(True, flag),
        },
    ),
    Case(
        "keras_gan.models.GAN.train_on_batch",
        lambda **arguments: sorted(gan().train_on_batch(**{"return_dict": True, **arguments})),
        {
            "x": given(pixels, images),
            "y": given(None, values.forbidden),
            "sample_weight": given(None, values.forbidden),
            "class_weight": given(None, values.forbidden),
            "return_dict": given(True, flag),
        },
    ),
    Case(
        "keras_gan.models.GAN.test_on_batch",
        lambda **arguments: sorted(gan().test_on_batch(**{"return_dict": True, **arguments})),
        {
            "x": given(pixels, images),
            "y": given(None, values.forbidden),
            "sample_weight": given(None, values.forbidden),
            "return_dict": given(True, flag),
        },
    ),
    Case(
        "keras_gan.models.GAN.export",
        lambda **arguments: gan().export(**arguments),
        {"filepath": given("exported", values.path), "format": given("tf_saved_model", values.choice, "format=")},
    ),
    Case(
        "keras_gan.models.WeightClipping",
        lambda threshold: models.WeightClipping(threshold).get_config(),
        {"threshold": given(0.01, number)},
    ),
    Case(
        "keras_gan.models.GradientPenalty",
        lambda **arguments: models.GradientPenalty(**arguments).get_config(),
        {**PENALTY, "target": given(1.0, number), "one_sided": given(False, flag)},
    ),
    Case(
        "keras_gan.models.DRAGAN",
        lambda **arguments: models.DRAGAN(**arguments).get_config(),
        {**PENALTY, "spread": given(0.5, number)},
    ),
    *(
        Case(f"keras_gan.models.{policy.__name__}", functools.partial(config_of, policy), PENALTY)
        for policy in (models.LipschitzPenalty, models.R1, models.R2, models.Consistency)
    ),
    Case(
        "keras_gan.models.NormClipping",
        functools.partial(config_of, models.NormClipping),
        {"norm": given(1.0, number)},
    ),
    Case(
        "keras_gan.models.Combined",
        lambda policies: models.Combined(policies).get_config(),
        {"policies": given(lambda: [models.R1()], thing)},
    ),
    Case(
        "keras_gan.models.TrainingTracker",
        lambda **arguments: models.TrainingTracker(**arguments).get_config(),
        {
            "window": given(3, count),
            "name": given("training", values.text),
            "dtype": given("float32", values.choice),
            "further_keys": given(("new",), values.taken_names(*models.tracker.TRAINING_KEYS)),
        },
    ),
    Case(
        "keras_gan.models.TrainingTracker.update_state",
        lambda values: models.TrainingTracker().update_state(values),
        {"values": given(lambda: dict.fromkeys(models.tracker.STEP_KEYS, 1.0), values.mapping)},
    ),
    Case("keras_gan.models.load_model", models.load_model, {"path": given("gan.keras", existing_path)}),
    Case(
        "keras_gan.models.load_generator",
        models.load_generator,
        {"path": given("gan.keras", existing_path), "averaged": given(True, flag)},
    ),
    Case(
        "keras_gan.models.convert_model",
        models.convert_model,
        {"source": given("gan.keras", existing_path), "target": given("other.keras", optional(values.path))},
    ),
    Case(
        "keras_gan.models.interpolate",
        models.interpolate,
        {
            "latents": given(lambda: latents((3,)), features, negative=FINITE),
            "steps": given(2, count),
            "closed": given(False, flag),
        },
    ),
    Case(
        "keras_gan.models.StepSchedule",
        lambda **arguments: models.StepSchedule(**arguments).get_config(),
        {
            "schedule": given(0.1, number),
            "updates": given(2, count),
            "warm_up_steps": given(3, index),
            "first_update": given(2, index),
            "first_step": given(1, index),
        },
    ),
    Case(
        "keras_gan.models.StepSchedule of a schedule",
        lambda **arguments: models.StepSchedule(**arguments).get_config(),
        {
            "schedule": given(lambda: keras.optimizers.schedules.CosineDecay(0.1, 10), thing, number=CONSTANT),
            "updates": given(2, count),
            "warm_up_steps": given(3, index),
            "first_update": given(2, index),
            "first_step": given(1, index),
        },
    ),
    Case(
        "keras_gan.models.ExponentialAveraging",
        lambda **arguments: models.ExponentialAveraging(**arguments).get_config(),
        {"half_life": given(100.0, number), "ramp_up": given(0.05, number)},
    ),
    Case(
        "keras_gan.models.MomentumAveraging",
        lambda **arguments: models.MomentumAveraging(**arguments).get_config(),
        {"momentum": given(0.999, values.decay)},
    ),
]
