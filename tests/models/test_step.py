"""A training step against closed forms, and what it reports."""

import keras
import numpy as np
import pytest
from linear_gan import BATCH, IMAGE_SHAPE, LEARNING_RATE, check_training, linear_gan, random_images

from keras_gan import GradientPenalty, WeightClipping

COMPILATIONS = {"eager": {"run_eagerly": True}, "graph": {"jit_compile": False}, "xla": {"jit_compile": True}}


@pytest.mark.parametrize("compilation", COMPILATIONS)
@pytest.mark.parametrize("lipschitz", [WeightClipping(0.3), GradientPenalty(10.0)], ids=["clipping", "penalty"])
@pytest.mark.parametrize("n_critic", [1, 3])
def test_step_matches_closed_form(lipschitz, n_critic, compilation):
    check_training(linear_gan(lipschitz, n_critic, COMPILATIONS[compilation]))


def test_step_matches_closed_form_in_float64():
    """F25."""
    keras.config.set_floatx("float64")
    keras.config.set_dtype_policy("float64")
    try:
        gan = linear_gan(GradientPenalty(10.0), 2, {})
        assert {weight.dtype for weight in gan.weights} == {"float64"}
        check_training(gan, epochs=2)
    finally:
        keras.config.set_floatx("float32")
        keras.config.set_dtype_policy("float32")


def test_weight_statistics_and_clip_ratio_match_numpy():
    images = random_images(3)
    gan = linear_gan(WeightClipping(0.3), 3, {})
    history = gan.fit(images, batch_size=len(images), epochs=2, verbose=0).history
    for name, network in (("critic", gan.critic), ("generator", gan.generator)):
        flat = np.concatenate([np.ravel(weight) for weight in network.trainable_weights]).astype("float64")
        np.testing.assert_allclose(history[f"{name}_weight_mean"][-1], flat.mean(), rtol=1e-5, atol=1e-8)
        np.testing.assert_allclose(history[f"{name}_weight_std"][-1], flat.std(), rtol=1e-5)
    flat = np.concatenate([np.ravel(weight) for weight in gan.critic.trainable_weights])
    share = np.mean(np.abs(flat) == np.float32(0.3))
    assert 0 < share < 1
    np.testing.assert_allclose(history["clip_ratio"][-1], share, rtol=1e-6)


def test_learning_rate_is_the_one_applied():
    gan = linear_gan(WeightClipping(0.3), 2, {})
    halving = keras.optimizers.schedules.ExponentialDecay(0.1, decay_steps=1, decay_rate=0.5)
    gan.compile(critic_optimizer=keras.optimizers.RMSprop(halving), generator_optimizer=keras.optimizers.RMSprop(0.2))
    images = np.zeros((2 * BATCH, *IMAGE_SHAPE), "float32")
    history = gan.fit(images, batch_size=len(images), epochs=2, verbose=0).history
    # Two critic updates a step, each of which halves the rate: the second's is reported.
    np.testing.assert_allclose(history["critic_learning_rate"], [0.05, 0.0125], rtol=1e-6)
    np.testing.assert_allclose(history["generator_learning_rate"], [0.2, 0.2], rtol=1e-6)


def test_scaled_loss_changes_neither_norm_nor_weights():
    images = random_images(1)
    results = []
    for factor in (None, 1024.0):
        gan = linear_gan(WeightClipping(0.3), 1, {})
        optimizers = [keras.optimizers.RMSprop(LEARNING_RATE, loss_scale_factor=factor) for _ in range(2)]
        gan.compile(critic_optimizer=optimizers[0], generator_optimizer=optimizers[1])
        history = gan.fit(images, batch_size=BATCH, epochs=1, verbose=0).history
        weights = [np.asarray(weight) for weight in gan.trainable_weights]
        results.append((history["critic_gradient_norm"], history["generator_gradient_norm"], *weights))
    for plain, scaled in zip(*results):
        # A power of two changes no digit.
        np.testing.assert_array_equal(plain, scaled)
