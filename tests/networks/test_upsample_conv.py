import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_gan import UpsampleConv2D
from keras_gan.networks.upsample_conv import phase_taps

KERNELS = [1, 2, 3, 4, 5, 6, 7, (3, 5)]

#: Relative to the largest value: sums of up to 7·7·4 products, of which either side rounds others.
TOLERANCES = {"float64": 1e-13, "float32": 1e-5}


def layer_pair(kernel_size, dtype="float32", **kwargs):
    """Return the layer and the two that it stands for, with the same weights."""
    keras.utils.set_random_seed(1)
    initializers = {"kernel_initializer": "random_normal", "bias_initializer": "random_normal"}
    one = UpsampleConv2D(6, kernel_size, dtype=dtype, **initializers, **kwargs)
    upsampling = keras.layers.UpSampling2D(interpolation="nearest", dtype=dtype)
    convolution = keras.layers.Conv2D(6, kernel_size, padding="same", dtype=dtype, **kwargs)
    two = keras.Sequential([keras.Input((None, None, 4), dtype=one.variable_dtype), upsampling, convolution])
    one.build((None, None, None, 4))
    two.set_weights(one.get_weights())
    return one, two


def images(shape=(3, 5, 4, 4), dtype="float32"):
    return np.random.default_rng(2).normal(size=shape).astype(dtype)


def outputs_and_gradients(layer, inputs, **compilation):
    """Return the outputs and the gradients of a sum of their squares, by inputs, kernel and bias."""
    weights = np.random.default_rng(3).normal(size=layer.compute_output_shape(inputs.shape)).astype(inputs.dtype)

    @tf.function(**compilation)
    def evaluate(inputs):
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            outputs = layer(inputs)
            loss = tf.reduce_sum(tf.cast(weights, outputs.dtype) * outputs**2)
        return outputs, *tape.gradient(loss, [inputs, *layer.trainable_weights])

    return [np.asarray(tf.cast(value, "float64")) for value in evaluate(tf.constant(inputs))]


def assert_close(actual, expected, tolerance):
    for one, other in zip(actual, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=0, atol=tolerance * np.abs(other).max())


@pytest.mark.parametrize("dtype", TOLERANCES)
@pytest.mark.parametrize("kernel_size", KERNELS, ids=str)
def test_outputs_and_gradients_are_those_of_the_two_layers(kernel_size, dtype):
    one, two = layer_pair(kernel_size, dtype)
    inputs = images(dtype=dtype)
    assert_close(outputs_and_gradients(one, inputs), outputs_and_gradients(two, inputs), TOLERANCES[dtype])


@pytest.mark.parametrize("kernel_size", [3, 5])
def test_xla_computes_the_same(kernel_size):
    one, two = layer_pair(kernel_size)
    compiled = outputs_and_gradients(one, images(), jit_compile=True)
    assert_close(compiled, outputs_and_gradients(two, images()), 1e-5)


@pytest.mark.parametrize("kernel_size", [3, 5])
def test_output_is_the_sum_over_taps(kernel_size):
    layer, _ = layer_pair(kernel_size, "float64")
    inputs = images((2, 3, 2, 4), "float64")
    kernel, bias = map(np.asarray, layer.get_weights())
    margin = kernel_size // 2
    upsampled = inputs.repeat(2, axis=1).repeat(2, axis=2)
    padded = np.pad(upsampled, ((0, 0), (margin, margin), (margin, margin), (0, 0)))
    expected = np.tile(bias, (2, 6, 4, 1))
    for row, column in np.ndindex(kernel_size, kernel_size):
        expected += padded[:, row : row + 6, column : column + 4] @ kernel[row, column]
    np.testing.assert_allclose(layer(inputs), expected, rtol=0, atol=1e-13)


@pytest.mark.parametrize("shape", [(1, 1, 1, 4), (2, 1, 3, 4)], ids=str)
def test_inputs_smaller_than_the_kernel(shape):
    one, two = layer_pair(5)
    assert_close(outputs_and_gradients(one, images(shape)), outputs_and_gradients(two, images(shape)), 1e-5)


def test_bfloat16_is_as_close_to_the_truth_as_the_two_layers():
    truth = outputs_and_gradients(layer_pair(5)[1], images())
    pair = (outputs_and_gradients(layer, images()) for layer in layer_pair(5, "mixed_bfloat16"))
    errors = [[np.abs(value - true).max() for value, true in zip(values, truth)] for values in pair]
    # Either rounds to 8 bits at other places; the sums of a few rounded weights are rounded once more.
    assert all(one < 2 * two for one, two in zip(*errors))


def test_activation_and_bias_are_the_convolutions():
    one, two = layer_pair(5, activation="relu")
    np.testing.assert_allclose(one(images()), two(images()), rtol=0, atol=1e-6)
    assert float(np.min(one(images()))) == 0.0
    one, two = layer_pair(5, use_bias=False)
    assert len(one.weights) == 1
    np.testing.assert_allclose(one(images()), two(images()), rtol=0, atol=1e-6)


def test_shape_is_known_before_it_is_called():
    layer = UpsampleConv2D(6, 5)
    assert layer(keras.Input((8, 7, 4))).shape == (None, 16, 14, 6)
    assert layer(keras.Input((None, None, 4))).shape == (None, None, None, 6)
    assert layer(images((1, 2, 3, 4))).shape == (1, 4, 6, 6)


def test_config_round_trip_and_saving(tmp_path):
    layer = UpsampleConv2D(6, (3, 5), activation="tanh", use_bias=False, kernel_regularizer="l2", name="up")
    assert UpsampleConv2D.from_config(layer.get_config()).get_config() == layer.get_config()
    model = keras.Sequential([keras.Input((4, 4, 2)), layer])
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    inputs = images((2, 4, 4, 2))
    np.testing.assert_array_equal(loaded(inputs), model(inputs))


@pytest.mark.parametrize("argument", ["strides", "padding", "data_format", "dilation_rate", "groups"])
def test_what_it_fixes_cannot_be_given(argument):
    with pytest.raises(ValueError, match=f"same-padded, of stride 1, and channels-last. Received: .'{argument}'."):
        UpsampleConv2D(6, 5, **{argument: 1})


def test_taps_of_a_kernel_of_five():
    even, odd = phase_taps(5)
    np.testing.assert_array_equal(even, [[1, 1, 0, 0, 0], [0, 0, 1, 1, 0], [0, 0, 0, 0, 1]])
    np.testing.assert_array_equal(odd, [[1, 0, 0, 0, 0], [0, 1, 1, 0, 0], [0, 0, 0, 1, 1]])
