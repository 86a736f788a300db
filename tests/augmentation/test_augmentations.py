import re

import keras
import numpy as np
import pytest
from augmented_images import (
    AUGMENTATIONS,
    check_penalty_goes_through,
    check_references,
    random_images,
    random_numbers,
    transformed,
)
from keras import ops

from keras_gan import AdaptiveAugmentation, DiffAugment, GuideAugmentation

STILL = {"degrees": 0.0, "brightness": 0.0, "contrast": 0.0, "saturation": 0.0, "hue": 0.0}


def call(augmentation, images, seed=0):
    return ops.convert_to_numpy(augmentation(ops.convert_to_tensor(images), keras.random.SeedGenerator(seed)))


def test_results_are_those_of_the_papers_and_of_torchvision():
    check_references()


def test_grey_images_have_the_papers_colours_too():
    from augmented_images import ada_reference, tolerance

    images, augmentation = random_images(shape=(6, 6, 1)), AdaptiveAugmentation(initial=0.7)
    numbers = random_numbers(len(images), augmentation.draws, 0.1, 0.9)
    expected = [ada_reference(image, own, np.float64(np.float32(0.7))) for image, own in zip(images, numbers)]
    np.testing.assert_allclose(transformed(augmentation, images, numbers), expected, **tolerance())


@pytest.mark.parametrize("augmentation", [DiffAugment(), AdaptiveAugmentation(initial=0.5)])
def test_penalties_go_through(augmentation):
    check_penalty_goes_through(augmentation)


@pytest.mark.parametrize("name", AUGMENTATIONS)
def test_random_numbers_follow_the_seed(name):
    augmentation, images = AUGMENTATIONS[name](), random_images().astype("float32")
    np.testing.assert_array_equal(call(augmentation, images), call(augmentation, images))
    assert np.any(call(augmentation, images) != call(augmentation, images, seed=1))
    # The second call of a seed, and the second image of a batch, have numbers of their own.
    seed = keras.random.SeedGenerator(0)
    first, second = (ops.convert_to_numpy(augmentation(images, seed)) for _ in range(2))
    assert np.any(first != second)
    same = call(augmentation, np.repeat(images[:1], 12, axis=0))
    assert np.any(same != same[:1])


@pytest.mark.parametrize("name", AUGMENTATIONS)
def test_compiled_for_any_number_of_images(name):
    import tensorflow as tf

    augmentation, images = AUGMENTATIONS[name](), random_images().astype("float32")
    numbers = random_numbers(12, augmentation.draws).astype("float32")
    signature = [tf.TensorSpec((None, 8, 12, 3)), tf.TensorSpec((None, augmentation.draws))]
    compiled = tf.function(augmentation.transform, signature)
    for count in (1, 12):
        expected = transformed(augmentation, images[:count], numbers[:count])
        # The same float32 operations, rounded at other places.
        np.testing.assert_allclose(compiled(images[:count], numbers[:count]), expected, rtol=0, atol=1e-5)


@pytest.mark.parametrize("name", AUGMENTATIONS)
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_bfloat16_and_all_numbers_of_channels(name, channels):
    images = ops.cast(random_images(shape=(8, 12, channels)), "bfloat16")
    augmented = AUGMENTATIONS[name]()(images, keras.random.SeedGenerator(0))
    assert keras.backend.standardize_dtype(augmented.dtype) == "bfloat16"
    assert tuple(augmented.shape) == (12, 8, 12, channels)
    assert np.isfinite(ops.convert_to_numpy(ops.cast(augmented, "float32"))).all()


@pytest.mark.parametrize("number", [0.0, 1.0 - 2.0**-24])
@pytest.mark.parametrize("name", AUGMENTATIONS)
def test_ends_of_the_random_numbers_are_finite(name, number):
    augmentation, images = AUGMENTATIONS[name](), random_images().astype("float32")
    numbers = np.full((12, augmentation.draws), number, "float32")
    assert np.isfinite(transformed(augmentation, images, numbers)).all()


@pytest.mark.parametrize("augmentation", [AdaptiveAugmentation(), GuideAugmentation(0.0, **STILL)])
def test_without_strength_nothing_changes(augmentation):
    images = random_images().astype("float32")
    np.testing.assert_array_equal(call(augmentation, images), images)


@pytest.mark.parametrize("flip", [0.0, 0.5, 1.0])
def test_share_of_mirrored_images(flip):
    count = 4000
    images = np.tile(np.float32([-1.0, 1.0])[None, None, :, None], (count, 1, 1, 1))
    mirrored = call(GuideAugmentation(flip, **STILL), images)[:, 0, 0, 0] > 0
    assert abs(mirrored.mean() - flip) <= 4 * np.sqrt(flip * (1 - flip) / count)


