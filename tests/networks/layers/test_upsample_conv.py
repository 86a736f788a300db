import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_gan.networks import PhasedConv2D, PhasedUpsampleConv2D, UpsampleConv2D
from keras_gan.networks.layers.upsample_conv import phase_taps

LAYERS = [UpsampleConv2D, PhasedUpsampleConv2D, PhasedConv2D]

KERNELS = [1, 2, 3, 4, 5, 6, 7, (3, 5)]

#: Relative to the largest value: sums of up to 7·7·4 products, of which either side rounds others.
TOLERANCES = {"float64": 1e-13, "float32": 1e-5}


INITIALIZERS = {"kernel_initializer": "random_normal", "bias_initializer": "random_normal"}


def upsampling_pair(kernel_size, dtype="float32", **kwargs):
    """Return the layer and the two that it stands for, with the same weights."""
    keras.utils.set_random_seed(1)
    one = UpsampleConv2D(6, kernel_size, dtype=dtype, **INITIALIZERS, **kwargs)
    upsampling = keras.layers.UpSampling2D(interpolation="nearest", dtype=dtype)
    convolution = keras.layers.Conv2D(6, kernel_size, padding="same", dtype=dtype, **kwargs)
    return with_same_weights(one, [upsampling, convolution], dtype)


def phased_pair(kernel_size, dtype="float32", **kwargs):
    """Return both layers on phases, and the three that they stand for, with the same weights."""
    keras.utils.set_random_seed(1)
    one = [
        PhasedUpsampleConv2D(6, kernel_size, dtype=dtype, activation="tanh", **INITIALIZERS),
        PhasedConv2D(3, kernel_size, dtype=dtype, **INITIALIZERS, **kwargs),
    ]
    two = [
        keras.layers.UpSampling2D(interpolation="nearest", dtype=dtype),
        keras.layers.Conv2D(6, kernel_size, padding="same", dtype=dtype, activation="tanh"),
        keras.layers.Conv2D(3, kernel_size, padding="same", dtype=dtype, **kwargs),
    ]
    return with_same_weights(keras.Sequential(one), two, dtype)


def with_same_weights(one, layers, dtype):
    one.build((None, None, None, 4))
    two = keras.Sequential([keras.Input((None, None, 4), dtype=keras.DTypePolicy(dtype).variable_dtype), *layers])
    two.set_weights(one.get_weights())
    return one, two


PAIRS = {"upsampling": upsampling_pair, "phased": phased_pair}


def images(shape=(3, 5, 4, 4), dtype="float32"):
    return np.random.default_rng(2).normal(size=shape).astype(dtype)


def outputs_and_gradients(layer, inputs, **compilation):
    """Return the outputs and the gradients of a weighted sum of their squares, by inputs, kernels and biases."""
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
@pytest.mark.parametrize("pair", PAIRS)
def test_outputs_and_gradients_are_those_of_keras(pair, kernel_size, dtype):
    one, two = PAIRS[pair](kernel_size, dtype)
    inputs = images(dtype=dtype)
    assert_close(outputs_and_gradients(one, inputs), outputs_and_gradients(two, inputs), TOLERANCES[dtype])


@pytest.mark.parametrize("kernel_size", [3, 5])
@pytest.mark.parametrize("pair", PAIRS)
def test_xla_computes_the_same(pair, kernel_size):
    one, two = PAIRS[pair](kernel_size)
    compiled = outputs_and_gradients(one, images(), jit_compile=True)
    assert_close(compiled, outputs_and_gradients(two, images()), TOLERANCES["float32"])


@pytest.mark.parametrize("kernel_size", [3, 5])
def test_output_is_the_sum_over_taps(kernel_size):
    layer, _ = upsampling_pair(kernel_size, "float64")
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
@pytest.mark.parametrize("pair", PAIRS)
def test_inputs_smaller_than_the_kernel(pair, shape):
    results = (outputs_and_gradients(layer, images(shape)) for layer in PAIRS[pair](5))
    assert_close(*results, TOLERANCES["float32"])


