import keras
import numpy as np
import pytest
from augmented_images import random_images
from keras import ops

from keras_gan.augmentation.colour import colour_matrices, recolour
from keras_gan.augmentation.geometric import rotation, scaling, shift, translate, warp
from keras_gan.augmentation.jitter import jitter_colours


def warped(images, maps):
    return ops.convert_to_numpy(warp(ops.convert_to_tensor(images), ops.cast(maps, "float64")))


def full(value, count=12):
    return ops.full((count,), value, dtype="float64")


def test_a_quarter_turn_is_that_of_numpy():
    images = random_images(shape=(7, 7, 2))
    # The sine of π is not quite 0.
    np.testing.assert_allclose(warped(images, rotation(full(np.pi / 2))), np.rot90(images, axes=(1, 2)), atol=1e-14)


def test_mirror_and_whole_shifts_are_exact():
    images = random_images()
    np.testing.assert_array_equal(warped(images, scaling(full(-1.0), full(1.0))), images[:, :, ::-1])
    moved = warped(images, shift(full(2.0), full(-3.0)))
    np.testing.assert_array_equal(moved[:, :-3, 2:], images[:, 3:, :-2])
    # Beyond the edge, its mirror image without the edge itself.
    np.testing.assert_array_equal(moved[:, :-3, :2], images[:, 3:, 2:0:-1])


def test_images_of_one_row_can_be_turned():
    assert np.isfinite(warped(random_images(shape=(1, 5, 3)), rotation(full(0.3)))).all()


def test_left_map_comes_first():
    images = random_images(shape=(7, 7, 2))
    first, second = shift(full(2.0), full(0.0)), rotation(full(np.pi / 2))
    expected = warped(warped(images, first), second)
    np.testing.assert_allclose(warped(images, ops.matmul(first, second)), expected, atol=1e-13)


@pytest.mark.parametrize(("right", "down"), [(2, -1), (-2, 1), (0, 0)])
def test_translation_leaves_zeros(right, down):
    images = random_images()
    moved = ops.convert_to_numpy(translate(images, *ops.full((2, 12), [[right], [down]], dtype="int32"), (2, 1)))
    expected = np.zeros_like(images)
    rows, columns = np.arange(8), np.arange(12)
    kept = np.ix_(
        range(12),
        rows[(rows - down >= 0) & (rows - down < 8)],
        columns[(columns - right >= 0) & (columns - right < 12)],
    )
    expected[kept] = np.roll(images, (down, right), axis=(1, 2))[kept]
    np.testing.assert_array_equal(moved, expected)


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_alpha_keeps_its_value_and_greys_their_greyness(channels):
    images = np.repeat(random_images(shape=(4, 4, 1)), channels, axis=-1)
    matrices = colour_matrices(full(0.5), full(3.0), full(1.0))
    recoloured = ops.convert_to_numpy(recolour(ops.convert_to_tensor(images), matrices, full(0.25)))
    colours = channels - 1 if channels in (2, 4) else channels
    np.testing.assert_allclose(recoloured[..., :colours], 0.5 * images[..., :colours] + 0.25, atol=1e-15)
    np.testing.assert_array_equal(recoloured[..., colours:], images[..., colours:])


@pytest.mark.parametrize("channels", [1, 2, 4])
def test_jitter_of_greys_and_of_alpha(channels):
    images = np.repeat(random_images(shape=(4, 4, 1)), channels, axis=-1)
    factors = [full(value) for value in (1.1, 1.0, 0.3, 0.2)]
    jittered = ops.convert_to_numpy(jitter_colours(ops.convert_to_tensor(images), *factors))
    colours = channels - 1 if channels in (2, 4) else channels
    expected = np.clip((images + 1) / 2 * 1.1, 0, 1) * 2 - 1
    # The weights of torchvision's grey add up to 0.9999.
    np.testing.assert_allclose(jittered[..., :colours], expected[..., :colours], atol=3e-4)
    np.testing.assert_array_equal(jittered[..., colours:], images[..., colours:])


def test_hue_and_saturation_of_a_colour():
    red = np.tile([1.0, -1.0, -1.0], (12, 1, 1, 1))
    third = ops.convert_to_numpy(
        jitter_colours(ops.convert_to_tensor(red), full(1.0), full(1.0), full(1.0), full(1 / 3))
    )
    np.testing.assert_allclose(third[0, 0, 0], [-1, 1, -1], atol=1e-12)
    turned = recolour(ops.convert_to_tensor(red), colour_matrices(full(1.0), full(1.0), full(2 * np.pi / 3)), full(0.0))
    assert sorted(np.round(ops.convert_to_numpy(turned)[0, 0, 0], 9)) == [-1, -1, 1]


def test_tests_compute_in_float64():
    assert keras.backend.standardize_dtype(ops.convert_to_tensor(random_images()).dtype) == "float64"
