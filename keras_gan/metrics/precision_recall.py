"""Separate measures of fidelity and coverage, from nearest neighbours among features."""

from collections.abc import Iterator

import numpy as np

from keras_gan.checks import check_count
from keras_gan.metrics.statistics import check_pair

#: Number of rows whose distances to all others are in memory at a time.
BLOCK = 1000


def precision_recall(real: np.ndarray, generated: np.ndarray, k: int = 3) -> tuple[float, float]:
    """Return improved precision and recall.

    The manifold of a set is estimated as the union of balls around its members. The radius of each ball is the distance
    to the member's k-th nearest neighbour in the set. Precision is the share of samples inside the manifold of the real
    set. Recall is the share of real images inside the manifold of the samples. Both are in [0, 1] and depend on the
    numbers of images, so compare them at equal numbers.

    Args:
        real: Features of the real set, `(samples, features)`, more than k samples.
        generated: Features of the samples, `(samples, features)`, more than k samples.
        k: Index of the neighbour that sets the radius, at least 1. Defaults to 3.

    Returns:
        Precision and recall.

    Raises:
        ValueError: If the numbers of features differ, or a set has too few samples for k.

    Reference:
        - [Kynkäänniemi et al., 2019](https://arxiv.org/abs/1904.06991)
    """
    real, generated = _check(real, generated, k)
    if k >= len(generated):
        raise ValueError(f"`k` must be less than the number of samples. Received: k={k}, {len(generated)} samples")
    real_radii, generated_radii = _neighbour_distances(real, k), _neighbour_distances(generated, k)
    within_real = np.zeros(len(generated), bool)
    covered = []
    for block, distances in _blocks(real, generated):
        within_real |= (distances <= real_radii[block, None]).any(axis=0)
        covered.append((distances <= generated_radii).any(axis=1))
    return float(within_real.mean()), float(np.concatenate(covered).mean())


def density_coverage(real: np.ndarray, generated: np.ndarray, k: int = 5) -> tuple[float, float]:
    """Return density and coverage.

    Each real image has a ball whose radius is the distance to its k-th nearest other real image. Density is the mean
    number of balls that a sample lies in, divided by k. The large ball of an outlier adds only 1 / k to it, while one
    ball is enough for precision. Density is at least 0. It is near 1 if the samples are distributed like the real
    images, and above 1 if they crowd where real images are dense. Coverage is the share of real images that have a
    sample inside their ball.

    Args:
        real: Features of the real set, `(samples, features)`, more than k samples.
        generated: Features of the samples, `(samples, features)`, at least one sample.
        k: Index of the neighbour that sets the radius, at least 1. Defaults to 5.

    Returns:
        Density and coverage.

    Raises:
        ValueError: If the numbers of features differ, or a set has too few samples for k.

    Reference:
        - [Naeem et al., 2020](https://arxiv.org/abs/2002.09797)
    """
    real, generated = _check(real, generated, k)
    radii = _neighbour_distances(real, k)
    balls = 0
    covered = []
    for block, distances in _blocks(real, generated):
        inside = distances <= radii[block, None]
        balls += int(inside.sum())
        covered.append(inside.any(axis=1))
    return balls / (k * len(generated)), float(np.concatenate(covered).mean())


def _check(real: np.ndarray, generated: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    real, generated = check_pair(real, generated)
    check_count(k, "k", 0)
    if not 1 <= k < len(real):
        raise ValueError(
            f"`k` must be at least 1 and less than the number of real images. Received: k={k}, {len(real)} real images"
        )
    # Centred, because the squares of features far from 0 would cancel in the distances.
    return real - real.mean(axis=0), generated - real.mean(axis=0)


def _blocks(first: np.ndarray, second: np.ndarray) -> Iterator[tuple[slice, np.ndarray]]:
    """Yield slices of the first set, with the squared distances from their rows to all rows of the second set."""
    norms = np.square(second).sum(axis=1)
    for start in range(0, len(first), BLOCK):
        block = slice(start, min(start + BLOCK, len(first)))
        rows = first[block]
        distances = rows @ second.T
        distances *= -2.0
        distances += np.square(rows).sum(axis=1)[:, None]
        distances += norms
        yield block, distances


def _neighbour_distances(features: np.ndarray, k: int) -> np.ndarray:
    """Return the squared distance from each row to its k-th nearest other row."""
    # The nearest row of all is the row itself.
    return np.concatenate([np.partition(distances, k, axis=1)[:, k] for _, distances in _blocks(features, features)])
