"""Contrastive losses."""

import os
import pathlib

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st
from keras import ops
from loss_cases import value_and_gradient
from scipy import special

from keras_gan import losses

ROOT = pathlib.Path(__file__).parents[2]
RNG = np.random.default_rng(0)


def unit(x):
    return x / np.linalg.norm(x, axis=-1, keepdims=True)


def nt_xent_in_numpy(first, second, temperature):
    z = unit(np.concatenate([first, second]))
    similarities = z @ z.T / temperature
    np.fill_diagonal(similarities, -np.inf)
    n = len(first)
    partner = np.concatenate([np.arange(n) + n, np.arange(n)])
    values = special.logsumexp(similarities, axis=1) - similarities[np.arange(2 * n), partner]
    return (values[:n] + values[n:]) / 2


@pytest.mark.parametrize("n", [1, 2, 5, 129, 300])
@pytest.mark.parametrize("temperature", [0.01, 0.5])
def test_nt_xent_in_float64(n, temperature):
    # One part, and several of which the last does some rows again.
    first, second = RNG.normal(size=(n, 6)), RNG.normal(size=(n, 6))
    expected = nt_xent_in_numpy(first, second, temperature)
    np.testing.assert_allclose(losses.nt_xent(first, second, temperature), expected, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("compiled", [None, "graph", "xla"])
@pytest.mark.parametrize("function", [losses.nt_xent, losses.info_nce])
def test_temperature_may_be_learnt(function, compiled):
    """F31: a tensor has the loss of its value, and the gradient of finite differences."""
    first, second = RNG.normal(size=(2, 6, 5))
    value, gradient = value_and_gradient(lambda t: function(first, second, t), np.float64(0.3), compiled)
    np.testing.assert_allclose(value, function(first, second, 0.3), rtol=1e-12)
    step = 1e-5
    sums = [float(ops.sum(function(first, second, 0.3 + sign * step))) for sign in (1, -1)]
    np.testing.assert_allclose(gradient, (sums[0] - sums[1]) / (2 * step), rtol=1e-7)


def test_temperature_is_a_scalar():
    first, second = RNG.normal(size=(2, 6, 5)).astype("float32")
    expected = losses.info_nce(first, second, 0.25)
    np.testing.assert_allclose(losses.info_nce(first, second, keras.Variable(0.25)), expected, rtol=1e-6)
    with pytest.raises(ValueError, match=r"`temperature` must be a scalar. Received: temperature.shape=\(2,\)"):
        losses.nt_xent(first, second, ops.ones(2))


def plain_nt_xent(first, second, temperature):
    z = tf.math.l2_normalize(tf.concat([first, second], 0), -1)
    n = tf.shape(first)[0]
    similarities = tf.linalg.set_diag(z @ tf.transpose(z) / temperature, tf.fill([2 * n], -np.float64(np.inf)))
    partner = tf.concat([tf.range(n) + n, tf.range(n)], 0)
    return tf.nn.sparse_softmax_cross_entropy_with_logits(partner, similarities)


@pytest.mark.parametrize("signature", [None, [tf.TensorSpec([None, 2, 6], "float64")]], ids=["known", "unknown size"])
def test_gradient_of_a_matrix_in_parts(signature):
    views = RNG.normal(size=(150, 2, 6))
    weights = RNG.random(150)

    def gradients(function):
        def step(x):
            with tf.GradientTape() as tape:
                tape.watch(x)
                value = function(x)
            return tape.gradient(value, x)

        return tf.function(step, input_signature=signature)(tf.constant(views))

    ours = gradients(lambda x: tf.reduce_sum(weights * losses.nt_xent(x[:, 0], x[:, 1], 0.2)))
    both = np.concatenate([weights, weights]) / 2
    plain = gradients(lambda x: tf.reduce_sum(both * plain_nt_xent(x[:, 0], x[:, 1], 0.2)))
    np.testing.assert_allclose(ours, plain, rtol=1e-9, atol=1e-12)


@given(st.integers(1, 12), st.sampled_from([0.01, 0.07, 0.5, 2.0]))
def test_identical_embeddings_are_told_apart_by_nothing(n, temperature):
    same = np.tile([1.0, -2.0, 0.5], (n, 1))
    np.testing.assert_allclose(losses.info_nce(same, same, temperature), np.log(n), rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(losses.nt_xent(same, same, temperature), np.log(2 * n - 1), rtol=1e-12, atol=1e-12)


def test_small_losses_keep_their_digits():
    views = RNG.normal(size=(8, 16)).astype("float32")
    expected = nt_xent_in_numpy(views.astype("float64"), views.astype("float64"), 0.07)
    values = losses.nt_xent(views, views, 0.07)
    assert np.all(expected < 1e-2)
    # Float32 similarities of 14 and less: the exponentials of their differences have that many digits fewer.
    np.testing.assert_allclose(values, expected, rtol=1e-4)
    assert np.all(np.asarray(losses.nt_xent(views, views, 0.001)) >= 0)


@pytest.mark.parametrize("function", [losses.info_nce, losses.nt_xent], ids=lambda f: f.__name__)
def test_views_have_no_order_and_no_length(function):
    first, second = RNG.normal(size=(5, 6)), RNG.normal(size=(5, 6))
    values = function(first, second)
    np.testing.assert_allclose(function(second, first), values, rtol=1e-12)
    np.testing.assert_allclose(function(3 * first, 0.1 * second), values, rtol=1e-12)
    order = RNG.permutation(5)
    np.testing.assert_allclose(function(first[order], second[order]), np.asarray(values)[order], rtol=1e-12)


@pytest.mark.parametrize("function", [losses.info_nce, losses.nt_xent], ids=lambda f: f.__name__)
@pytest.mark.parametrize("embeddings", [np.zeros((4, 3)), np.ones((4, 3)), np.full((4, 3), 1e4), np.eye(4, 3)])
def test_degenerate_embeddings_have_finite_gradients(function, embeddings):
    for dtype in ("float16", "bfloat16", "float32"):
        x = ops.cast(embeddings, dtype)
        value, gradient = value_and_gradient(lambda x: function(x, x, temperature=0.01), x)
        assert np.all(np.isfinite(value))
        assert np.all(np.isfinite(gradient.astype("float32")))


@pytest.mark.parametrize("function", [losses.info_nce, losses.nt_xent], ids=lambda f: f.__name__)
def test_masked_views_are_no_candidates(function):
    first, second = RNG.normal(size=(6, 4)), RNG.normal(size=(6, 4))
    mask = np.array([True, True, False, True, False, True])
    values = np.asarray(function(first, second, 0.1, mask=mask))
    np.testing.assert_allclose(values[mask], function(first[mask], second[mask], 0.1), rtol=1e-10)
    np.testing.assert_array_equal(values[~mask], 0.0)
    np.testing.assert_array_equal(function(first, second, 0.1, mask=mask[:, None]), values)
    with pytest.raises(ValueError, match="`mask` must have the shape"):
        function(first, second, mask=mask[:1])


def test_arguments_are_checked():
    pair = np.ones((3, 4))
    for name in ("InfoNCE", "NTXent"):
        with pytest.raises(ValueError, match="`temperature` must be a number above 0. Received: temperature=0"):
            getattr(losses, name)(temperature=0.0)
        with pytest.raises(ValueError, match=r"must stack two tensors, \(batch, 2, ...\).*\(3, 4\)"):
            getattr(losses, name)()(None, pair)
    with pytest.raises(ValueError, match="same shape"):
        losses.info_nce(pair, pair[:2])
    with pytest.raises(ValueError, match=r"`first` must have shape \(batch, features\)"):
        losses.nt_xent(np.ones((3, 4, 5)), np.ones((3, 4, 5)))
    with pytest.raises(ValueError, match=r"`first` must have shape \(batch, features\)"):
        losses.euclidean_distance(np.ones(3), np.ones(3))
    with pytest.raises(ValueError, match="`margin` must be a number above 0"):
        losses.Contrastive(margin=-1.0)
    with pytest.raises(ValueError, match="`similar_label` must be one of"):
        losses.Contrastive(similar_label=2)


# --- pairs ----------------------------------------------------------------------------------------------------------


def test_polarity_is_explicit():
    distances = np.array([0.4, 0.4])
    np.testing.assert_allclose(losses.contrastive([1, 0], distances), [0.16, 0.36], rtol=1e-12)
    np.testing.assert_allclose(losses.contrastive([1, 0], distances, similar_label=0), [0.36, 0.16], rtol=1e-12)
    # Beyond the margin dissimilar pairs cost nothing.
    np.testing.assert_allclose(losses.contrastive([0], [2.5], margin=2.0), [0.0])


def test_no_gradient_between_equal_embeddings():
    same = np.ones((2, 3), "float32")
    for y_true in ([1, 1], [0, 0]):
        value, gradient = value_and_gradient(
            lambda x, y=y_true: losses.contrastive(y, losses.euclidean_distance(x, same)), same
        )
        np.testing.assert_array_equal(value, 1.0 - np.array(y_true))
        np.testing.assert_array_equal(gradient, 0.0)


# --- replicas -------------------------------------------------------------------------------------------------------

TWO_REPLICAS = """
import numpy as np, tensorflow as tf, keras
from keras_gan import losses
tf.config.set_logical_device_configuration(
    tf.config.list_physical_devices("CPU")[0], [tf.config.LogicalDeviceConfiguration()] * 2
)
strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
x = np.random.default_rng(0).normal(size=(6, 2, 4)).astype("float32")
kept = np.array([True, False, True, True, True, False])
weights = tf.Variable(np.ones((4, 4), "float32"))
for cls in (losses.InfoNCE, losses.NTXent):
    for mask in (None, kept):
        def loss_of(x, mask, loss):
            x = tf.einsum("bvd,de->bve", x, weights)
            if mask is not None:
                x._keras_mask = mask
            return loss(None, x)

        with tf.GradientTape() as tape:
            whole = loss_of(tf.constant(x), None if mask is None else tf.constant(mask), cls(reduction="sum"))
        gradient = tape.gradient(whole, weights)

        def step(context_values):
            x, mask = context_values
            with tf.GradientTape() as tape:
                value = loss_of(x, mask, cls(reduction="sum", gather_replicas=True))
            return value, tape.gradient(value, weights)

        def split(context):
            part = slice(3 * context.replica_id_in_sync_group, 3 * context.replica_id_in_sync_group + 3)
            return x[part], None if mask is None else mask[part]

        halves = strategy.experimental_distribute_values_from_function(lambda c: tf.constant(split(c)[0]))
        masks = strategy.experimental_distribute_values_from_function(
            lambda c: tf.constant(kept[:3] if mask is None else split(c)[1])
        )
        run = tf.function(lambda a, b: strategy.run(step, args=((a, None if mask is None else b),)))
        values, gradients = run(halves, masks)
        values, gradients = (strategy.experimental_local_results(one) for one in (values, gradients))
        np.testing.assert_allclose(sum(values), whole, rtol=1e-5)
        np.testing.assert_allclose(sum(gradients), gradient, rtol=1e-4, atol=1e-5)

with strategy.scope():
    model = keras.Sequential([keras.Input((5,)), keras.layers.Dense(8, kernel_initializer="ones", use_bias=False)])
    model.add(keras.layers.Reshape((2, 4)))
    model.compile(keras.optimizers.SGD(0.1), losses.NTXent(gather_replicas=True))
alone = keras.Sequential([keras.Input((5,)), keras.layers.Dense(8, kernel_initializer="ones", use_bias=False)])
alone.add(keras.layers.Reshape((2, 4)))
alone.compile(keras.optimizers.SGD(0.1), losses.NTXent())
kernel = np.random.default_rng(1).normal(size=(5, 8))
x = np.random.default_rng(2).normal(size=(16, 5)).astype("float32")
for one in (model, alone):
    one.set_weights([kernel])
    one.fit(x, batch_size=8, epochs=1, shuffle=False, verbose=0)
np.testing.assert_allclose(model.get_weights()[0], alone.get_weights()[0], rtol=1e-4, atol=1e-5)

with strategy.scope():
    mean = losses.MeanSquaredError()
    dice = losses.Dice(per_image=False)
# Gradients are summed over the replicas, so a mean over each must be half of it.
results = strategy.run(lambda: (mean(tf.ones((2, 3)), tf.zeros((2, 3))), dice(tf.ones((2, 3)), tf.zeros((2, 3)))))
values = strategy.experimental_local_results(results[0])
np.testing.assert_allclose([float(v) for v in values], [0.5, 0.5])
alone = float(losses.dice(tf.ones((2, 3)), tf.zeros((2, 3)), per_image=False))
np.testing.assert_allclose([float(v) for v in strategy.experimental_local_results(results[1])], [alone / 2] * 2)
print("equal")
"""


def test_views_of_all_replicas_are_candidates(warm_python):
    process = warm_python.run(TWO_REPLICAS, cwd=ROOT, env={**os.environ, "CUDA_VISIBLE_DEVICES": ""})
    assert process.stdout.strip().endswith("equal"), process.stderr
