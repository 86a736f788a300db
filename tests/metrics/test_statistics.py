import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keras_gan.metrics import FeatureStatistics, RunningCovariance, feature_statistics
from keras_gan.metrics.statistics import RunningVariance

ROWS = np.random.default_rng(0).normal(size=(50, 4)) * [1, 10, 0.1, 3] + [0, 1e3, 1e-3, -5]

# Float64 arithmetic in another order.
RTOL = 1e-12


@settings(max_examples=30)
@given(st.lists(st.integers(1, 49), max_size=6))
def test_batches_of_any_size_give_what_all_rows_give(cuts):
    covariance, variance = RunningCovariance(), RunningVariance()
    for batch in np.split(ROWS, sorted(set(cuts))):
        covariance.update(batch)
        variance.update(batch)
    result = covariance.result()
    assert result.count == 50
    np.testing.assert_allclose(result.mean, ROWS.mean(0), rtol=RTOL)
    np.testing.assert_allclose(result.covariance, np.cov(ROWS, rowvar=False), rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(variance.result(), ROWS.var(0), rtol=1e-9)


def test_digits_survive_a_mean_far_from_zero():
    shifted = feature_statistics(ROWS + 1e6)
    # A mean of 1e6 leaves 1e-10 of each value; the mean of squares minus the squared mean would keep 1e-4 of this.
    np.testing.assert_allclose(shifted.covariance, np.cov(ROWS, rowvar=False), rtol=1e-6, atol=1e-8)


def test_statistics_are_float64_of_float32_features():
    statistics = feature_statistics(ROWS.astype("float32"))
    assert statistics.mean.dtype == statistics.covariance.dtype == np.float64
    expected = np.cov(ROWS.astype("float32").astype("float64"), rowvar=False)
    np.testing.assert_allclose(statistics.covariance, expected, rtol=1e-9, atol=1e-12)


def test_empty_batches_change_nothing_and_others_must_fit():
    running = RunningCovariance()
    for batch in (ROWS[:0], ROWS[:20], ROWS[:0], ROWS[20:]):
        running.update(batch)
    np.testing.assert_allclose(running.result().covariance, np.cov(ROWS, rowvar=False), rtol=1e-9, atol=1e-12)
    with pytest.raises(ValueError, match=r"shape \(rows, 4\). Received: \(5, 1\)"):
        running.update(np.zeros((5, 1)))
    with pytest.raises(ValueError, match="at least two rows. Received: 0"):
        RunningCovariance().result()


@pytest.mark.parametrize(
    ("features", "message"),
    [
        (ROWS[0], r"shape \(samples, features\) with at least 2 samples. Received: shape \(4,\)"),
        (ROWS[:1], "at least 2 samples"),
        (np.where(np.arange(50)[:, None] < 3, np.nan, ROWS), "NaN or infinite values in 3 of 50 rows"),
    ],
)
def test_features_that_have_no_statistics(features, message):
    with pytest.raises(ValueError, match=message):
        feature_statistics(features)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"count": 1}, "`count` must be at least 2"),
        ({"mean": np.zeros(3)}, r"Received: \(3,\) and \(2, 2\)"),
        ({"covariance": np.full((2, 2), np.nan)}, "must be finite"),
    ],
)
def test_statistics_that_do_not_belong_together(change, message):
    with pytest.raises(ValueError, match=message):
        FeatureStatistics(**{"count": 5, "mean": np.zeros(2), "covariance": np.eye(2), **change})
