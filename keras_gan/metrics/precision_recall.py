"""Fidelity and coverage apart, by nearest neighbours among features."""

from collections.abc import Iterator

import numpy as np

from keras_gan.metrics.statistics import check_pair

#: Rows whose distances to all others are held at a time.
BLOCK = 1000


def precision_recall(real: np.ndarray, generated: np.ndarray, k: int = 3) -> tuple[float, float]:
    """Return improved precision and recall.

    A set's manifold is taken to be the union of balls about its members, each as wide as the distance to the k-th
    nearest other member. Precision is the share of samples inside the real manifold, recall the share of real images
    inside the samples'. Both are in [0, 1] and depend on the numbers of images: compare at equal ones.

    Args:
        real: `(samples, features)` of the real set, more than k.
        generated: Those of the samples, likewise.
        k: Which neighbour sets the radius, at least 1. Defaults to 3.

    Returns:
        Precision and recall.

    Raises:
        ValueError: If the features do not belong together or are too few for k.

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

    Density counts in how many balls about real images a sample lies, on average and divided by k: an outlier's large
    ball counts once, where precision takes it for the whole. It is at least 0, near 1 where the samples are distributed
    as the real images, above 1 where they crowd. Coverage is the share of real images with a sample inside their ball.

    Args:
        real: `(samples, features)` of the real set, more than k.
        generated: Those of the samples, at least one.
        k: Which neighbour sets the radius, at least 1. Defaults to 5.

    Returns:
        Density and coverage.

    Raises:
        ValueError: If the features do not belong together or are too few for k.

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
    if not 1 <= k < len(real):
        raise ValueError(
            f"`k` must be at least 1 and less than the number of real images. Received: k={k}, {len(real)} real images"
        )
    # Squares of far-off features would cancel in the distances.
    return real - real.mean(axis=0), generated - real.mean(axis=0)


def _blocks(first: np.ndarray, second: np.ndarray) -> Iterator[tuple[slice, np.ndarray]]:
    """Yield slices of the first set with their squared distances to all of the second."""
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
    """Return each row's squared distance to its k-th nearest other row."""
    # The nearest of all is the row itself.
    return np.concatenate([np.partition(distances, k, axis=1)[:, k] for _, distances in _blocks(features, features)])
