import numpy as np
import pytest

from keras_gan.data.images import to_uint8
from keras_gan.data.ranges import RangeCheck, check_range
from keras_gan.metrics import ImageError

LEVELS = np.arange(256, dtype=np.uint8).reshape(1, 16, 16, 1)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_every_level_comes_back(dtype):
    np.testing.assert_array_equal(to_uint8((LEVELS / 127.5 - 1.0).astype(dtype)), LEVELS)


def test_uint8_stays_as_it_is():
    assert to_uint8(LEVELS) is LEVELS


def test_values_a_rounding_beyond_the_range_are_its_ends():
    np.testing.assert_array_equal(to_uint8(np.array([-1.003, 1.003]).reshape(2, 1, 1, 1)).ravel(), [0, 255])


def image(*values):
    return np.array(values, float).reshape(1, 1, -1, 1)


@pytest.mark.parametrize(
    ("images", "message"),
    [
        (LEVELS[0], r"Samples must have the shape .* Received: \(16, 16, 1\)"),
        (LEVELS[:0], r"Received: \(0, 16, 16, 1\)"),
        (LEVELS.astype(int), r"uint8, or floats in \[−1, 1\]. Received: int64"),
        (np.concatenate([image(0), image(np.nan), image(np.inf)]), "NaN or infinite pixels in 2 of 3"),
        (image(-1.1, 0), r"Received: values in \[-1.1, 0\]"),
        (image(0, -0.5, 1.005), r"Received: values in \[-0.5, 1.005\]"),
        (image(0, 255), r"pass images in \[0, 255\] as uint8, .* subtract 1. Received: values in \[0, 255\]"),
    ],
)
def test_what_is_no_set_of_images(images, message):
    with pytest.raises(ImageError, match=message):
        to_uint8(images, "Samples")


def look(*batches):
    check = RangeCheck("Samples")
    for batch in batches:
        check.update(batch)
    check.check()
    return check.low, check.high


@pytest.mark.parametrize("images", [image(0, 0.5, 1), image(0.2, 0.3), np.eye(2, dtype=np.uint8).reshape(1, 2, 2, 1)])
def test_images_in_unit_range_are_refused(images):
    with pytest.raises(ImageError, match=r"these look like \[0, 1\]"):
        look(images, images)


@pytest.mark.parametrize("images", [image(-0.01, 1), np.full((1, 2, 2, 1), 2, np.uint8), LEVELS])
def test_images_in_their_range_are_not(images):
    assert look(images[..., :1] * 0, images) == (min(images.min(), 0), images.max())


@pytest.mark.parametrize("images", [image(0.738, 1), image(0.11, 1)], ids=["white", "bright"])
def test_bright_images_on_white_are_not_refused(images):
    """F40."""
    assert look(images) == (images.min(), 1)


def test_range_is_that_of_all_batches():
    assert look(image(-0.5, 0.5), image(0.2, 0.7)) == (-0.5, 0.7)
    assert look(image(0.2, 0.7), image(-0.5, 0.5)) == (-0.5, 0.7)


@pytest.mark.parametrize("value", [-1.0, 0.0, 1.0])
def test_blank_images_are_what_a_collapse_looks_like(value):
    assert look(image(value), image(value)) == (value, value)


def test_batches_are_of_one_kind():
    with pytest.raises(ImageError, match="one dtype. Received: uint8 and float64"):
        look(LEVELS, image(0.5))


@pytest.mark.parametrize("images", [LEVELS, np.eye(2, dtype=np.uint8), image(-1, 0.3), image(0.4), image(0.738, 1)])
def test_range_of_what_is_trained_on(images):
    check_range(images, "`x`")


@pytest.mark.parametrize(
    ("images", "message"),
    [
        (image(0, 255), r"pass images in \[0, 255\] as uint8, or divide them by 127.5 .* values in \[0, 255\]"),
        (image(0, 0.9), r"look like \[0, 1\]: multiply them by 2 and subtract 1. Received: values in \[0, 0.9\]"),
        (image(-2, 2)[None], r"`x` must be uint8, or floats in \[−1, 1\]. Received: values in \[-2, 2\]"),
        (np.stack([image(0), image(np.nan)]), "NaN or infinite pixels in 1 of 2"),
    ],
)
def test_range_that_is_not_trained_on(images, message):
    """F6."""
    with pytest.raises(ImageError, match=message):
        check_range(images, "`x`")