@pytest.mark.parametrize("pair", PAIRS)
def test_bfloat16_is_within_its_precision(pair):
    truth = outputs_and_gradients(PAIRS[pair](5)[1], images())
    # Four units of bfloat16's 8 bits: each weight, feature and partial sum is rounded to half a unit.
    for layer in PAIRS[pair](5, "mixed_bfloat16"):
        assert_close(outputs_and_gradients(layer, images()), truth, 4 * 2**-8)


@pytest.mark.parametrize("pair", PAIRS)
def test_activation_and_bias_are_the_convolutions(pair):
    one, two = PAIRS[pair](5, activation="relu")
    # Values around 1, of 100 and 150 float32 products.
    np.testing.assert_allclose(one(images()), two(images()), rtol=0, atol=1e-6)
    assert float(np.min(one(images()))) == 0.0
    count = len(one.weights)
    one, two = PAIRS[pair](5, use_bias=False)
    assert len(one.weights) == count - 1
    np.testing.assert_allclose(one(images()), two(images()), rtol=0, atol=1e-6)


def test_phases_are_the_pixels_of_a_square_one_after_another():
    one, _ = upsampling_pair(5)
    phased = PhasedUpsampleConv2D.from_config(one.get_config())
    phased.build((None, None, None, 4))
    phased.set_weights(one.get_weights())
    image, phases = one(images((3, 5, 4, 4))), np.reshape(phased(images((3, 5, 4, 4))), (3, 5, 4, 2, 2, 6))
    for row, column in np.ndindex(2, 2):
        np.testing.assert_array_equal(phases[:, :, :, row, column], image[:, row::2, column::2])


@pytest.mark.parametrize(
    ("layer", "input_shape", "expected"),
    [
        (UpsampleConv2D, (8, 7, 4), (16, 14, 6)),
        (PhasedUpsampleConv2D, (8, 7, 4), (8, 28, 6)),
        (PhasedConv2D, (8, 28, 4), (16, 14, 6)),
    ],
)
def test_shape_is_known_before_it_is_called(layer, input_shape, expected):
    assert layer(6, 5)(keras.Input(input_shape)).shape == (None, *expected)
    assert layer(6, 5)(keras.Input((None, None, 4))).shape == (None, None, None, 6)
    assert layer(6, 5)(images((2, *input_shape))).shape == (2, *expected)


def test_phases_come_in_fours():
    with pytest.raises(ValueError, match="four phases of a row one after another. Received: a width of 6"):
        PhasedConv2D(3, 5)(keras.Input((4, 6, 2)))


@pytest.mark.parametrize("kind", LAYERS)
def test_config_round_trip_and_saving(kind, tmp_path):
    layer = kind(6, (3, 5), activation="tanh", use_bias=False, kernel_regularizer="l2", name="up")
    assert kind.from_config(layer.get_config()).get_config() == layer.get_config()
    model = keras.Sequential([keras.Input((4, 4, 2)), layer])
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    inputs = images((2, 4, 4, 2))
    np.testing.assert_array_equal(loaded(inputs), model(inputs))


@pytest.mark.parametrize("argument", ["strides", "padding", "data_format", "dilation_rate", "groups"])
@pytest.mark.parametrize("kind", LAYERS)
def test_what_they_fix_cannot_be_given(kind, argument):
    message = f"{kind.__name__} is same-padded, of stride 1, and channels-last. Received: .'{argument}'."
    with pytest.raises(ValueError, match=message):
        kind(6, 5, **{argument: 1})


def test_taps_of_a_kernel_of_five():
    even, odd = phase_taps(5)
    # Rows from −1 to 1 of the even phase, then of the odd one.
    np.testing.assert_array_equal(even[:, 0], [[1, 0, 0, 0, 0], [0, 0, 1, 0, 0], [0, 0, 0, 0, 1]])
    np.testing.assert_array_equal(even[:, 1], [[0, 1, 0, 0, 0], [0, 0, 0, 1, 0], [0, 0, 0, 0, 0]])
    np.testing.assert_array_equal(odd[:, 0], [[0, 0, 0, 0, 0], [0, 1, 0, 0, 0], [0, 0, 0, 1, 0]])
    np.testing.assert_array_equal(odd[:, 1], [[1, 0, 0, 0, 0], [0, 0, 1, 0, 0], [0, 0, 0, 0, 1]])
