import json
import re

import keras
import numpy as np
import pytest
from augmented_images import AUGMENTATIONS, augmented_gan, check_resumption, train
from helpers import small_generator

import keras_gan as kg
from keras_gan.augmentation import Augmentation
from keras_gan.models.tracker import TRAINING_KEYS


class Scaled(Augmentation):
    """Multiply images by a number."""

    draws = 1

    def __init__(self, factor, augments_fakes):
        self.factor = factor
        self.augments_fakes = augments_fakes

    def transform(self, images, numbers):
        return self.factor * images


@pytest.fixture(scope="module")
def images():
    return np.random.default_rng(2).uniform(-1, 1, (32, 4, 4, 3)).astype("float32")


def linear_critic():
    return keras.Sequential(
        [keras.Input((4, 4, 3)), keras.layers.Flatten(), keras.layers.Dense(1, use_bias=False)], name="critic"
    )


def first_step(augmentation, images, loss=None):
    """Return the values of a step with a linear critic that does not learn, and its weights."""
    keras.utils.set_random_seed(1)
    loss = kg.losses.Wasserstein() if loss is None else loss
    gan = kg.GAN(small_generator(), linear_critic(), loss, kg.GradientPenalty(), seed=5, augmentation=augmentation)
    gan.compile(keras.optimizers.SGD(0.0), keras.optimizers.SGD(0.0), run_eagerly=True)
    values = gan.train_on_batch(images, return_dict=True)
    return {key: float(value) for key, value in values.items()}, np.array(gan.critic.weights[0])


@pytest.mark.parametrize(("augments_fakes", "of_fakes"), [(True, 3.0), (False, 1.0)])
def test_who_is_augmented(images, augments_fakes, of_fakes):
    plain, weights = first_step(None, images)
    # It draws nothing that another augmentation does not draw, so that the latents are those of the next lines.
    one, _ = first_step(Scaled(1.0, augments_fakes), images)
    found, _ = first_step(Scaled(3.0, augments_fakes), images)
    np.testing.assert_allclose(found["d_loss_real"], 3 * plain["d_loss_real"], rtol=1e-5)
    np.testing.assert_allclose(found["d_loss_fake"], of_fakes * one["d_loss_fake"], rtol=1e-5)
    np.testing.assert_allclose(found["g_loss"], of_fakes * one["g_loss"], rtol=1e-5)
    # The penalty is with respect to images before the augmentation of all, and after that of reals alone.
    norm = of_fakes * np.linalg.norm(weights)
    np.testing.assert_allclose(found["gradient_penalty"], (norm - 1) ** 2, rtol=1e-4)


@pytest.mark.parametrize("augments_fakes", [True, False])
def test_generator_that_is_compared_with_reals_gets_them_augmented(images, augments_fakes):
    results = [
        first_step(Scaled(factor, augments_fakes), images, kg.losses.RelativisticAverage())[0]["g_loss"]
        for factor in (1.0, 3.0)
    ]
    assert abs(results[0] - results[1]) > 1e-3


def test_a_saved_model_goes_on_as_if_it_had_never_been_saved(images, tmp_path):
    # The one with a state of its own.
    check_resumption(AUGMENTATIONS["ada"](), images, tmp_path / "gan.keras")


def test_strength_is_reported_where_it_changes(images):
    gan = augmented_gan(kg.AdaptiveAugmentation(target=1.0, length=64, interval=1, initial=1.0))
    history = train(gan, images)
    # Two steps an epoch, of two critic updates on 8 images: each value is the mean over the epoch's steps.
    assert history["augmentation_strength"] == [0.625, 0.125, 0.0]
    assert float(gan.augmentation.strength()) == 0.0
    assert set(history) == {*TRAINING_KEYS, "augmentation_strength", "steps", "kimg"}
    assert augmented_gan(kg.DiffAugment()).tracker.keys == TRAINING_KEYS


def test_evaluation_leaves_the_strength(images):
    gan = augmented_gan(kg.AdaptiveAugmentation(length=64, interval=1, initial=0.5))
    before = [np.array(variable) for variable in gan.augmentation_state]
    values = gan.evaluate(images, verbose=0)
    assert gan.evaluate(images, verbose=0) == values
    np.testing.assert_array_equal([np.array(variable) for variable in gan.augmentation_state], before)


def test_bfloat16_stays_finite(images):
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        gan = augmented_gan(AUGMENTATIONS["ada"](), 1, run_eagerly=True)
    finally:
        keras.config.set_dtype_policy("float32")
    history = train(gan, images[:8], epochs=1)
    assert all(np.isfinite(values).all() for values in history.values())


def test_errors_come_before_training():
    for augmentation, message in [
        ("ada", "`augmentation` must be an Augmentation or None. Received: 'ada'"),
        (kg.DiffAugment, "`augmentation` must be an Augmentation or None."),
    ]:
        with pytest.raises(ValueError, match=re.escape(message)):
            augmented_gan(augmentation)
    generator = keras.Sequential([keras.Input((2,)), keras.layers.Dense(80), keras.layers.Reshape((4, 4, 5))])
    critic = keras.Sequential([keras.Input((4, 4, 5)), keras.layers.Flatten(), keras.layers.Dense(1)])
    message = "`augmentation` must be None for images that are neither grey nor in colour"
    with pytest.raises(ValueError, match=message):
        kg.WGAN(generator, critic, augmentation=kg.DiffAugment())


def test_config_has_the_augmentation():
    gan = augmented_gan(kg.DiffAugment("cutout"))
    config = json.loads(json.dumps(gan.get_config()))
    assert kg.WGAN.from_config(config).augmentation.policy == "cutout"
    # A model that was saved before there were augmentations.
    del config["augmentation"]
    assert kg.WGAN.from_config(config).augmentation is None
