import numpy as np
import pytest
import scipy.linalg
from hypothesis import given, settings
from hypothesis import strategies as st
from peers import needs_tf_gan

from keras_gan.metrics import (
    FeatureStatistics,
    bootstrap_frechet_distances,
    bootstrap_interval,
    feature_statistics,
    fid_infinity,
    frechet_distance,
    tf_gan,
)
from keras_gan.metrics.frechet import extrapolate_frechet_distance, extrapolation_sizes


def gaussian(mean, covariance):
    return FeatureStatistics(1000, np.asarray(mean, float), np.asarray(covariance, float))


def orthogonal(size, seed):
    return np.linalg.qr(np.random.default_rng(seed).normal(size=(size, size)))[0]


def correlated(count, size, seed):
    random = np.random.default_rng(seed)
    return random.normal(size=(count, size)) @ random.normal(size=(size, size)) + random.normal(size=size)


@settings(max_examples=30)
@given(st.integers(1, 40), st.integers(0, 10**6))
def test_gaussians_with_common_axes_have_a_closed_form(size, seed):
    random = np.random.default_rng(seed)
    axes = orthogonal(size, seed)
    # Some directions have no spread at all.
    first, second = (random.exponential(size=size) * (random.random(size) < 0.8) for _ in range(2))
    shift = random.normal(size=size)
    distance = frechet_distance(
        gaussian(np.zeros(size), axes * first @ axes.T), gaussian(shift, axes * second @ axes.T)
    )
    expected = np.square(shift).sum() + np.square(np.sqrt(first) - np.sqrt(second)).sum()
    np.testing.assert_allclose(distance, expected, rtol=1e-6)


def test_gaussians_with_other_axes_against_a_matrix_square_root():
    first, second = (gaussian(np.zeros(20), np.cov(correlated(100, 20, seed), rowvar=False)) for seed in (1, 2))
    root = scipy.linalg.sqrtm(first.covariance @ second.covariance).real
    expected = np.trace(first.covariance + second.covariance - 2 * root)
    np.testing.assert_allclose(frechet_distance(first, second), expected, rtol=1e-9)


def test_small_distances_keep_their_digits():
    axes, variances = orthogonal(30, 0), np.geomspace(1e-12, 1, 30)
    one, other = (gaussian(np.zeros(30), axes * variances * scale @ axes.T) for scale in (1.0, 1.0001))
    expected = variances.sum() * (1 - np.sqrt(1.0001)) ** 2
    # Of a sum of 1.6, float64 keeps 1e-16, which is a millionth of the result.
    np.testing.assert_allclose(frechet_distance(one, other), expected, rtol=1e-5)


@needs_tf_gan
@pytest.mark.parametrize(("count", "size"), [(200, 10), (12, 12), (8, 30)], ids=["many", "as many", "fewer"])
def test_agrees_with_tf_gan(count, size):
    real, generated = correlated(count, size, 3), correlated(count + 3, size, 4)
    expected = tf_gan.load("eval").frechet_classifier_distance_from_activations(real, generated)
    distance = frechet_distance(feature_statistics(real), feature_statistics(generated))
    np.testing.assert_allclose(distance, expected, rtol=1e-4)


@settings(max_examples=30)
@given(st.integers(2, 30), st.integers(2, 30), st.integers(1, 20), st.integers(0, 10**6), st.floats(1e-3, 1e3))
def test_is_a_distance_also_between_singular_covariances(count, other_count, size, seed, scale):
    first = feature_statistics(scale * correlated(count, size, seed))
    second = feature_statistics(scale * correlated(other_count, size, seed + 1))
    size_of_values = np.trace(first.covariance + second.covariance)
    distance = frechet_distance(first, second)
    assert isinstance(distance, float)
    assert distance >= 0
    np.testing.assert_allclose(frechet_distance(second, first), distance, rtol=1e-9, atol=1e-12 * size_of_values)
    assert frechet_distance(first, first) <= 1e-12 * size_of_values


