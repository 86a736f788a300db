import keras
import numpy as np
import pytest

from keras_gan import UpsampleConv2D, convolutional_critic, upsampling_generator
from keras_gan.networks import PhasedConv2D, PhasedUpsampleConv2D


def test_horses_generator_has_the_references_layers():
    generator = upsampling_generator()
    assert generator.input_shape == (None, 100)
    assert generator.output_shape == (None, 32, 32, 3)
    convolutions = [layer for layer in generator.layers if isinstance(layer, keras.layers.Conv2D)]
    assert [(layer.filters, layer.kernel_size) for layer in convolutions] == [(n, (5, 5)) for n in (128, 64, 32, 3)]
    normalisations = [layer for layer in generator.layers if isinstance(layer, keras.layers.BatchNormalization)]
    assert [layer.momentum for layer in normalisations] == [0.8] * 4
    assert [type(layer) for layer in convolutions] == [
        UpsampleConv2D,
        UpsampleConv2D,
        PhasedUpsampleConv2D,
        PhasedConv2D,
    ]


def test_horses_critic_has_the_references_layers():
    critic = convolutional_critic()
    assert critic.output_shape == (None, 1)
    convolutions = [layer for layer in critic.layers if isinstance(layer, keras.layers.Conv2D)]
    expected = [(32, 2), (64, 2), (128, 2), (128, 1)]
    assert [(layer.filters, layer.strides[0]) for layer in convolutions] == expected
    assert {layer.kernel_size for layer in convolutions} == {(5, 5)}
    activations = [layer for layer in critic.layers if isinstance(layer, keras.layers.LeakyReLU)]
    # Keras keeps the slope in the network's float32.
    np.testing.assert_allclose([float(layer.negative_slope) for layer in activations], [0.2] * 4, rtol=1e-6)
    assert not any("Normalization" in type(layer).__name__ for layer in critic.layers)


@pytest.mark.parametrize("build", [upsampling_generator, convolutional_critic])
def test_weights_are_drawn_from_the_papers_normal(build):
    keras.utils.set_random_seed(0)
    kernels = [np.ravel(weight) for weight in build().trainable_weights if "kernel" in weight.path]
    for kernel in kernels:
        # Three standard errors of a standard deviation.
        assert abs(kernel.std() / 0.02 - 1) < 3 / np.sqrt(2 * len(kernel))
    assert len({kernel[:16].tobytes() for kernel in kernels}) == len(kernels)


def test_images_and_scores_under_mixed_precision_are_in_full_precision():
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        generator, critic = upsampling_generator(filters=(4, 4, 4, 3)), convolutional_critic(filters=(4,), strides=(8,))
    finally:
        keras.config.set_dtype_policy("float32")
    images = generator(np.zeros((2, 100), "float32"))
    assert keras.backend.standardize_dtype(images.dtype) == "float32"
    assert keras.backend.standardize_dtype(critic(images).dtype) == "float32"
    assert generator.layers[1].compute_dtype == "bfloat16"


def test_networks_do_not_depend_on_the_image_format_in_keras_json(channels_first):
    """F17."""
    outputs = []
    for data_format in ("channels_first", "channels_last"):
        keras.config.set_image_data_format(data_format)
        keras.utils.set_random_seed(0)
        generator, critic = upsampling_generator(5, (4, 3)), convolutional_critic((8, 8, 3), (4, 2), (2, 1))
        images = generator(np.ones((2, 5), "float32"))
        outputs.append((np.asarray(images), np.asarray(critic(images))))
    for first, last in zip(*outputs):
        np.testing.assert_array_equal(first, last)


def test_other_sizes():
    generator = upsampling_generator(latent_dim=7, filters=(8, 8, 8, 8, 1), kernel_size=3)
    assert generator.output_shape == (None, 64, 64, 1)
    critic = convolutional_critic((64, 64, 1), filters=(4, 4), strides=(2, 4), kernel_size=3)
    images = generator(np.zeros((2, 7), "float32"))
    assert critic(images).shape == (2, 1)
    assert float(keras.ops.max(keras.ops.abs(images))) <= 1.0


@pytest.mark.parametrize(
    ("build", "arguments"),
    [
        (upsampling_generator, {"filters": ()}),
        *((upsampling_generator, {"latent_dim": value}) for value in (0, None, "5", 5.0, float("nan"))),
        *((upsampling_generator, {"filters": value}) for value in (None, 3, "33", (4, None), (4, 3.0), (0, 3))),
        *((upsampling_generator, {"batch_norm_momentum": value}) for value in (1, None, "0.8", float("nan"))),
        *((convolutional_critic, {"kernel_size": value}) for value in (0, None, "5", (5, 5))),
        *((convolutional_critic, {"strides": value}) for value in (None, 2, (2, "2", 2, 1))),
        *((convolutional_critic, {"image_shape": value}) for value in (None, 32, (32, 32), (32, 32, None))),
    ],
)
def test_what_is_no_number_in_range_is_refused_by_name(build, arguments):
    """F51."""
    (name,) = arguments
    with pytest.raises(ValueError, match=f"`{name}` must be"):
        build(**arguments)


def test_filters_and_strides_must_match():
    with pytest.raises(ValueError, match="`filters` and `strides` must be of one length"):
        convolutional_critic(filters=(1, 2), strides=(1,))
