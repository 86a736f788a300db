import random

import keras
import numpy as np
import pytest
from PIL import Image

from keras_gan.metrics import CallableExtractor
from keras_gan.metrics.extractors.extractor import as_extractor, built_aside, resized

IMAGES = np.random.default_rng(0).integers(0, 256, (6, 8, 8, 3), dtype=np.uint8)


def means(images):
    return images.mean(axis=(1, 2))


def network():
    images = keras.Input((8, 8, 3))
    features = keras.layers.Flatten()(keras.layers.Rescaling(1 / 255)(images))
    return keras.Model(images, [features, keras.layers.Dense(4)(features)], name="mine")


def test_any_function_is_an_extractor():
    extractor = as_extractor(means)
    features, logits = extractor(IMAGES)
    np.testing.assert_allclose(features, IMAGES.mean(axis=(1, 2)))
    assert logits is None
    assert (extractor.name, extractor.label, extractor.weights_hash) == ("means", "[means]", None)
    assert CallableExtractor(means, name="colours").label == "[colours]"
    assert as_extractor(extractor) is extractor


def test_model_is_an_extractor_known_by_its_weights():
    model = network()
    extractor = as_extractor(model)
    features, logits = extractor(IMAGES)
    assert (extractor.name, features.shape, logits.shape) == ("mine", (6, 192), (6, 4))
    assert len(extractor.weights_hash) == 64
    assert as_extractor(network()).weights_hash != extractor.weights_hash
    assert CallableExtractor(means, weights_hash="v1").weights_hash == "v1"


def test_models_that_will_draw_their_weights_are_not_known():
    """F19."""
    assert as_extractor(keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(4)])).weights_hash is None


def test_models_without_weights_are_known_by_their_layers():
    def pooled(layer):
        return as_extractor(keras.Sequential([keras.Input((8, 8, 3)), layer])).weights_hash

    mean, again = (pooled(keras.layers.GlobalAveragePooling2D()) for _ in range(2))
    assert mean == again != pooled(keras.layers.GlobalMaxPooling2D())
    assert pooled(keras.layers.AveragePooling2D(2)) != pooled(keras.layers.AveragePooling2D(4))


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (lambda images: images, r"features of <lambda> must have the shape \(6, columns\). Received: \(6, 8, 8, 3\)"),
        (lambda images: means(images)[1:], r"Received: \(5, 3\)"),
        (lambda images: means(images) * np.nan, "features of <lambda> must be finite"),
        (lambda images: [means(images)] * 3, "must return features, or features and logits. Received: 3 values"),
        (lambda images: (means(images), means(images)[:1]), r"logits of <lambda> .* Received: \(1, 3\)"),
    ],
)
def test_what_comes_out_must_be_features(function, message):
    with pytest.raises(ValueError, match=message):
        as_extractor(function)(IMAGES)


def test_what_cannot_be_called():
    with pytest.raises(TypeError, match="`function` must be callable. Received: 'inception'"):
        as_extractor("inception")


@pytest.mark.parametrize("size", [5, 20])
def test_resizing_is_pillows(size):
    channels = np.moveaxis(IMAGES, -1, 1).astype("float32").reshape(-1, 8, 8)
    expected = [np.asarray(Image.fromarray(channel).resize((size, size), Image.BICUBIC)) for channel in channels]
    expected = np.moveaxis(np.clip(expected, 0, 255).reshape(6, 3, size, size), 1, -1)
    # Float32 sums of up to 255 · 25 terms in another order.
    np.testing.assert_allclose(resized(IMAGES, size), expected, atol=2e-2)


def test_images_of_the_size_stay_as_they_are_and_grey_ones_get_three_channels():
    np.testing.assert_array_equal(resized(IMAGES, 8), IMAGES)
    np.testing.assert_array_equal(resized(IMAGES[..., :1], 8), np.repeat(IMAGES[..., :1], 3, axis=-1))
    with pytest.raises(ValueError, match="1, 3 or 4 channels. Received: 2"):
        resized(IMAGES[..., :2], 8)


def test_building_an_extractor_leaves_the_rest_of_a_program_alone(channels_first):
    """F17: the image format too."""
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        random.seed(1)
        with built_aside():
            assert network().layers[-1].compute_dtype == "float32"
            assert keras.layers.Conv2D(1, 1).data_format == "channels_last"
        drawn = random.random()
        assert keras.config.dtype_policy().name == "mixed_bfloat16"
        assert keras.config.image_data_format() == "channels_first"
    finally:
        keras.config.set_dtype_policy("float32")
    random.seed(1)
    assert random.random() == drawn


def test_transparent_images_are_put_on_white():
    images = np.random.default_rng(0).integers(0, 256, (2, 8, 8, 4), dtype=np.uint8)
    opacity = images[..., 3:] / 255.0
    made = keras.ops.convert_to_numpy(resized(images, 8))
    np.testing.assert_allclose(made, images[..., :3] * opacity + 255 * (1 - opacity), atol=1e-4)
