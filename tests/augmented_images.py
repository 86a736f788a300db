"""Augmentations in NumPy, step by step as their papers and torchvision have them, to compare ours with."""

import colorsys

import keras
import numpy as np
import scipy.ndimage
import scipy.special
from helpers import assert_bits_equal, small_critic, small_generator

from keras_gan import WGAN, AdaptiveAugmentation, DiffAugment, GradientPenalty, GuideAugmentation
from keras_gan.losses import gradient_penalty
from keras_gan.models import autodiff

#: All augmentations, the adaptive one with half of its operations.
AUGMENTATIONS = {
    "guide": lambda: GuideAugmentation(),
    "diffaugment": lambda: DiffAugment(),
    "ada": lambda: AdaptiveAugmentation(initial=0.5, length=100),
}


def random_images(count=12, shape=(8, 12, 3), seed=0):
    return np.random.default_rng(seed).uniform(-1, 1, (count, *shape))


def random_numbers(count, draws, low=0.0, high=1.0):
    return np.random.default_rng(1).uniform(low, high, (count, draws))


def transformed(augmentation, images, numbers):
    """Return what an augmentation makes of images, in float64 where the backend has it."""
    images, numbers = (keras.ops.convert_to_tensor(each) for each in (images, numbers))
    return keras.ops.convert_to_numpy(augmentation.transform(images, numbers))


def tolerance():
    """JAX computes in float32, where the place of a pixel is exact to 1e-6 of the width."""
    return {"rtol": 0, "atol": 1e-12 if keras.backend.backend() == "tensorflow" else 3e-5}


def resampled(image, matrix):
    """Return an image whose new places (right, down, 1) from the centre are mapped to the old ones by a matrix."""
    swap = np.array([[0, 1], [1, 0]])
    linear, offset = swap @ matrix[:2, :2] @ swap, swap @ matrix[:2, 2]
    centre = (np.array(image.shape[:2]) - 1) / 2
    offset = offset + centre - linear @ centre
    channels = [
        scipy.ndimage.affine_transform(image[..., index], linear, offset, order=1, mode="mirror")
        for index in range(image.shape[-1])
    ]
    return np.stack(channels, axis=-1)


def turned(angle):
    cos, sin = np.cos(angle), np.sin(angle)
    return np.array([[cos, -sin, 0], [sin, cos, 0], [0, 0, 1]])


def jittered(image, brightness, contrast, saturation, hue):
    """Return the jitter of torchvision's functional transforms, in their order, on an RGB image in [0, 1]."""
    grey = np.array([0.2989, 0.587, 0.114])
    image = np.clip(image * brightness, 0, 1)
    image = np.clip(contrast * image + (1 - contrast) * np.mean(image @ grey), 0, 1)
    image = np.clip(saturation * image + (1 - saturation) * (image @ grey)[..., None], 0, 1)
    pixels = [colorsys.rgb_to_hsv(*pixel) for pixel in image.reshape(-1, 3)]
    return np.array([colorsys.hsv_to_rgb((h + hue) % 1, s, v) for h, s, v in pixels]).reshape(image.shape)


def guide_reference(image, numbers):
    flip, turn, *jitter, hue = numbers
    image = image[:, ::-1] if flip < 0.5 else image
    image = resampled(image, turned(np.radians(20 * turn - 10)))
    factors = [0.9 + 0.2 * number for number in jitter]
    return 2 * jittered((image + 1) / 2, *factors, 0.04 * hue - 0.02) - 1


def diffaugment_reference(image, numbers):
    height, width, _ = image.shape
    brightness, saturation, contrast, *places = numbers
    image = image + brightness - 0.5
    mean = image.mean(axis=-1, keepdims=True)
    image = (image - mean) * (2 * saturation) + mean
    image = (image - image.mean()) * (contrast + 0.5) + image.mean()
    shift_x, shift_y = int(width / 8 + 0.5), int(height / 8 + 0.5)
    right, down = (int(number * (2 * shift + 1)) - shift for number, shift in zip(places, (shift_x, shift_y)))
    moved = np.zeros_like(image)
    for row in range(height):
        for column in range(width):
            if 0 <= row - down < height and 0 <= column - right < width:
                moved[row, column] = image[row - down, column - right]
    cut_x, cut_y = width // 2, height // 2
    centre_x, centre_y = (int(number * (size + 1)) for number, size in zip(places[2:], (width, height)))
    for row in range(height):
        for column in range(width):
            if -cut_y // 2 <= row - centre_y < cut_y // 2 and -cut_x // 2 <= column - centre_x < cut_x // 2:
                moved[row, column] = 0
    return moved


def ada_reference(image, numbers, probability):
    """Return what the paper's pipeline makes of an image: a product of matrices for places, and one for colours."""
    height, width, channels = image.shape
    numbers = iter(numbers)

    def uniform():
        return next(numbers)

    def normal():
        return scipy.special.ndtri(uniform())

    def applied(matrix, chance=probability):
        return matrix if uniform() < chance else np.eye(len(matrix))

    def scaled(x, y):
        return np.diag([1 / x, 1 / y, 1])

    def moved(x, y):
        return np.array([[1, 0, -x], [0, 1, -y], [0, 0, 1]])

    rotations = 1 - np.sqrt(1 - probability)
    places = applied(scaled(1 if uniform() >= 0.5 else -1, 1))
    places = places @ applied(turned(np.floor(uniform() * 4) * np.pi / 2))
    places = places @ applied(moved(*[np.round((2 * uniform() - 1) * size / 8) for size in (width, height)]))
    factor = 2 ** (0.2 * normal())
    places = places @ applied(scaled(factor, factor))
    places = places @ applied(turned((2 * uniform() - 1) * np.pi), rotations)
    factor = 2 ** (0.2 * normal())
    places = places @ applied(scaled(factor, 1 / factor))
    places = places @ applied(turned((2 * uniform() - 1) * np.pi), rotations)
    places = places @ applied(moved(*[normal() * size / 8 for size in (width, height)]))
    colours = ada_colours(uniform, normal, applied)
    image = resampled(image, places)
    if channels == 1:
        image = np.repeat(image, 3, axis=-1)
    return (image @ colours[:3, :3].T + colours[:3, 3])[..., :channels]


