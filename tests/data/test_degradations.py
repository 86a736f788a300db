"""Degradations of images, against what defines them."""

import io

import numpy as np
import pytest
import scipy.ndimage
from PIL import Image

from keras_gan.data import degradations, toy_horses

IMAGES = toy_horses(40, seed=3)


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_images_keep_their_shape_and_dtype(channels):
    images = np.random.default_rng(0).integers(0, 256, (6, 9, 14, channels)).astype(np.uint8)
    rng = np.random.default_rng(0)
    for degraded in (
        degradations.jpeg(images, 10),
        degradations.blur(images, 1.0),
        degradations.shuffle_patches(images, 4, rng),
        degradations.gaussian_noise(images, rng),
        degradations.principal_components(images, 2),
        degradations.mean_image(images),
    ):
        assert (degraded.shape, degraded.dtype) == (images.shape, np.uint8)


def test_jpeg_is_that_of_pillow():
    file = io.BytesIO()
    Image.fromarray(IMAGES[5]).save(file, "JPEG", quality=10)
    np.testing.assert_array_equal(degradations.jpeg(IMAGES, 10)[5], np.asarray(Image.open(file)))


def test_blur_stays_within_an_image_and_a_channel():
    expected = [scipy.ndimage.gaussian_filter(IMAGES[3, ..., c].astype(float), 2.0) for c in range(3)]
    # Half of a level is lost by rounding.
    np.testing.assert_allclose(degradations.blur(IMAGES, 2.0)[3], np.stack(expected, -1), atol=0.5 + 1e-9)


@pytest.mark.parametrize("patches", [2, 4])
def test_patches_are_all_there_in_another_order(patches):
    def cut(image):
        height, width = (size // patches for size in image.shape[:2])
        corners = [(row * height, column * width) for row in range(patches) for column in range(patches)]
        return [image[top : top + height, left : left + width].tobytes() for top, left in corners]

    shuffled = degradations.shuffle_patches(IMAGES, patches, np.random.default_rng(1))
    for old, new in zip(IMAGES, shuffled):
        assert sorted(cut(old)) == sorted(cut(new))
    assert sum(cut(old) != cut(new) for old, new in zip(IMAGES, shuffled)) > 30


def test_edges_that_make_no_patch_stay():
    images = np.random.default_rng(0).integers(0, 256, (3, 9, 11, 1)).astype(np.uint8)
    shuffled = degradations.shuffle_patches(images, 4, np.random.default_rng(1))
    np.testing.assert_array_equal(shuffled[:, 8:], images[:, 8:])
    np.testing.assert_array_equal(shuffled[:, :, 8:], images[:, :, 8:])


def test_noise_has_the_mean_and_covariance_of_the_pixels():
    # Two pixels around mid-grey, far from the borders at which levels are cut off.
    rng = np.random.default_rng(0)
    values = rng.multivariate_normal([120, 140], [[100, 60], [60, 225]], 2000)
    images = np.rint(values).astype(np.uint8).reshape(2000, 1, 2, 1)
    noise = degradations.gaussian_noise(images, rng).reshape(2000, 2).astype(float)
    # Four standard errors of a mean, and of a covariance, of 2000 draws.
    np.testing.assert_allclose(noise.mean(axis=0), [120, 140], atol=4 * 15 / np.sqrt(2000))
    np.testing.assert_allclose(np.cov(noise.T), [[100, 60], [60, 225]], atol=4 * 225 * np.sqrt(2 / 2000))


def test_components_are_those_of_largest_variance():
    pixels = IMAGES.reshape(len(IMAGES), -1).astype(float)
    mean = pixels.mean(axis=0)
    left, values, right = np.linalg.svd(pixels - mean, full_matrices=False)
    expected = mean + (left[:, :3] * values[:3]) @ right[:3]
    result = degradations.principal_components(IMAGES, 3).reshape(pixels.shape)
    np.testing.assert_allclose(result, np.clip(expected, 0, 255), atol=0.5 + 1e-6)


def test_mean_image_is_the_same_everywhere():
    result = degradations.mean_image(IMAGES)
    assert len(np.unique(result.reshape(len(IMAGES), -1), axis=0)) == 1
    np.testing.assert_allclose(result[0], IMAGES.astype(float).mean(axis=0), atol=0.5 + 1e-9)
