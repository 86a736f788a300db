import numpy as np
import pytest
from keras import ops
from scipy.stats import wasserstein_distance

from keras_gan.losses import Wasserstein, wasserstein_discriminator_loss, wasserstein_generator_loss


@pytest.fixture
def scores():
    rng = np.random.default_rng(0)
    return rng.normal(size=(6, 1)).astype("float32"), rng.normal(size=(6, 1)).astype("float32")


def test_per_sample_values(scores):
    real, fake = scores
    real_loss, fake_loss = wasserstein_discriminator_loss(real, fake)
    # Negation and squeezing are exact.
    np.testing.assert_array_equal(real_loss, -real[:, 0])
    np.testing.assert_array_equal(fake_loss, fake[:, 0])
    np.testing.assert_array_equal(wasserstein_generator_loss(fake), -fake[:, 0])


def test_patch_scores_are_averaged_per_image():
    patches = np.arange(2 * 3 * 3, dtype="float32").reshape(2, 3, 3, 1)
    np.testing.assert_allclose(wasserstein_generator_loss(patches), [-4.0, -13.0], rtol=1e-7)


def test_optimal_critic_measures_the_distance_of_point_masses():
    # f(x) = x is optimal between two point masses on a line, and 1-Lipschitz.
    real, fake = np.full((4, 1), 2.5, "float32"), np.full((4, 1), -1.0, "float32")
    real_loss, fake_loss = Wasserstein().discriminator_terms(real, fake)
    expected = wasserstein_distance([2.5], [-1.0])
    np.testing.assert_allclose(-(real_loss + fake_loss), expected, rtol=1e-7)


def test_class_reduces_to_means(scores):
    real, fake = scores
    real_loss, fake_loss = Wasserstein().discriminator_terms(real, fake)
    # Float32 means of six values.
    np.testing.assert_allclose(real_loss, -real.astype("float64").mean(), rtol=1e-5)
    np.testing.assert_allclose(fake_loss, fake.astype("float64").mean(), rtol=1e-5)
    np.testing.assert_allclose(Wasserstein().generator(fake), -fake.astype("float64").mean(), rtol=1e-5)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_low_precision_scores_are_averaged_in_float32(dtype):
    # 2048 ones and one two: in bfloat16 and float16 sums the two would be lost.
    scores = ops.cast(np.array([[1.0]] * 2048 + [[2.0]]), dtype)
    loss = Wasserstein().generator(scores)
    assert loss.dtype == "float32"
    np.testing.assert_allclose(loss, -2050 / 2049, rtol=1e-6)


def test_double_precision_is_kept():
    assert wasserstein_generator_loss(np.ones((2, 1))).dtype == "float64"
