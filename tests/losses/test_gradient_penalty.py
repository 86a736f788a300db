import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from keras import ops

from keras_gan.losses import gradient_penalty, r1_penalty, r2_penalty

GRADIENTS = arrays(np.float32, (3, 2, 2, 1), elements=st.floats(-100, 100, width=32))


@given(GRADIENTS, st.floats(0, 3), st.booleans())
def test_matches_numpy_in_double_precision(gradients, target, one_sided):
    norms = np.sqrt((gradients.astype("float64") ** 2).sum(axis=(1, 2, 3)) + 1e-12)
    excess = np.maximum(norms - target, 0) if one_sided else norms - target
    # Squares of differences of float32 norms of up to 200: 1e-7 of the norm, times the excess.
    np.testing.assert_allclose(gradient_penalty(gradients, target, one_sided), excess**2, rtol=1e-4, atol=1e-4)


def test_linear_critic_costs_its_distance_from_one():
    weights = np.array([[0.6, 0.8, 2.4]] * 2, "float32")  # norm 2.6
    np.testing.assert_allclose(gradient_penalty(weights), [2.56, 2.56], rtol=1e-6)


def test_target_is_checked():
    with pytest.raises(ValueError, match="`target` must be a number of at least 0"):
        gradient_penalty(np.ones((2, 3)), target=-1.0)


def test_one_sided_spares_small_norms():
    gradients = np.array([[0.5, 0.0], [3.0, 4.0]], "float32")
    np.testing.assert_allclose(gradient_penalty(gradients, one_sided=True), [0.0, 16.0], rtol=1e-6)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32"])
def test_value_and_dtype_at_zero_gradients(dtype):
    penalty = gradient_penalty(ops.zeros((2, 3), dtype))
    assert keras.backend.standardize_dtype(penalty.dtype) == "float32"
    # The epsilon makes the norm 1e-6 instead of 0.
    np.testing.assert_allclose(penalty, [1.0, 1.0], rtol=1e-5)


def test_large_half_precision_gradients_do_not_overflow():
    gradients = ops.full((1, 4), 1e4, "float16")
    np.testing.assert_allclose(gradient_penalty(gradients), [(2e4 - 1) ** 2], rtol=1e-6)


@given(GRADIENTS)
def test_zero_centred_penalties_are_half_the_square(gradients):
    expected = 0.5 * (gradients.astype("float64") ** 2).sum(axis=(1, 2, 3))
    # A float32 sum of four, whose squares may underflow.
    np.testing.assert_allclose(r1_penalty(gradients), expected, rtol=1e-6, atol=1e-37)
    np.testing.assert_array_equal(r2_penalty(gradients), r1_penalty(gradients))
