import numpy as np
import pytest

from keras_gan.metrics import feature_diversity, feature_statistics, pixel_variance

RANDOM = np.random.default_rng(0)
IMAGES = RANDOM.uniform(-1, 1, (30, 4, 5, 3))


def test_pixel_variance_is_over_the_samples():
    np.testing.assert_allclose(pixel_variance(IMAGES), IMAGES.var(axis=0).mean(), rtol=1e-12)
    assert pixel_variance(np.repeat(IMAGES[:1], 9, axis=0)) < 1e-30


def test_pixel_variance_of_extremes_and_of_static():
    np.testing.assert_allclose(pixel_variance(np.stack([np.ones((2, 2, 1)), -np.ones((2, 2, 1))])), 1.0)
    static = RANDOM.uniform(-1, 1, (4000, 4, 4, 3))
    np.testing.assert_allclose(pixel_variance(static), 1 / 3, rtol=0.01)


def test_values_a_rounding_beyond_the_range_are_taken():
    assert pixel_variance(IMAGES * 1.003) > pixel_variance(IMAGES)


@pytest.mark.parametrize(
    ("images", "message"),
    [
        (IMAGES[0], r"shape \(images, height, width, channels\)"),
        (IMAGES[:0], r"Received: \(0, 4, 5, 3\)"),
        (IMAGES * 1.01, r"must be in \[−1, 1\]"),
        (np.where(IMAGES > 0.9, np.nan, IMAGES), r"values in \[nan"),
    ],
)
def test_images_without_a_variance(images, message):
    with pytest.raises(ValueError, match=message):
        pixel_variance(images)


def test_feature_diversity_is_the_ratio_of_mean_squared_distances():
    real, generated = RANDOM.normal(size=(40, 6)), 0.5 * RANDOM.normal(size=(30, 6)) + 9

    def mean_squared_distance(rows):
        squares = np.square(rows[:, None] - rows[None]).sum(-1)
        return squares.sum() / (len(rows) * (len(rows) - 1))

    expected = mean_squared_distance(generated) / mean_squared_distance(real)
    diversity = feature_diversity(feature_statistics(generated), feature_statistics(real))
    np.testing.assert_allclose(diversity, expected, rtol=1e-10)
    collapsed = feature_statistics(np.ones((9, 6)))
    assert feature_diversity(collapsed, feature_statistics(real)) == 0


def test_feature_diversity_needs_a_spread_to_compare_with():
    spread = feature_statistics(RANDOM.normal(size=(9, 2)))
    for value in (0.0, 1.0, 0.1):
        flat = feature_statistics(np.full((7, 2), value))
        with pytest.raises(ValueError, match="`real` must have a spread"):
            feature_diversity(spread, flat)
    with pytest.raises(ValueError, match="Received: 2 and 3 features"):
        feature_diversity(spread, feature_statistics(RANDOM.normal(size=(9, 3))))
