"""The probe, on critics whose best distance and steepness are known."""

import keras
import numpy as np
import pytest
from helpers import IMAGE_SHAPE, assert_bits_equal, values_of

from keras_gan import WGAN, WeightClipping
from keras_gan.data import image_batches
from keras_gan.models.probe import CriticProbe, probe_critic

PIXELS = int(np.prod(IMAGE_SHAPE))


@pytest.fixture
def linear_gan():
    """A generator that makes grey images whatever the latents, and a critic f(x) = w·x that starts at w = 0.001."""
    latents = keras.Input((5,))
    grey = keras.layers.Dense(PIXELS, kernel_initializer="zeros")(latents)
    generator = keras.Model(latents, keras.layers.Reshape(IMAGE_SHAPE)(grey))
    start = keras.initializers.Constant(0.001)
    critic = keras.Sequential(
        [keras.Input(IMAGE_SHAPE), keras.layers.Flatten(), keras.layers.Dense(1, kernel_initializer=start)]
    )
    gan = WGAN(generator, critic, WeightClipping(0.01), n_critic=2, seed=1)
    gan.compile(keras.optimizers.SGD(1.0), keras.optimizers.SGD(1.0))
    return gan


@pytest.fixture
def bright_images():
    return np.full((16, *IMAGE_SHAPE), 255, np.uint8)


def probe(gan, images, **kwargs):
    return probe_critic(gan, images / 127.5 - 1.0, image_batches(images, 8, gan.n_critic), **kwargs)


def test_linear_critic_goes_to_its_bound(linear_gan, bright_images):
    found = probe(linear_gan, bright_images, updates=5)
    # W = Σw for white images against grey ones: 0.001 each at first, and at most the threshold.
    np.testing.assert_allclose(found.distance, 0.001 * PIXELS, rtol=1e-6)
    np.testing.assert_allclose(found.trained_distance, 0.01 * PIXELS, rtol=1e-6)
    np.testing.assert_allclose(found.gap, 0.9, rtol=1e-6)
    assert found.updates == 6


def test_steepness_is_the_norm_of_a_linear_critic_s_weights(linear_gan, bright_images):
    found = probe(linear_gan, bright_images)
    np.testing.assert_allclose(found.lipschitz_constant, 0.001 * PIXELS**0.5, rtol=1e-6)
    np.testing.assert_allclose(found.mean_norm, 0.001 * PIXELS**0.5, rtol=1e-6)


def test_critic_at_its_optimum_has_no_gap(linear_gan, bright_images):
    probe(linear_gan, bright_images)
    np.testing.assert_allclose(probe(linear_gan, bright_images).gap, 0.0, atol=1e-6)


def test_generator_stands_still(make_gan, images):
    gan = make_gan()
    before = values_of(gan.generator.trainable_variables)
    critic = values_of(gan.critic.trainable_variables)
    probe(gan, images)
    assert_bits_equal(values_of(gan.generator.trainable_variables), before)
    assert not all(np.array_equal(one, other) for one, other in zip(values_of(gan.critic.trainable_variables), critic))


def test_schedules_may_set_the_generator_s_rate(make_gan, images):
    gan = make_gan()
    schedule = keras.optimizers.schedules.ExponentialDecay(1e-3, 10, 0.9)
    gan.compile(keras.optimizers.RMSprop(1e-3), keras.optimizers.RMSprop(schedule))
    before = values_of(gan.generator.trainable_variables)
    probe(gan, images, updates=2)
    assert_bits_equal(values_of(gan.generator.trainable_variables), before)


def test_gap_of_nothing_is_nothing():
    assert CriticProbe(0.0, 0.0, 2, 0.0, 0.0).gap == 0.0


def test_other_images_and_no_updates_are_refused(make_gan, images):
    with pytest.raises(ValueError, match="`updates` must be an integer of at least 1"):
        probe(make_gan(), images, updates=0)
    with pytest.raises(ValueError, match=r"`real` must be images \(4, 4, 3\). Received: \(8, 8, 3\)"):
        probe(make_gan(), np.zeros((16, 8, 8, 3), np.uint8))


def test_what_cannot_be_probed_is_refused_by_name(untrained, images):
    """F51."""
    gan = untrained()
    for name, value in (("updates", None), ("updates", 1.5), ("seed", "0"), ("seed", float("nan"))):
        with pytest.raises(ValueError, match=f"`{name}` must be an integer of at least"):
            probe(gan, images, **{name: value})
    for real in (None, images[0], np.full((4, *IMAGE_SHAPE), np.nan), images.astype("float32")):
        with pytest.raises(ValueError, match="`real` must"):
            probe_critic(gan, real, [])
    with pytest.raises(ValueError, match="`gan` must be a compiled GAN"):
        probe(WGAN(gan.generator, gan.critic), images)


def test_real_images_may_be_bytes(linear_gan, bright_images):
    """The distance is the sum of the pixels, of 1 in the reals and of 0 in the fakes, times 0.001."""
    probed = probe_critic(linear_gan, bright_images, image_batches(bright_images, 8, 2), updates=2)
    assert probed.distance == pytest.approx(0.001 * PIXELS, rel=1e-5)