def ada_colours(uniform, normal, applied):
    axis = np.array([1, 1, 1, 0]) / np.sqrt(3)
    along = np.outer(axis, axis)
    brightness = np.eye(4)
    brightness[:3, 3] = 0.2 * normal()
    colours = applied(brightness)
    colours = applied(np.diag([*[2 ** (0.5 * normal())] * 3, 1])) @ colours
    colours = applied(np.eye(4) - (2 * along if uniform() < 0.5 else 0)) @ colours
    angle = (2 * uniform() - 1) * np.pi
    cross = np.zeros((4, 4))
    cross[:3, :3] = np.cross(axis[:3], np.eye(3)).T
    rotation = np.eye(4) + np.sin(angle) * cross + (1 - np.cos(angle)) * (cross @ cross)
    colours = applied(rotation) @ colours
    factor = 2 ** normal()
    return applied(along + (np.eye(4) - along) * factor + np.diag([0, 0, 0, 1 - factor])) @ colours


def check_references():
    """Compare all augmentations with the references, image by image."""
    images = random_images()
    for augmentation, reference in [
        (GuideAugmentation(), guide_reference),
        (DiffAugment(), diffaugment_reference),
        (AdaptiveAugmentation(initial=0.5), lambda image, numbers: ada_reference(image, numbers, 0.5)),
    ]:
        # Not the tails of the normal distribution: beyond its mirror image, an image goes on differently in SciPy.
        numbers = random_numbers(len(images), augmentation.draws, 0.05, 0.95)
        expected = [reference(image, own) for image, own in zip(images, numbers)]
        np.testing.assert_allclose(transformed(augmentation, images, numbers), expected, **tolerance())


def check_penalty_goes_through(augmentation):
    """Compare a penalty through an augmentation, and its gradients, with those of the augmentation's own matrix.

    The score is f(x) = Σ tanh(v · T(x)), and T(x) = Ax + b. So ∇f = Aᵀ (v / cosh²(v · T(x))).
    """
    shape = (4, 4, 3)
    size = int(np.prod(shape))
    images, rng = random_images(2, shape), np.random.default_rng(3)
    numbers, weights = random_numbers(2, augmentation.draws, 0.1, 0.9), rng.uniform(0.1, 1, size)
    basis = np.concatenate([np.zeros((1, size)), np.eye(size)]).reshape(-1, *shape)
    maps = []
    for own in numbers:
        outputs = transformed(augmentation, basis, np.repeat(own[None], len(basis), axis=0)).reshape(-1, size)
        maps.append((np.float64(outputs[1:] - outputs[0]).T, np.float64(outputs[0])))

    def expected(weights):
        penalties = []
        for image, (matrix, offset) in zip(images, maps):
            seen = matrix @ image.ravel() + offset
            gradient = matrix.T @ (weights / np.cosh(weights * seen) ** 2)
            penalties.append((np.linalg.norm(gradient) - 1) ** 2)
        return np.mean(penalties)

    variable = keras.Variable(weights, dtype=keras.backend.standardize_dtype(keras.ops.convert_to_tensor(images).dtype))

    def penalty():
        def score(images):
            seen = augmentation.transform(images, keras.ops.cast(numbers, images.dtype))
            return keras.ops.sum(keras.ops.tanh(keras.ops.reshape(seen, (2, size)) * variable), axis=1)

        gradients = autodiff.input_gradients(score, keras.ops.convert_to_tensor(images))
        return keras.ops.mean(gradient_penalty(gradients)), ()

    with keras.StatelessScope([(variable, variable.value)] if keras.backend.backend() == "jax" else None):
        (value, _), (gradient,) = autodiff.value_and_gradients(penalty, [variable])
    steps = 1e-5 * np.eye(size)
    differences = [(expected(weights + step) - expected(weights - step)) / 2e-5 for step in steps]
    # The losses' penalty computes in float32.
    np.testing.assert_allclose(keras.ops.convert_to_numpy(value), expected(weights), rtol=1e-4)
    np.testing.assert_allclose(keras.ops.convert_to_numpy(gradient), differences, rtol=2e-3, atol=1e-4)


def augmented_gan(augmentation, n_critic=2, **options):
    keras.utils.set_random_seed(1)
    gan = WGAN(small_generator(), small_critic(), GradientPenalty(), n_critic, seed=5, augmentation=augmentation)
    gan.compile(keras.optimizers.Adam(1e-3), keras.optimizers.Adam(1e-3), **options)
    return gan


def train(gan, images, epochs=3):
    history = gan.fit(images, batch_size=8, shuffle=False, epochs=epochs, verbose=0).history
    del history["epoch_time"]
    return history


def check_resumption(augmentation, images, path):
    """Save a model amid its training, and train it and the loaded one on, to the same last bit."""
    gan = augmented_gan(augmentation)
    train(gan, images)
    gan.save(path)
    copy = keras.saving.load_model(path)
    assert copy.augmentation.get_config() == augmentation.get_config()
    assert_bits_equal(*([np.array(each) for each in one.augmentation_state] for one in (copy, gan)))
    assert train(copy, images) == train(gan, images)
    assert_bits_equal(*([np.array(each) for each in one.augmentation_state] for one in (copy, gan)))
