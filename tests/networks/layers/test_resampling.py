"""Resampling against the definition: zeros between the pixels, and a convolution in SciPy's float64."""

import keras
import numpy as np
import pytest
from scipy.signal import convolve2d

from keras_gan.networks import ImageRange, ScaledBasis, SmoothDownsampling2D, SmoothUpsampling2D

FILTER = np.outer([1.0, 3.0, 3.0, 1.0], [1.0, 3.0, 3.0, 1.0]) / 64
IMAGES = np.random.default_rng(0).normal(size=(2, 6, 4, 3)).astype("float32")


def each_map(function):
    return np.stack(
        [np.stack([function(image[..., c]) for c in range(3)], axis=-1) for image in IMAGES.astype("float64")]
    )


def upsampled(image):
    spread = np.zeros((2 * image.shape[0], 2 * image.shape[1]))
    spread[::2, ::2] = image
    # Four times, for the zeros. The filter has no centre: its first half lies before the pixel.
    return convolve2d(spread, 4 * FILTER)[1:-2, 1:-2]


def downsampled(image):
    return convolve2d(image, FILTER)[2:-1:2, 2:-1:2]


def test_upsampling_is_the_filter_between_zeros():
    found = SmoothUpsampling2D()(IMAGES)
    assert found.shape == SmoothUpsampling2D().compute_output_shape(IMAGES.shape) == (2, 12, 8, 3)
    np.testing.assert_allclose(found, each_map(upsampled), rtol=1e-5, atol=1e-6)


def test_downsampling_is_the_filter_at_every_second_pixel():
    found = SmoothDownsampling2D()(IMAGES)
    assert found.shape == SmoothDownsampling2D().compute_output_shape(IMAGES.shape) == (2, 3, 2, 3)
    np.testing.assert_allclose(found, each_map(downsampled), rtol=1e-5, atol=1e-6)


def test_they_are_adjoint_up_to_a_factor():
    """⟨up(x), y⟩ = 4 ⟨x, down(y)⟩."""
    small = np.random.default_rng(1).normal(size=(2, 3, 2, 3)).astype("float32")
    one = np.sum(np.asarray(SmoothUpsampling2D()(small), "float64") * IMAGES)
    other = 4 * np.sum(small * np.asarray(SmoothDownsampling2D()(IMAGES), "float64"))
    np.testing.assert_allclose(one, other, rtol=1e-4)


def test_a_grey_area_stays_grey_inside():
    grey = np.full((1, 8, 8, 1), 0.5, "float32")
    np.testing.assert_allclose(np.asarray(SmoothUpsampling2D()(grey))[:, 2:-2, 2:-2], 0.5)
    np.testing.assert_allclose(np.asarray(SmoothDownsampling2D()(grey))[:, 1:-1, 1:-1], 0.5)


def test_odd_sides_are_refused():
    with pytest.raises(ValueError, match=r"maps of even height and width. Received: \(5, 4\)"):
        SmoothDownsampling2D()(np.zeros((1, 5, 4, 1), "float32"))


def test_a_basis_is_scaled_channel_by_channel(tmp_path):
    inputs = keras.Input((5,))
    model = keras.Model(inputs, ScaledBasis(2, 3)(inputs))
    scales = np.random.default_rng(0).normal(size=(4, 5)).astype("float32")
    [basis] = model.get_weights()
    assert basis.shape == (2, 3, 5)
    np.testing.assert_allclose(model(scales), basis[None] * scales[:, None, None, :], rtol=1e-6)
    model.save(tmp_path / "model.keras")
    np.testing.assert_array_equal(keras.saving.load_model(tmp_path / "model.keras")(scales), model(scales))
    for name, sides in (("height", (0, 3)), ("width", (2, 1.5))):
        with pytest.raises(ValueError, match=f"`{name}` must be"):
            ScaledBasis(*sides)


def test_images_are_clipped_outside_of_training_alone():
    values = np.array([[[[-1.5, 0.5, 2.0]]]], "float32")
    np.testing.assert_array_equal(ImageRange()(values), [[[[-1.0, 0.5, 1.0]]]])
    np.testing.assert_array_equal(ImageRange()(values, training=True), values)
