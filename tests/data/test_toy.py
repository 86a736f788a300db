import numpy as np

from keras_gan.data import check_images, toy_horses


def test_toy_horses_are_images_that_differ():
    images = toy_horses(16, seed=1)
    check_images(images, (32, 32, 3))
    assert len({image.tobytes() for image in images}) == 16


def test_toy_horses_are_a_function_of_their_seed():
    np.testing.assert_array_equal(toy_horses(4, seed=1), toy_horses(4, seed=1))
    assert np.any(toy_horses(4, seed=1) != toy_horses(4, seed=2))


def test_a_toy_horse_stands_out_from_sky_and_ground():
    # The middle of the picture, where the body is, against the top row, where the sky is.
    images = toy_horses(64).astype(float)
    contrast = np.abs(images[:, 14:18, 14:18].mean(axis=(1, 2)) - images[:, 0].mean(axis=1)).max(axis=-1)
    assert np.median(contrast) > 40
