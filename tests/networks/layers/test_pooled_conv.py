import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_gan.networks import PooledConv2D, SpectralNorm

#: Relative to the largest value: sums of up to 6·6·4 products, of which either side rounds others.
TOLERANCES = {"float64": 1e-13, "float32": 1e-5}

INITIALIZERS = {"kernel_initializer": "random_normal", "bias_initializer": "random_normal"}


def pair(kernel_size=3, dtype="float32", wrap=lambda layer: layer, **kwargs):
    """Return the layer and the two that it stands for, with the same weights."""
    keras.utils.set_random_seed(1)
    one = wrap(PooledConv2D(6, kernel_size, dtype=dtype, **INITIALIZERS, **kwargs))
    convolution = wrap(keras.layers.Conv2D(6, kernel_size, padding="same", dtype=dtype, **kwargs))
    two = keras.Sequential([convolution, keras.layers.AveragePooling2D(2, dtype=dtype)])
    for layer in (one, two):
        layer.build((None, 8, 6, 4))
    two.set_weights(one.get_weights())
    return one, two


def images(dtype="float32", shape=(3, 8, 6, 4)):
    return np.random.default_rng(2).normal(size=shape).astype(dtype)


def results(layer, inputs, **compilation):
    """Return the outputs, and the gradients of a gradient's square by inputs, kernel and bias."""
    weights = np.random.default_rng(3).normal(size=(3, 4, 3, 6)).astype(inputs.dtype)

    @tf.function(**compilation)
    def evaluate(inputs):
        with tf.GradientTape() as outer:
            outer.watch(inputs)
            with tf.GradientTape() as inner:
                inner.watch(inputs)
                outputs = layer(inputs)
                loss = tf.reduce_sum(tf.cast(weights, outputs.dtype) * outputs**3)
            square = tf.reduce_sum(inner.gradient(loss, inputs) ** 2)
        return outputs, *outer.gradient(square, [inputs, *layer.trainable_weights])

    return [np.asarray(tf.cast(value, "float64")) for value in evaluate(tf.constant(inputs))]


def assert_close(actual, expected, tolerance):
    for one, other in zip(actual, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=0, atol=tolerance * np.abs(other).max())


@pytest.mark.parametrize("dtype", TOLERANCES)
@pytest.mark.parametrize("kernel_size", [1, 2, 3, 4, 5, (3, 5)], ids=str)
def test_outputs_and_second_gradients_are_those_of_keras(kernel_size, dtype):
    one, two = (results(layer, images(dtype)) for layer in pair(kernel_size, dtype))
    assert_close(one, two, TOLERANCES[dtype])


def test_xla_computes_the_same():
    one, two = pair()
    assert_close(results(one, images(), jit_compile=True), results(two, images()), TOLERANCES["float32"])


def test_bfloat16_is_within_its_precision():
    truth = np.asarray(pair()[1](images()))
    for layer in pair(dtype="mixed_bfloat16"):
        outputs = np.asarray(tf.cast(layer(images()), "float64"))
        # Four units of bfloat16's 8 bits: each weight, feature and partial sum is rounded to half a unit.
        np.testing.assert_allclose(outputs, truth, rtol=0, atol=4 * 2**-8 * np.abs(truth).max())


def test_kernel_is_the_spectrally_normalised_one():
    one, two = pair(wrap=SpectralNorm)
    assert_close(results(one, images()), results(two, images()), TOLERANCES["float32"])
    assert not np.allclose(one(images()), pair()[1](images()))


def test_layer_is_saved_with_its_arguments(tmp_path):
    model = keras.Sequential([keras.Input((8, 6, 4)), PooledConv2D(6, 3, use_bias=False, name="pooled")])
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert loaded.layers[0].get_config() == model.layers[0].get_config()
    np.testing.assert_array_equal(loaded(images()), model(images()))
    assert len(loaded.weights) == 1


@pytest.mark.parametrize("sides", [(7, 8), (8, 5), (None, 8)])
def test_odd_and_unknown_sides_are_refused(sides):
    with pytest.raises(ValueError, match=r"maps of even height and width. Received: \("):
        PooledConv2D(6, 3).build((None, *sides, 4))


def test_what_is_fixed_cannot_be_given():
    with pytest.raises(ValueError, match=r"Received: \['activation', 'strides'\]"):
        PooledConv2D(6, 3, strides=1, activation="relu")