@pytest.mark.parametrize("value", [0.0, 5.0])
def test_features_without_any_spread(value):
    flat = feature_statistics(np.full((10, 3), value))
    assert frechet_distance(flat, flat) == 0
    spread = feature_statistics(correlated(10, 3, 0))
    expected = np.square(spread.mean - value).sum() + np.trace(spread.covariance)
    np.testing.assert_allclose(frechet_distance(flat, spread), expected, rtol=1e-12)


def test_features_of_another_number():
    with pytest.raises(ValueError, match="Received: 3 and 2 features"):
        frechet_distance(gaussian(np.zeros(3), np.eye(3)), gaussian(np.zeros(2), np.eye(2)))


def test_extrapolation_takes_the_bias_out():
    # The reference is exact, so that the true distance is that of the shift alone.
    reference = gaussian(np.zeros(16), np.eye(16))
    random = np.random.default_rng(0)
    shift = np.full(16, 0.1)
    plain, extrapolated = [], []
    for seed in range(20):
        features = shift + random.normal(size=(500, 16))
        plain.append(frechet_distance(feature_statistics(features), reference))
        extrapolated.append(fid_infinity(features, reference, seed))
    truth, error = 0.16, np.std(extrapolated) / np.sqrt(20)
    assert np.mean(plain) > truth + 0.1
    # Three standard errors, and a term of the second order, (16 / 500)².
    assert abs(np.mean(extrapolated) - truth) < 3 * error + 0.01


def test_extrapolation_of_a_line_is_where_it_meets_zero():
    sizes = np.array([100, 300, 700])
    np.testing.assert_allclose(extrapolate_frechet_distance(sizes, 3 + 50 / sizes), 3, rtol=1e-12)


def test_interval_holds_the_distance_of_another_set_as_often_as_it_says():
    reference = gaussian(np.zeros(6), np.eye(6))
    random = np.random.default_rng(0)

    def features():
        return 0.2 + random.normal(size=(200, 6))

    expected = np.mean([frechet_distance(feature_statistics(features()), reference) for _ in range(400)])
    inside = 0
    for seed in range(60):
        drawn = features()
        distance = frechet_distance(feature_statistics(drawn), reference)
        low, high = bootstrap_interval(distance, list(bootstrap_frechet_distances(drawn, reference, 60, seed)), 0.9)
        assert low <= distance <= high
        inside += low <= expected <= high
    # 54 of 60 expected, with a standard deviation of 2.3; quantiles of 60 draws are a little narrow.
    assert 46 <= inside <= 60


def test_interval_is_about_the_distance_and_not_below_zero():
    # Quartiles 1.5 and 4 of replicates whose mean is 3.
    assert bootstrap_interval(10.0, [1.0, 2.0, 6.0], level=0.5) == pytest.approx((8.5, 11.0))
    assert bootstrap_interval(0.1, [1.0, 2.0, 3.0])[0] == 0


def test_subsets_are_from_a_tenth_of_the_samples_to_all():
    sizes = extrapolation_sizes(1000)
    assert (len(sizes), sizes[0], sizes[-1]) == (15, 100, 1000)
    assert np.ptp(np.diff(sizes)) <= 1


def test_draws_are_a_function_of_the_seed():
    features, reference = correlated(60, 4, 0), feature_statistics(correlated(60, 4, 1))
    one, same, other = (fid_infinity(features, reference, seed) for seed in (1, 1, 2))
    assert one == same != other
    one, same, other = (next(bootstrap_frechet_distances(features, reference, 1, seed)) for seed in (1, 1, 2))
    assert one == same != other


def test_rounding_takes_no_distance_below_zero():
    # Before the clip, these come to −1.5e-11.
    statistics = feature_statistics(100 * np.random.default_rng(5).normal(size=(30, 5)))
    assert frechet_distance(statistics, statistics) == 0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: bootstrap_interval(1.0, [1.0]), "at least 2"),
        (lambda: bootstrap_interval(1.0, [1.0, 2.0], level=1.0), r"`level` must be in \(0, 1\)"),
        (lambda: fid_infinity(np.zeros((19, 2)), gaussian([0, 0], np.eye(2))), "at least 20 samples"),
    ],
)
def test_bad_arguments(call, message):
    with pytest.raises(ValueError, match=message):
        call()
