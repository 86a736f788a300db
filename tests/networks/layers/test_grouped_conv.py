import keras
import numpy as np
import pytest
from keras import ops

from keras_gan.models import autodiff
from keras_gan.networks import GroupedConv2D
from keras_gan.networks.layers import grouped_conv

RNG = np.random.default_rng(0)


def reference(images, kernel, bias, groups):
    """Return a same-padded convolution of groups in float64, pixel by pixel."""
    batch, height, width, channels = images.shape
    size, _, own, filters = kernel.shape
    padded = np.pad(images.astype("float64"), ((0, 0), (size // 2,) * 2, (size // 2,) * 2, (0, 0)))
    outputs = np.zeros((batch, height, width, filters))
    for group in range(groups):
        taken = slice(group * own, (group + 1) * own)
        made = slice(group * filters // groups, (group + 1) * filters // groups)
        for row in range(height):
            for column in range(width):
                patch = padded[:, row : row + size, column : column + size, taken]
                outputs[:, row, column, made] = np.einsum("bijc,ijco->bo", patch, kernel[..., made].astype("float64"))
    assert channels == groups * own
    return outputs + bias


@pytest.mark.parametrize("groups", [1, 2, 4])
def test_each_group_is_convolved_alone(groups):
    layer = GroupedConv2D(12, 3, groups, bias_initializer="random_normal")
    images = RNG.normal(size=(2, 5, 6, 8)).astype("float32")
    found = layer(images)
    kernel, bias = (np.asarray(weight) for weight in layer.weights)
    assert kernel.shape == (3, 3, 8 // groups, 12)
    # Float32 sums of 72 products.
    np.testing.assert_allclose(found, reference(images, kernel, bias, groups), rtol=1e-4, atol=1e-5)


def test_it_is_the_grouped_convolution_of_keras(monkeypatch):
    layer = GroupedConv2D(8, 3, 4, activation="relu")
    images = ops.convert_to_tensor(RNG.normal(size=(2, 6, 6, 8)).astype("float32"))
    split = layer(images)
    monkeypatch.setattr(grouped_conv, "on_processor", lambda: False)
    np.testing.assert_allclose(split, layer(images), rtol=1e-5, atol=1e-6)


def test_gradients_reach_all_groups():
    layer = GroupedConv2D(8, 3, 4)
    images = ops.convert_to_tensor(RNG.normal(size=(2, 6, 6, 8)).astype("float32"))
    layer(images)
    _, (kernel, _) = autodiff.value_and_gradients(
        lambda: (ops.sum(ops.square(layer(images))), None), layer.trainable_weights
    )
    assert (np.abs(np.asarray(kernel)).max(axis=(0, 1, 2)) > 0).all()


def test_it_is_saved_and_computes_in_half_precision(tmp_path):
    inputs = keras.Input((4, 4, 8))
    model = keras.Model(inputs, GroupedConv2D(8, 3, 2)(inputs))
    model.save(tmp_path / "model.keras")
    images = RNG.normal(size=(2, 4, 4, 8)).astype("float32")
    np.testing.assert_array_equal(keras.saving.load_model(tmp_path / "model.keras")(images), model(images))
    layer = GroupedConv2D(8, 3, 2, dtype="mixed_bfloat16")
    assert keras.backend.standardize_dtype(layer(images).dtype) == "bfloat16"


def test_channels_that_groups_cannot_divide_are_refused():
    with pytest.raises(ValueError, match="groups"):
        GroupedConv2D(7, 3, 2)
