"""Divergences, the evidence lower bound, distillation."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from loss_cases import value_and_gradient
from scipy import special

from keras_gan import losses

LOGITS = arrays(np.float64, (2, 4), elements=st.floats(-20, 20))


@given(LOGITS, LOGITS)
def test_divergence_is_positive_and_zero_between_equals(p, q):
    np.testing.assert_array_equal(losses.kl_divergence(p, p, from_logits=True), [0.0, 0.0])
    assert np.all(np.asarray(losses.kl_divergence(p, q, from_logits=True)) >= -1e-12)
    probabilities = special.softmax(p, axis=1)
    np.testing.assert_array_equal(losses.kl_divergence(probabilities, probabilities), [0.0, 0.0])
    expected = special.rel_entr(probabilities, special.softmax(q, axis=1)).sum(1)
    np.testing.assert_allclose(losses.kl_divergence(p, q, from_logits=True), expected, rtol=1e-6, atol=1e-10)


def test_impossible_events():
    # 0·log 0 is 0; what Q holds impossible costs the logarithm of the smallest float, not infinity.
    p, q = np.array([[1.0, 0.0]], "float32"), np.array([[0.0, 1.0]], "float32")
    np.testing.assert_array_equal(losses.kl_divergence(p, p), [0.0])
    value, gradient = value_and_gradient(lambda x: losses.kl_divergence(p, x), q)
    np.testing.assert_allclose(value, [-np.log(np.finfo("float32").tiny)], rtol=1e-6)
    assert np.all(np.isfinite(gradient))


def test_log_probabilities_are_logits():
    with np.errstate(divide="ignore"):
        impossible = np.log(np.eye(3))
    np.testing.assert_allclose(losses.kl_divergence(impossible, np.zeros((3, 3)), from_logits=True), np.log(3))


def test_small_probabilities_are_not_clipped():
    # Keras clips at 1e-7.
    p, q = np.array([[0.5, 0.5]]), np.array([[1e-12, 1.0]])
    expected = 0.5 * np.log(0.5 / 1e-12) + 0.5 * np.log(0.5)
    np.testing.assert_allclose(losses.kl_divergence(p, q), [expected], rtol=1e-12)


def test_gaussian_divergence_near_the_prior_keeps_its_digits():
    # σ² = 1 + 1e-4: the divergence is 2.5e-9, of which ½(σ² − 1 − log σ²) in float32 has no digit.
    log_variance = np.full((1, 1), 1e-4, "float32")
    double = log_variance.astype("float64")
    exact = 0.5 * (np.expm1(double) - double)
    np.testing.assert_allclose(losses.gaussian_kl(np.zeros_like(log_variance), log_variance), exact[:, 0], rtol=1e-2)
    np.testing.assert_array_equal(losses.gaussian_kl(np.zeros((2, 3)), np.zeros((2, 3))), [0.0, 0.0])


def test_evidence_lower_bound_is_its_two_halves():
    rng = np.random.default_rng(0)
    images, logits = rng.random((3, 4, 4, 1)), rng.normal(size=(3, 4, 4, 1))
    posterior = rng.normal(size=(3, 2, 5))
    mean, log_variance = posterior[:, 0], posterior[:, 1]
    expected = 16 * np.asarray(losses.binary_crossentropy(images, logits))
    expected = expected + 2.5 * np.asarray(losses.GaussianKL(reduction=None, dtype="float64")(None, posterior))
    np.testing.assert_allclose(losses.vae_elbo(images, logits, mean, log_variance, beta=2.5), expected, rtol=1e-12)
    loss = losses.VaeElbo(beta=2.5, dtype="float64")
    np.testing.assert_allclose(loss(images, (logits, mean, log_variance)), expected.mean(), rtol=1e-12)
    weighted = losses.VaeElbo(beta=2.5, reduction="sum", dtype="float64")
    for i, row in enumerate(np.eye(3)):
        np.testing.assert_allclose(weighted(images, (logits, mean, log_variance), row), expected[i], rtol=1e-12)
    copy = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(loss))
    assert copy.get_config() == loss.get_config()


@pytest.mark.parametrize("size", [1e4, -1e4])
def test_evidence_lower_bound_is_finite_at_extreme_logits(size):
    images = np.array([[0.0, 0.5, 1.0]], "float32")
    latents = np.zeros((1, 2), "float32")
    value, gradient = value_and_gradient(
        lambda x: losses.vae_elbo(images, x, latents, latents), np.full((1, 3), size, "float32")
    )
    # Half of the pixels' mass is on the wrong side.
    np.testing.assert_allclose(value, [1.5e4], rtol=1e-6)
    np.testing.assert_allclose(gradient, special.expit([[size] * 3]) - images, rtol=1e-6)


def test_teacher_has_no_gradient_and_temperature_keeps_the_students():
    rng = np.random.default_rng(0)
    student, teacher = rng.normal(size=(4, 3)), rng.normal(size=(4, 3))
    with tf.GradientTape() as tape:
        logits = tf.Variable(teacher)
        value = losses.distillation(None, student, logits, alpha=1.0)
    assert tape.gradient(value, logits) is None
    _, gradient = value_and_gradient(lambda x: losses.distillation(None, x, teacher, 2.0, alpha=1.0), student)
    soft = special.softmax(student / 2, axis=1) - special.softmax(teacher / 2, axis=1)
    np.testing.assert_allclose(gradient, 2 * soft, rtol=1e-12)
    # T² in the loss against 1/T in each logit: at high temperatures the gradient tends to that of matching logits.
    _, gradient = value_and_gradient(lambda x: losses.distillation(None, x, teacher, 1e3, alpha=1.0), student)
    centred = (student - student.mean(1, keepdims=True)) - (teacher - teacher.mean(1, keepdims=True))
    np.testing.assert_allclose(gradient, centred / 3, rtol=1e-2)


def test_hard_loss_of_the_student():
    rng = np.random.default_rng(0)
    pair, labels = rng.normal(size=(4, 2, 3)), np.array([0, 2, 1, 1])
    loss = losses.Distillation(alpha=0.0, dtype="float64")
    expected = losses.sparse_categorical_crossentropy(labels, pair[:, 0])
    np.testing.assert_allclose(loss(labels, pair), np.mean(expected), rtol=1e-12)
    np.testing.assert_allclose(losses.distillation(labels, pair[:, 0], pair[:, 0], alpha=0.75), 0.25 * expected)


@pytest.mark.parametrize(
    ("name", "arguments", "match"),
    [
        ("VaeElbo", {"beta": -1.0}, "`beta` must be a number of at least 0"),
        ("Distillation", {"temperature": 0.0}, "`temperature` must be a number above 0"),
        ("Distillation", {"alpha": 1.5}, r"`alpha` must be a number in \[0, 1\]"),
    ],
)
def test_arguments_are_checked_at_construction(name, arguments, match):
    with pytest.raises(ValueError, match=match):
        getattr(losses, name)(**arguments)


def test_inputs_are_checked():
    with pytest.raises(ValueError, match="same shape.*mean"):
        losses.gaussian_kl(np.zeros((2, 3)), np.zeros((2, 4)))
    with pytest.raises(ValueError, match=r"`y_pred` must be a tuple \(logits, mean, log_variance\)"):
        losses.VaeElbo()(np.zeros((2, 3)), np.zeros((2, 3)))
    with pytest.raises(ValueError, match=r"`y_true` must be in \[0, 1\]"):
        losses.vae_elbo(np.full((2, 3), -1.0), np.zeros((2, 3)), np.zeros((2, 4)), np.zeros((2, 4)))
    with pytest.raises(ValueError, match="student_logits.*teacher_logits"):
        losses.distillation([0, 1], np.zeros((2, 3)), np.zeros((2, 4)))
    with pytest.raises(ValueError, match="whole numbers from 0 to 2"):
        losses.distillation([0, 3], np.zeros((2, 3)), np.zeros((2, 3)))
    with pytest.raises(ValueError, match=r"`y_true` must be in \[0, 1\]"):
        losses.kl_divergence(np.array([[2.0, -1.0]]), np.array([[0.5, 0.5]]))
