"""Spectral normalisation beside singular value decompositions and closed forms."""

import keras
import numpy as np
import pytest
from helpers import IMAGE_SHAPE, small_generator, values_of

import keras_gan as kg
from keras_gan.models import autodiff
from keras_gan.networks import SpectralNorm

#: Layers, inputs of one sample, and the axis of the kernel that counts the output channels.
CASES = {
    "dense": (lambda: keras.layers.Dense(7), (5,), -1),
    "convolution": (lambda: keras.layers.Conv2D(6, 3, strides=2, padding="same"), (8, 8, 4), -1),
    "transposed": (lambda: keras.layers.Conv2DTranspose(6, 4, 2, padding="same"), (4, 4, 3), -2),
}


def as_matrix(kernel, axis):
    kernel = np.moveaxis(np.asarray(kernel, np.float64), axis, -1)
    return kernel.reshape(-1, kernel.shape[-1])


def inputs_of(shape):
    return np.random.default_rng(0).normal(size=(3, *shape)).astype("float32")


def converged(case):
    """Return a layer whose power iteration has converged, its inputs, and the axis of its output channels."""
    make, shape, axis = CASES[case]
    keras.utils.set_random_seed(1)
    layer, inputs = SpectralNorm(make()), inputs_of(shape)
    for _ in range(30):
        layer(inputs, training=True)
    return layer, inputs, axis


@pytest.mark.parametrize("case", CASES)
def test_outputs_are_of_the_kernel_over_its_largest_singular_value(case):
    layer, inputs, axis = converged(case)
    kernel, bias = values_of(layer.layer.weights)
    largest = np.linalg.svd(as_matrix(kernel, axis), compute_uv=False)[0]
    plain = CASES[case][0]()
    plain.build(inputs.shape)
    plain.set_weights([kernel / largest, bias])
    for training in (True, False):
        # Float32, after a power iteration that has converged to it.
        np.testing.assert_allclose(layer(inputs, training=training), plain(inputs), rtol=1e-5, atol=1e-5)
    np.testing.assert_array_equal(values_of(layer.layer.weights)[0], kernel)


@pytest.mark.parametrize("case", CASES)
def test_gradient_goes_through_the_singular_value(case):
    """∂L/∂W = (G − ⟨G, W̄⟩·v uᵀ) / σ, where G is the plain layer's gradient at W̄."""
    layer, inputs, axis = converged(case)
    kernel, bias = values_of(layer.layer.weights)
    left, values, right = np.linalg.svd(as_matrix(kernel, axis), full_matrices=False)
    plain = CASES[case][0]()
    plain.build(inputs.shape)
    plain.set_weights([kernel / values[0], bias])
    weights = np.random.default_rng(2).normal(size=layer(inputs).shape).astype("float32")
    gradients = []
    for each, variable in ((layer, layer.layer.kernel), (plain, plain.kernel)):

        def total(each=each):
            return keras.ops.sum(keras.ops.square(each(inputs, training=False)) * weights), ()

        gradients.append(as_matrix(values_of(autodiff.value_and_gradients(total, [variable])[1])[0], axis))
    own, given = gradients
    normalised = as_matrix(kernel, axis) / values[0]
    expected = (given - np.sum(given * normalised) * np.outer(left[:, 0], right[0])) / values[0]
    # Float32 sums over some hundred products.
    np.testing.assert_allclose(own, expected, rtol=1e-3, atol=1e-4 * np.abs(expected).max())


def test_only_calls_in_training_advance_the_power_iteration():
    layer, inputs = SpectralNorm(keras.layers.Dense(4), vectors=2), inputs_of((6,))
    layer(inputs, training=False)
    start = values_of([layer.basis])[0]
    layer(inputs, training=False)
    np.testing.assert_array_equal(values_of([layer.basis])[0], start)
    layer(inputs, training=True)
    matrix = as_matrix(values_of([layer.layer.kernel])[0], -1)
    expected = np.linalg.qr(matrix.T @ matrix @ start.astype(np.float64))[0]
    # Up to the signs of the columns; in float32.
    np.testing.assert_allclose(np.abs(values_of([layer.basis])[0]), np.abs(expected), rtol=1e-3, atol=1e-4)


