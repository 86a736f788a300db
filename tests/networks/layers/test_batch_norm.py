import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_gan.networks.layers.batch_norm import FusedBatchNormalization

SHAPES = [(16, 10), (6, 4, 5, 3)]


def layer_pair(shape, dtype="float32", **kwargs):
    """Return the layer and Keras's, with the same weights, off their initial values."""
    layers = FusedBatchNormalization, keras.layers.BatchNormalization
    pair = [layer(momentum=0.8, epsilon=1e-2, dtype=dtype, **kwargs) for layer in layers]
    rng = np.random.default_rng(1)
    for layer in pair:
        layer.build((None, *shape[1:]))
    values = [rng.uniform(0.5, 2.0, weight.shape).astype("float32") for weight in pair[0].weights]
    for layer in pair:
        layer.set_weights(values)
    return pair


def evaluate(layer, inputs, training=True, **compilation):
    """Return outputs, gradients by inputs and weights, and moving statistics."""
    weights = np.random.default_rng(3).normal(size=inputs.shape).astype("float32")

    @tf.function(**compilation)
    def run(inputs):
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            outputs = tf.cast(layer(inputs, training=training), "float32")
            loss = tf.reduce_sum(weights * outputs**2)
        return outputs, *tape.gradient(loss, [inputs, *layer.trainable_weights])

    results = [np.asarray(value) for value in run(tf.constant(inputs))]
    return [*results, *map(np.asarray, layer.non_trainable_weights)]


def assert_close(actual, expected, tolerance=1e-5):
    for one, other in zip(actual, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=0, atol=tolerance * np.abs(other).max())


def inputs_of(shape):
    return np.random.default_rng(2).normal(3.0, 2.0, shape).astype("float32")


@pytest.mark.parametrize("compilation", [{}, {"jit_compile": True}], ids=["graph", "xla"])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_results_are_keras_s(shape, compilation):
    inputs = inputs_of(shape)
    fused, plain = (evaluate(layer, inputs, **compilation) for layer in layer_pair(shape))
    # Float32 sums of up to 120 values, in another order.
    assert_close(fused, plain)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_training_is_one_operation(shape):
    layer, _ = layer_pair(shape)
    graph = tf.function(lambda x: layer(x, training=True)).get_concrete_function(tf.TensorSpec(shape)).graph
    assert [operation.type for operation in graph.get_operations()].count("FusedBatchNormV3") == 1


def test_half_a_million_values_are_as_exact_as_the_docstring_says():
    # One channel is summed value by value, with the largest error.
    inputs = inputs_of((512, 32, 32, 1))
    layer = FusedBatchNormalization(momentum=0.0)
    layer(inputs, training=True)
    standard_deviation = np.sqrt(layer.moving_variance)
    np.testing.assert_allclose(standard_deviation, inputs.astype("float64").std((0, 1, 2)), rtol=1e-4)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_low_precision_is_normalised_in_float32(shape):
    inputs = inputs_of(shape)
    fused, plain = (evaluate(layer, inputs) for layer in layer_pair(shape, "mixed_bfloat16"))
    # Keras rounds inputs, outputs and gradients to the 8 bits of bfloat16 at the same places.
    assert_close(fused, plain, 0.02)


def test_statistics_move_only_in_training():
    layer, plain = layer_pair(SHAPES[1])
    before = [np.asarray(weight) for weight in layer.non_trainable_weights]
    inputs = inputs_of(SHAPES[1])
    np.testing.assert_array_equal(layer(inputs, training=False), plain(inputs, training=False))
    with keras.StatelessScope():
        layer(inputs, training=True)
    for weight, value in zip(layer.non_trainable_weights, before):
        np.testing.assert_array_equal(weight, value)


@pytest.mark.parametrize(
    "arguments",
    [{"scale": False}, {"center": False}, {"axis": 1}, {"dtype": "float64"}],
    ids=lambda each: next(iter(each)),
)
def test_what_the_operation_cannot_do_is_left_to_keras(arguments):
    inputs = inputs_of(SHAPES[1])
    layers = [layer(**arguments) for layer in (FusedBatchNormalization, keras.layers.BatchNormalization)]
    np.testing.assert_array_equal(*(layer(inputs, training=True) for layer in layers))


def test_masked_and_frozen_layers_are_left_to_keras():
    inputs, mask = inputs_of((4, 3, 2, 5)), np.arange(24).reshape(4, 3, 2) % 3 > 0
    pair = layer_pair(inputs.shape)
    np.testing.assert_array_equal(*(layer(inputs, training=True, mask=mask) for layer in pair))
    for layer in pair:
        layer.trainable = False
    np.testing.assert_array_equal(*(layer(inputs, training=True) for layer in pair))
