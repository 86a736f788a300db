"""Feeds of images whose order is a pure function of seed and step."""

import concurrent.futures
import functools
import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np

from keras_gan.checks import check_count, check_seed
from keras_gan.data.images import check_images
from keras_gan.data.records import release_pages

#: Bytes of steps after which the pages of a mapped set leave the process. The system maps up to 64 KB around each page
#: that is read, so that the pages of a step take several times its bytes.
RESIDENT_BYTES = 2**24


def step_indices(count: int, size: int, step: int, seed: int) -> np.ndarray:
    """Return the indices of the images of a step.

    The shuffled passes over the set form one long sequence. Step t takes its positions [t·size, (t+1)·size). So each
    pass draws every image once, even if a step spans two passes.

    Args:
        count: Number of images in the set.
        size: Number of images in a step.
        step: Index of the step, from 0.
        seed: Seed of the shuffles.

    Returns:
        Indices `(size,)` in [0, count).
    """
    for name, value, least in (("count", count, 1), ("size", size, 1), ("step", step, 0)):
        check_count(value, name, least)
    check_seed(seed)
    positions = np.arange(step * size, (step + 1) * size)
    first, last = positions[0] // count, positions[-1] // count
    order = np.concatenate([_shuffled_pass(count, index, seed) for index in range(first, last + 1)])
    return order[positions - first * count]


@functools.lru_cache(maxsize=4)
def _shuffled_pass(count: int, index: int, seed: int) -> np.ndarray:
    return np.random.default_rng((seed, index)).permutation(count)


class ImageFeed:
    """Endless feed of images for a GAN's `fit`, one step at a time; `image_batches` makes it.

    `fit` starts at `position` and advances it by the number of steps that it trained. So the next `fit` continues where
    this one ended.

    Attributes:
        images: The set, `(images, height, width, channels)`, uint8.
        batch_size: Images of one critic update.
        n_critic: Critic updates in a step.
        seed: Seed of the order.
        position: Index of the step that the next `fit` starts with.
        chosen: Indices of the images that are fed, or None for all.
        rows: Part of each batch that is read. `fit` sets it where several processes share the batches; it is all of
            them before.
    """

    def __init__(
        self,
        images: np.ndarray,
        batch_size: int,
        n_critic: int,
        seed: int,
        start: int,
        chosen: np.ndarray | None = None,
    ) -> None:
        check_images(images)
        for name, value, least in (("batch_size", batch_size, 1), ("n_critic", n_critic, 1), ("start", start, 0)):
            check_count(value, name, least)
        check_seed(seed)
        self._count = len(images) if chosen is None else len(checked_indices(chosen, len(images)))
        if self._count < batch_size:
            raise ValueError(f"`images` must hold at least one batch of {batch_size}. Received: {self._count} images")
        self.images = images
        self.chosen = chosen
        self.batch_size = batch_size
        self.n_critic = n_critic
        self.seed = seed
        self.position = start
        self.rows = slice(None)
        self._resident = 0

    def step(self, index: int) -> np.ndarray:
        """Return the images of a step.

        Args:
            index: Index of the step, from 0.

        Returns:
            `(batch, n_critic, height, width, channels)`, uint8: `[:, k]` is the batch of critic update k.
        """
        check_count(index, "index", 0)
        indices = step_indices(self._count, self.n_critic * self.batch_size, index, self.seed)
        indices = indices if self.chosen is None else self.chosen[indices]
        images = self.images[indices.reshape(self.n_critic, self.batch_size).T[self.rows]]
        self._resident += images.nbytes
        if self._resident > RESIDENT_BYTES:
            release_pages(self.images)
            self._resident = 0
        return images

    def __iter__(self) -> Iterator[np.ndarray]:
        """Yield the images of each step, starting at `position`."""
        return map(self.step, itertools.count(self.position))

    def stream(self) -> Any:
        """Return the steps, starting at `position`, in the form that is fastest with the current Keras backend."""
        import keras

        return _prefetched(iter(self)) if keras.backend.backend() == "jax" else self._dataset()

    def _dataset(self) -> Any:
        import tensorflow as tf

        shape = (self.batch_size, self.n_critic, *self.images.shape[1:])
        steps = tf.data.Dataset.from_generator(lambda: iter(self), output_signature=tf.TensorSpec(shape, tf.uint8))
        options = tf.data.Options()
        # There is nothing to tune, and TensorFlow may wait for the tuning's thread, up to a minute, when `fit` ends.
        options.autotune.enabled = False
        return steps.prefetch(1).with_options(options)


def checked_indices(chosen: Any, count: int) -> np.ndarray:
    """Return indices of images, if they are such.

    Args:
        chosen: The indices.
        count: Number of images.

    Raises:
        ValueError: If they are no vector of integers in [0, count), at least one.
    """
    is_vector = isinstance(chosen, np.ndarray) and chosen.ndim == 1 and chosen.dtype.kind in "iu" and len(chosen) > 0
    if not is_vector or chosen.min() < 0 or chosen.max() >= count:
        received = f"{chosen.dtype} of shape {chosen.shape}" if isinstance(chosen, np.ndarray) else repr(chosen)
        raise ValueError(f"`chosen` must be a vector of indices of {count} images. Received: {received}")
    return chosen


def image_batches(
    images: np.ndarray,
    batch_size: int,
    n_critic: int,
    seed: int = 0,
    start: int = 0,
    chosen: np.ndarray | None = None,
) -> ImageFeed:
    """Make an endless feed of uint8 images for a GAN's `fit`; the model scales them to [−1, 1].

    `GAN.batches` does the same with the model's own `n_critic`, seed and step.

    Args:
        images: The set, `(images, height, width, channels)`, uint8. The feed keeps it without copying it.
        batch_size: Images of one critic update, at most the number of images in the set.
        n_critic: Critic updates in a step, the same number as in the model.
        seed: Seed of the order. Defaults to 0.
        start: Index of the first step. Defaults to 0.
        chosen: Indices of the images that are fed. Defaults to None, all of them.

    Returns:
        The feed. `fit` needs `steps_per_epoch` with it.

    Raises:
        ValueError: If the images are not uint8, there are fewer of them than a batch, or a number is too small.
    """
    return ImageFeed(images, batch_size, n_critic, seed, start, chosen)


def _prefetched(steps: Iterator[np.ndarray]) -> Iterator[tuple[np.ndarray]]:
    """Yield steps, and prepare the next one in a thread."""
    with concurrent.futures.ThreadPoolExecutor(1) as thread:
        coming = thread.submit(next, steps)
        while True:
            step, coming = coming.result(), thread.submit(next, steps)
            yield (step,)
