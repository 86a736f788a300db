"""Samples beside the training images that they are nearest to, and the detector for copies."""

import dataclasses
from collections.abc import Iterator

import numpy as np

from keras_gan.analysis.detectors.findings import Diagnosis, Finding
from keras_gan.data.images import in_range
from keras_gan.data.records import release_pages

#: A sample is a copy if its distance to the nearest training image is below this share of the distance from that image
#: to its own nearest neighbour. For samples of the same distribution, half of these ratios are above 1.
COPY = 0.8

#: Number of training images that are compared at a time.
BLOCK = 1000

#: Distance per pixel value below which two images are the same.
SAME = 1e-4

#: Share of copies among the samples from which they count as memorised.
COPIES = 0.5


@dataclasses.dataclass(frozen=True)
class Originals:
    """The nearest training image of each sample.

    Attributes:
        samples: The samples, `(count, height, width, channels)` in [−1, 1].
        index: Index of the nearest training image of each sample.
        nearest: These images, in [−1, 1].
        ratio: Distance of each sample to its nearest training image, as a share of the distance from that image to its
            own nearest neighbour. For samples of the same distribution, half of these are above 1.
        is_copy: Whether each sample is a copy: its ratio is small, and it is not near to the mean of all images.
        training_count: Number of training images.
    """

    samples: np.ndarray
    index: np.ndarray
    nearest: np.ndarray
    ratio: np.ndarray
    is_copy: np.ndarray
    training_count: int

    def closest(self, count: int) -> np.ndarray:
        """Return pairs of a sample and its nearest training image, those with the smallest ratio first.

        Args:
            count: Number of pairs, at most that of the samples.

        Returns:
            Images `(2 · count, height, width, channels)`: the samples, then the training images in the same order.
        """
        order = np.argsort(self.ratio, kind="stable")[:count]
        return np.concatenate([self.samples[order], self.nearest[order]])


def find_originals(samples: np.ndarray, training: np.ndarray) -> Originals:
    """Return the nearest training image of each sample, by the distance of pixels.

    Args:
        samples: Images `(count, height, width, channels)` in [−1, 1].
        training: All training images, in [−1, 1] or uint8.
    """
    made = samples.reshape(len(samples), -1).astype(np.float64)
    distance, index = _nearest(made, training)
    chosen, places = np.unique(index, return_inverse=True)
    nearest = in_range(training[chosen])
    # For an image that occurs several times, the nearest different image counts.
    between, _ = _nearest(nearest.reshape(len(chosen), -1), training, least=SAME * np.sqrt(made.shape[1]))
    ratio = distance / between[places]
    # The mean of many images is nearer to each of them than they are to each other, but is not a copy of any.
    is_far_from_mean = distance < COPY * np.linalg.norm(made - _mean(training), axis=1)
    return Originals(samples, index, nearest[places], ratio, (ratio < COPY) & is_far_from_mean, len(training))


def memorisation(originals: Originals) -> Finding | None:
    """Find samples that are copies: much nearer to a training image than its nearest neighbour among the others.

    Args:
        originals: The nearest training images of the samples.
    """
    copies = float(np.mean(originals.is_copy))
    if copies < COPIES:
        return None
    text = (
        f"{copies:.0%} of {len(originals.samples)} samples are less than {COPY} times as far from a training image as "
        f"that image is from its nearest neighbour; they repeat {len(set(originals.index))} of "
        f"{originals.training_count} images"
    )
    return Finding(Diagnosis.MEMORISATION, text)


def _blocks(images: np.ndarray) -> Iterator[tuple[int, np.ndarray]]:
    """Yield blocks of images in [−1, 1], one row per image, with the index of the first; a block fits into memory."""
    for start in range(0, len(images), BLOCK):
        block = images[start : start + BLOCK]
        yield start, in_range(block).reshape(len(block), -1)
        release_pages(images)


def _nearest(rows: np.ndarray, images: np.ndarray, least: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """Return the distance from each row to its nearest image at a distance of at least `least`, and its index."""
    best, index = np.full(len(rows), np.inf), np.zeros(len(rows), int)
    for start, block in _blocks(images):
        squares = np.sum(rows**2, axis=1)[:, None] + np.sum(block**2, axis=1) - 2 * rows @ block.T
        distances = np.sqrt(np.maximum(squares, 0.0))
        distances[distances < least] = np.inf
        closest = distances.argmin(axis=1)
        found = distances[np.arange(len(rows)), closest]
        index = np.where(found < best, start + closest, index)
        best = np.minimum(found, best)
    return best, index


def _mean(images: np.ndarray) -> np.ndarray:
    return sum(block.sum(axis=0) for _, block in _blocks(images)) / len(images)