def test_spread_of_diffaugments_places():
    count = 4000
    images = np.ones((count, 16, 16, 1), "float32")
    moved = call(DiffAugment("translation"), images)[..., 0]
    shifts = 16 - moved[:, 8].sum(axis=1)
    # Five equally likely shifts, two of them of each size but 0.
    np.testing.assert_allclose(np.bincount(shifts.astype(int)) / count, [0.2, 0.4, 0.4], atol=0.04)
    cut = call(DiffAugment("cutout"), images)[..., 0] == 0
    # An inner pixel is cut by 8 of 17 places along each axis.
    np.testing.assert_allclose(cut[:, 8, 8].mean(), (8 / 17) ** 2, atol=0.03)
    assert cut.sum(axis=(1, 2)).max() == 64


def test_adaptive_operations_are_as_probable_as_p():
    count, probability = 4000, 0.3
    images = np.tile(random_images(1, (4, 4, 1)).astype("float32"), (count, 1, 1, 1))
    changed = np.any(call(AdaptiveAugmentation(initial=probability), images) != images, axis=(1, 2, 3))
    # Half of the mirrors, a quarter of the quarter turns, and shifts by 0 in a third of 4 pixels' directions change
    # nothing; of grey images, neither do hue and saturation.
    unchanged = 0.7**5 * (1 - 0.3 / 2) * (1 - 0.3 * 3 / 4) * (1 - 0.3 * (1 - 0.5**2)) * (1 - 0.3 / 2) * 0.7
    assert abs(changed.mean() - (1 - unchanged)) < 4 * np.sqrt(unchanged * (1 - unchanged) / count)


def test_diffaugment_does_what_its_policy_says_in_its_order():
    images = random_images().astype("float32")
    only = call(DiffAugment("color"), images)
    assert np.all(np.abs(only) > 0)
    # A cut that comes last leaves exact zeros; colours make something else of it.
    for policy, has_zeros in (("color,cutout", True), ("cutout,color", False)):
        assert np.any(call(DiffAugment(policy), images) == 0) == has_zeros


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: DiffAugment("colour"), "`policy` must be of color, translation, cutout, separated by commas."),
        (lambda: DiffAugment(""), "Received: ''"),
        (lambda: DiffAugment("color,color"), "Received: 'color,color'"),
        (lambda: GuideAugmentation(flip=1.5), "`flip` must be a number in [0, 1]."),
        (lambda: GuideAugmentation(degrees=-1.0), "`degrees` must be a finite number of at least 0."),
        (lambda: GuideAugmentation(hue=0.6), "`hue` must be at most 0.5, half a turn. Received: hue=0.6"),
        (lambda: AdaptiveAugmentation(target=2.0), "`target` must be a number in [0, 1]."),
        (lambda: AdaptiveAugmentation(length=0), "`length` must be an integer of at least 1."),
        (lambda: AdaptiveAugmentation(interval=0), "`interval` must be an integer of at least 1."),
    ],
)
def test_errors_name_the_argument(make, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        make()


def test_probability_rises_to_1_in_the_length_and_falls_again():
    augmentation = AdaptiveAugmentation(length=64, interval=2)
    apart, alike = (np.full(8, 5.0), np.full(8, -3.0)), (np.float64([1, -1] * 4), np.float64([1, -1] * 4))
    found = []
    for real, fake in [apart] * 10 + [alike] * 4:
        augmentation.update(ops.convert_to_tensor(real), ops.convert_to_tensor(fake))
        found.append(float(augmentation.strength()))
    # 16 of 64 images every second update.
    assert found == [0, 0.25, 0.25, 0.5, 0.5, 0.75, 0.75, 1, 1, 1, 1, 0.75, 0.75, 0.5]


def test_indicator_is_the_mean_since_the_last_adjustment():
    # Indicators of 1 and 0 have the mean 0.5.
    for target, expected in ((0.45, 0.5 + 16 / 64), (0.55, 0.5 - 16 / 64)):
        augmentation = AdaptiveAugmentation(target, 64, 2, initial=0.5)
        for real in (np.full(8, 5.0), np.float64([1, -1] * 4)):
            augmentation.update(ops.convert_to_tensor(real), ops.convert_to_tensor(np.float64([-1.0, 1.0] * 4)))
        assert float(augmentation.strength()) == expected


def test_scores_may_be_shifted_and_scaled():
    rng = np.random.default_rng(0)
    results = set()
    for shift, scale in ((0, 1), (100, 1), (-7, 30)):
        augmentation, rng = AdaptiveAugmentation(0.3, 1000, 1), np.random.default_rng(0)
        for _ in range(20):
            scores = rng.normal([[1.0], [0.0]], 1.0, (2, 32)) * scale + shift
            augmentation.update(*ops.convert_to_tensor(scores))
        results.add(float(augmentation.strength()))
    assert len(results) == 1
    assert 0 < results.pop() < 0.64
