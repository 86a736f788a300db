"""Batches of images whose order is a pure function of seed and step."""

import concurrent.futures
import functools
import itertools
from collections.abc import Iterator

import numpy as np

from keras_gan.data.images import check_images


def step_indices(count: int, size: int, step: int, seed: int) -> np.ndarray:
    """Return which images make up a step.

    Shuffled passes over the set follow each other without a gap, and step t takes positions [t·size, (t+1)·size), so
    that every image is drawn once a pass, also when a step spans two passes.

    Args:
        count: Number of images in the set.
        size: Number of images a step takes.
        step: Index of the step, from 0.
        seed: Seed of the shuffles.

    Returns:
        Indices `(size,)` in [0, count).
    """
    positions = np.arange(step * size, (step + 1) * size)
    first, last = positions[0] // count, positions[-1] // count
    order = np.concatenate([_shuffled_pass(count, index, seed) for index in range(first, last + 1)])
    return order[positions - first * count]


@functools.lru_cache(maxsize=4)
def _shuffled_pass(count: int, index: int, seed: int) -> np.ndarray:
    return np.random.default_rng((seed, index)).permutation(count)


def image_batches(images: np.ndarray, batch_size: int, n_critic: int, seed: int = 0, start: int = 0):
    """Feed a GAN's `fit` with uint8 images, which the model brings into [−1, 1], endlessly.

    Args:
        images: The set, `(images, height, width, channels)`, uint8; kept in memory as it is.
        batch_size: Images in a batch, at most as many as the set has.
        n_critic: Batches in a step, one for each critic update.
        seed: Seed of the order. Defaults to 0.
        start: Step to begin at, for a resumed run. Defaults to 0.

    Returns:
        An endless `tf.data.Dataset` of uint8 arrays `(n_critic · batch_size, height, width, channels)`, one a step.
        Under JAX, which needs no TensorFlow then, a generator of them, in a tuple each, for one `fit` alone. Give `fit`
        a `steps_per_epoch`.

    Raises:
        ValueError: If the images are not uint8 images or fewer than a batch, or a number is less than 1.
    """
    import keras

    check_images(images)
    for name, value in (("batch_size", batch_size), ("n_critic", n_critic)):
        if value < 1:
            raise ValueError(f"`{name}` must be at least 1. Received: {name}={value}")
    if len(images) < batch_size:
        raise ValueError(f"`images` must hold at least one batch of {batch_size}. Received: {len(images)} images")
    size = n_critic * batch_size

    def images_of(step: int) -> np.ndarray:
        return images[step_indices(len(images), size, step, seed)]

    if keras.backend.backend() == "jax":
        return _prefetched(images_of, start)
    return _tensorflow_dataset(images_of, start, (size, *images.shape[1:]))


def _tensorflow_dataset(images_of, start, shape):
    import tensorflow as tf

    def steps() -> Iterator[np.ndarray]:
        return map(images_of, itertools.count(start))

    return tf.data.Dataset.from_generator(steps, output_signature=tf.TensorSpec(shape, tf.uint8)).prefetch(1)


def _prefetched(images_of, start) -> Iterator[tuple[np.ndarray]]:
    """Yield the images of each step from `start` on, and gather the next step's meanwhile."""
    with concurrent.futures.ThreadPoolExecutor(1) as thread:
        coming = thread.submit(images_of, start)
        for step in itertools.count(start + 1):
            batch, coming = coming.result(), thread.submit(images_of, step)
            yield (batch,)
