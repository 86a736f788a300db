"""A set of images split into those that are trained on and those that are held out."""

import dataclasses
import math

import numpy as np

from keras_gan.checks import NotNegative, check_number, check_seed, require
from keras_gan.data.images import check_images

#: Least number of images that are held out; figures need so many.
LEAST_HELD_OUT = 20

#: Most images that are copied from a set at a time, to be measured or compared: a set may be larger than the memory.
MOST_COPIED = 50_000


@dataclasses.dataclass(frozen=True)
class Split:
    """A set of images and which of them are trained on.

    Attributes:
        images: The whole set, uint8 `(count, height, width, channels)`.
        training: Indices of the images that are trained on; None for all.
        held_out: The images that are not, at most 50,000 of them; None for none.
    """

    images: np.ndarray
    training: np.ndarray | None = None
    held_out: np.ndarray | None = None

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the set of images that are trained on."""
        count = len(self.images) if self.training is None else len(self.training)
        return count, *self.images.shape[1:]

    def trained_on(self) -> np.ndarray:
        """Return the images that are trained on; of a large set with images held out, 50,000 of them."""
        if self.training is None:
            return self.images
        chosen = self.training
        if len(chosen) > MOST_COPIED:
            chosen = np.sort(np.random.default_rng(0).choice(chosen, MOST_COPIED, replace=False))
        return self.images[chosen]


def hold_out(images: np.ndarray, share: float, seed: int) -> Split:
    """Split a set of images at random, the same way for the same seed.

    Args:
        images: The set, uint8 `(count, height, width, channels)`.
        share: Share of the images that are held out, in [0, 0.5]; 0 for none.
        seed: Seed of the choice.

    Returns:
        The split.

    Raises:
        ValueError: If the share is out of its range, or it is fewer than 20 images.
    """
    check_images(images)
    check_seed(seed)
    check_number(share, "hold_out", NotNegative)
    require(share <= 0.5, "hold_out", "a share in [0, 0.5]", share)
    if share == 0:
        return Split(images)
    count = round(share * len(images))
    if len(images) < 2 * LEAST_HELD_OUT:
        raise ValueError(
            f"`hold_out` must be 0 for fewer than {2 * LEAST_HELD_OUT} images. "
            f"Received: hold_out={share} and {len(images)} images"
        )
    if count < LEAST_HELD_OUT:
        least = math.ceil(1000 * LEAST_HELD_OUT / len(images)) / 1000
        raise ValueError(
            f"`hold_out` must leave out at least {LEAST_HELD_OUT} images, such as {least} of {len(images)}. "
            f"Received: hold_out={share}, which are {count}"
        )
    order = np.random.default_rng((seed, len(images))).permutation(len(images))
    held_out, training = np.sort(order[:count]), np.sort(order[count:])
    return Split(images, training, images[held_out[:MOST_COPIED]])
