"""Kernel distance: an unbiased estimate of the squared maximum mean discrepancy between features."""

from collections.abc import Iterator

import numpy as np

from keras_gan.checks import check_count, check_seed
from keras_gan.metrics.statistics import check_pair

#: Number of subsets, samples in each, and seed of their draws. torch-fidelity has the same defaults.
SUBSETS, SUBSET_SIZE, SEED = 100, 1000, 2020


def kernel_distance(
    real: np.ndarray,
    generated: np.ndarray,
    subsets: int = SUBSETS,
    subset_size: int = SUBSET_SIZE,
    seed: int = SEED,
) -> tuple[float, float]:
    """Return the kernel distance of two sets of features.

    The distance is the squared maximum mean discrepancy `E[k(x, x′)] + E[k(y, y′)] − 2·E[k(x, y)]` under the kernel
    `k(x, y) = (xᵀy / features + 1)³`, averaged over random subsets. Pairs of a sample with itself are left out.
    Therefore the estimate is unbiased for any number of samples, unlike the Fréchet distance. It may be below 0 for two
    sets of the same distribution, and it is below 0 for a set and itself. The subsets are those that torch-fidelity
    draws with the generated set as its first input, so the same features give the same values as there.

    Args:
        real: Features of the real set, `(samples, features)`, at least `subset_size` samples.
        generated: Features of the samples, `(samples, features)`, at least `subset_size` samples.
        subsets: Number of subsets. Defaults to 100.
        subset_size: Samples in a subset, at least 2. Defaults to 1000.
        seed: Seed of the draws. Defaults to 2020.

    Returns:
        Mean and population standard deviation over the subsets. With the features of Inception, the mean is called KID.

    Raises:
        ValueError: If the numbers of features differ, a set has too few samples, a feature is not finite or so large
            that its sixth power is not, or a number is out of range.

    Reference:
        - [Bińkowski et al., 2018](https://arxiv.org/abs/1801.01401)
    """
    check_count(subsets, "subsets")
    check_count(subset_size, "subset_size", 2)
    check_seed(seed)
    real, generated = check_pair(real, generated, least=subset_size)
    real, generated = _with_kernel_products(real), _with_kernel_products(generated)
    distances = []
    for of_real, of_generated in draw_subsets(real, generated, subsets, subset_size, seed):
        with np.errstate(over="ignore", invalid="ignore"):
            distances.append(_unbiased_discrepancy(of_generated, of_real))
    if not np.isfinite(distances).all():
        raise ValueError(
            "`real` and `generated` must have features whose sixth powers are finite. Received: larger features"
        )
    return float(np.mean(distances)), float(np.std(distances))


def largest_subset(n_real: int, n_generated: int) -> int:
    """Return the size of the subsets in an evaluation: 1000, or half the smaller set."""
    # Subsets of more than half a set would overlap so much that their spread would be too small.
    return min(SUBSET_SIZE, n_real // 2, n_generated // 2)


def draw_subsets(
    real: np.ndarray, generated: np.ndarray, subsets: int = SUBSETS, subset_size: int = SUBSET_SIZE, seed: int = SEED
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield the rows of each random subset that `kernel_distance` averages over.

    Args:
        real: Rows of the real set.
        generated: Rows of the samples.
        subsets: Number of subsets. Defaults to 100.
        subset_size: Rows in a subset. Defaults to 1000.
        seed: Seed of the draws. Defaults to 2020.

    Yields:
        `subset_size` rows of the real set, and as many of the samples.
    """
    random = np.random.RandomState(seed)
    for _ in range(subsets):
        of_generated = generated[random.choice(len(generated), subset_size, replace=False)]
        yield real[random.choice(len(real), subset_size, replace=False)], of_generated


def _with_kernel_products(features: np.ndarray) -> np.ndarray:
    """Return rows whose inner products are `xᵀy / features + 1`."""
    return np.column_stack([features / np.sqrt(features.shape[1]), np.ones(len(features))])


def _unbiased_discrepancy(first: np.ndarray, second: np.ndarray) -> float:
    pairs = len(first) * (len(first) - 1)
    within = (_sum_among_others(first) + _sum_among_others(second)) / pairs
    return within - 2.0 * _sum_of_cubes(first @ second.T) / len(first) ** 2


def _sum_among_others(rows: np.ndarray) -> float:
    return _sum_of_cubes(rows @ rows.T) - _sum_of_cubes(np.square(rows).sum(axis=1))


def _sum_of_cubes(products: np.ndarray) -> float:
    return np.vdot(products * products, products)