def test_kernel_of_zeros_gives_zeros():
    layer = SpectralNorm(keras.layers.Dense(4, kernel_initializer="zeros"))
    np.testing.assert_array_equal(layer(inputs_of((6,)), training=True), np.zeros((3, 4)))


def test_half_precision_has_the_singular_value_of_full_precision():
    keras.utils.set_random_seed(1)
    layer = SpectralNorm(keras.layers.Dense(64, dtype="mixed_bfloat16"))
    for _ in range(30):
        outputs = layer(inputs_of((64,)), training=True)
    assert keras.backend.standardize_dtype(outputs.dtype) == "bfloat16"
    kernel = values_of([layer.layer.kernel])[0]
    assert kernel.dtype == np.float32
    largest = np.linalg.svd(kernel, compute_uv=False)[0]
    estimate = float(layer._largest_singular_value(keras.ops.convert_to_tensor(kernel), False))
    # The power iteration has nearly converged; in bfloat16, σ would be off by up to 1/256.
    assert estimate == pytest.approx(largest, rel=1e-3)


def test_layers_without_a_kernel_are_refused():
    with pytest.raises(ValueError, match="`layer` must have a kernel. Received: ReLU"):
        SpectralNorm(keras.layers.ReLU())(inputs_of((6,)))
    with pytest.raises(ValueError, match="`vectors` must be an integer of at least 1"):
        SpectralNorm(keras.layers.Dense(1), vectors=0)


def spectral_critic():
    layers = [
        keras.Input(IMAGE_SHAPE),
        SpectralNorm(keras.layers.Conv2D(8, 3, 2, padding="same")),
        keras.layers.LeakyReLU(0.2),
        SpectralNorm(keras.layers.Conv2D(16, 3, 2, padding="same")),
        keras.layers.Flatten(),
        SpectralNorm(keras.layers.Dense(1)),
    ]
    return keras.Sequential(layers)


def test_singular_values_stay_at_one_in_fit(images, tmp_path):
    """After 50 steps, by SVD; the generator's updates do not advance the power iteration."""
    keras.utils.set_random_seed(3)
    gan = kg.WGAN(small_generator(), spectral_critic(), kg.GradientPenalty(1.0), n_critic=2, seed=0)
    gan.compile(keras.optimizers.Adam(1e-3, 0.0, 0.9), keras.optimizers.Adam(1e-3, 0.0, 0.9))
    before = values_of(gan.critic.trainable_weights)
    gan.fit(gan.batches(images, 4), steps_per_epoch=50, epochs=1, verbose=0)
    for layer in gan.critic.layers:
        if isinstance(layer, SpectralNorm):
            kernel = values_of([layer.layer.kernel])[0]
            largest = np.linalg.svd(kernel.reshape(-1, kernel.shape[-1]), compute_uv=False)[0]
            used = float(layer._largest_singular_value(keras.ops.convert_to_tensor(kernel), False))
            assert largest / used == pytest.approx(1, abs=0.02)
    assert any((one != other).any() for one, other in zip(before, values_of(gan.critic.trainable_weights)))
    gan.save(tmp_path / "gan.keras")
    loaded = kg.load_model(tmp_path / "gan.keras")
    np.testing.assert_array_equal(loaded.critic(images[:2] / 255.0), gan.critic(images[:2] / 255.0))


def test_regularizer_of_outputs_counts_if_it_is_the_wrapper_s():
    layer = SpectralNorm(keras.layers.Dense(2), activity_regularizer=keras.regularizers.L2(0.5))
    outputs = np.float64(layer(inputs_of((5,))))
    # Keras divides by the number of samples; float32 has seven digits.
    np.testing.assert_allclose(np.float64(layer.losses), [0.5 * np.sum(outputs**2) / 3], rtol=1e-5)


def test_layer_whose_regularizer_would_not_count_is_refused():
    with pytest.raises(ValueError, match="`layer` must have no `activity_regularizer`"):
        SpectralNorm(keras.layers.Dense(2, activity_regularizer="l2"))
