import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keras_gan.analysis.run.curves import height, late, reversals, smoothed, wasserstein_distance


@pytest.mark.parametrize("window", [1, 4, 5, 50])
def test_smoothing_is_the_mean_of_a_window(window):
    values = np.random.default_rng(0).normal(size=20)
    first = [max(0, index - (window - 1) // 2) for index in range(20)]
    expected = [values[start : index + window // 2 + 1].mean() for index, start in enumerate(first)]
    # Sums of a running total lose some of the last digits.
    np.testing.assert_allclose(smoothed(values, window), expected, rtol=0, atol=1e-12)


def test_late_is_the_last_third():
    np.testing.assert_array_equal(late(np.arange(9)), [6, 7, 8])


def test_height_ignores_signs_and_single_peaks():
    values = np.full(1000, -3.0)
    values[500] = 1000.0
    assert height(values) == pytest.approx(3.0)


@given(st.integers(1, 20), st.floats(0.1, 100), st.integers(2, 50))
def test_zigzag_turns_at_each_of_its_corners(corners, size, steps):
    line = np.linspace(0, size, steps)
    zigzag = np.concatenate([line if index % 2 == 0 else line[::-1] for index in range(corners + 1)])
    assert reversals(zigzag, 0.99 * size) == corners
    assert reversals(zigzag, 1.01 * size) == 0


@pytest.mark.parametrize("values", [[1.0], [1.0, 1.0], [5.0, 4.0, 3.0], [0.0, 1.0, 0.9, 2.0]])
def test_curves_that_do_not_turn(values):
    assert reversals(np.array(values), 0.5) == 0


def test_first_fall_is_no_turn():
    assert reversals(np.array([3.0, 0.0, 3.0]), 1.0) == 1


def test_distance_is_that_which_was_logged():
    history = {"d_loss": np.array([1.0]), "wasserstein_distance": np.array([7.0])}
    assert wasserstein_distance(history) == [7.0]
    assert wasserstein_distance({"d_loss": np.array([1.0])}) == [-1.0]
