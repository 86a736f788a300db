"""Fréchet distance between features taken for Gaussian, and what its sample size does to it."""

from collections.abc import Iterator, Sequence

import numpy as np
import scipy.linalg

from keras_gan.metrics.statistics import FeatureStatistics, check_features, feature_statistics

#: Sample sizes that `fid_infinity` extrapolates from, evenly spaced from a tenth of the samples to all of them.
EXTRAPOLATION_SIZES = 15


def frechet_distance(first: FeatureStatistics, second: FeatureStatistics) -> float:
    """Return the Fréchet distance of two Gaussians with these means and covariances.

    `‖μ₁ − μ₂‖² + Tr(Σ₁) + Tr(Σ₂) − 2·Tr((Σ₁Σ₂)^½)`

    The last trace is the sum of the singular values of `F₁ᵀF₂`, where `Σ = FFᵀ` is a pivoted Cholesky factorisation: it
    is real for singular covariances too, such as those of fewer samples than features, and keeps the digits that square
    roots of small eigenvalues would lose.

    Args:
        first: Statistics of one set of features.
        second: Statistics of the other.

    Returns:
        The distance, at least 0; called FID where the features are those of Inception.

    Raises:
        ValueError: If the statistics are of different numbers of features.

    References:
        - [Heusel et al., 2017](https://arxiv.org/abs/1706.08500)
        - D. C. Dowson and B. V. Landau, The Fréchet distance between multivariate normal distributions, Journal of
          Multivariate Analysis 12 (1982).
    """
    if first.mean.shape != second.mean.shape:
        raise ValueError(
            "`first` and `second` must be of as many features. "
            f"Received: {first.mean.size} and {second.mean.size} features"
        )
    between_means = np.square(first.mean - second.mean).sum()
    product = _factor(first.covariance).T @ _factor(second.covariance)
    root_trace = scipy.linalg.svdvals(product).sum() if product.size else 0.0
    distance = between_means + np.trace(first.covariance) + np.trace(second.covariance) - 2.0 * root_trace
    # Of equal sets, rounding may leave a little less than nothing.
    return max(float(distance), 0.0)


def _factor(covariance: np.ndarray) -> np.ndarray:
    """Return F `(features, rank)` with `FFᵀ` the covariance, which may be singular."""
    triangle, pivots, rank, _ = scipy.linalg.lapack.dpstrf(covariance, lower=1)
    factor = np.empty((len(covariance), rank))
    factor[pivots - 1] = np.tril(triangle)[:, :rank]
    return factor


def frechet_distance_by_size(
    features: np.ndarray, reference: FeatureStatistics, sizes: Sequence[int] | np.ndarray, seed: int = 0
) -> Iterator[float]:
    """Yield the Fréchet distance of ever another random subset of the samples.

    Args:
        features: `(samples, features)` of the samples.
        reference: Statistics of the real set.
        sizes: Size of each subset, from 2 to the number of samples.
        seed: Seed of the draws. Defaults to 0.

    Yields:
        One distance a size.
    """
    features = check_features(features, "features", least=2)
    random = np.random.default_rng(seed)
    for size in sizes:
        chosen = random.choice(len(features), size, replace=False)
        yield frechet_distance(feature_statistics(features[chosen]), reference)


def extrapolation_sizes(count: int) -> np.ndarray:
    """Return the sample sizes that `fid_infinity` extrapolates from.

    Raises:
        ValueError: If there are fewer than 20 samples.
    """
    if count < 20:
        raise ValueError(f"`features` must be at least 20 samples to extrapolate from. Received: {count}")
    return np.linspace(count / 10, count, EXTRAPOLATION_SIZES).astype(int)


def extrapolate_frechet_distance(sizes: Sequence[int] | np.ndarray, distances: Sequence[float] | np.ndarray) -> float:
    """Return where the line through distances over `1 / size` meets a size without bound.

    Args:
        sizes: Sample sizes.
        distances: The distance at each.
    """
    slope_and_intercept = np.polynomial.polynomial.polyfit(1.0 / np.asarray(sizes, np.float64), distances, 1)
    return float(slope_and_intercept[0])


def fid_infinity(features: np.ndarray, reference: FeatureStatistics, seed: int = 0) -> float:
    """Return the Fréchet distance that an endless number of samples would have.

    A distance of n samples is too large by about C / n, where C depends on the generator, so that even the order of two
    may turn round at a finite n. A line through the distances of 15 sizes over 1 / n meets 1 / n = 0 near the unbiased
    value. What the finite real set adds is not removed: it is the same for all that is compared with it.

    Args:
        features: `(samples, features)` of the samples, at least 20; best many times more than features.
        reference: Statistics of the real set.
        seed: Seed of the subsets. Defaults to 0.

    Returns:
        The extrapolated distance; noise may take it a little below 0.

    Reference:
        - [Chong and Forsyth, 2020](https://arxiv.org/abs/1911.07023)
    """
    sizes = extrapolation_sizes(len(features))
    return extrapolate_frechet_distance(sizes, list(frechet_distance_by_size(features, reference, sizes, seed)))


def bootstrap_frechet_distances(
    features: np.ndarray, reference: FeatureStatistics, replicates: int = 200, seed: int = 0
) -> Iterator[float]:
    """Yield the Fréchet distance of samples drawn with replacement, as many as there are.

    Args:
        features: `(samples, features)` of the samples.
        reference: Statistics of the real set.
        replicates: Number of draws. Defaults to 200.
        seed: Seed of the draws. Defaults to 0.

    Yields:
        One distance a draw.
    """
    features = check_features(features, "features", least=2)
    random = np.random.default_rng(seed)
    for _ in range(replicates):
        chosen = random.integers(0, len(features), len(features))
        yield frechet_distance(feature_statistics(features[chosen]), reference)


def bootstrap_interval(
    distance: float, replicates: Sequence[float] | np.ndarray, level: float = 0.95
) -> tuple[float, float]:
    """Return a confidence interval of the distance that sets of so many samples have on average.

    The replicates' quantiles are shifted so that their mean is the distance, because drawing with replacement repeats
    samples, which adds to the bias. What bias the average itself has at this number of samples stays; the real set is
    taken as it is. Where samples are as good as the real images the interval is too wide, by up to √3.

    Args:
        distance: Distance of all samples.
        replicates: Distances of `bootstrap_frechet_distances`, at least 2.
        level: Probability that the interval holds the average, in (0, 1). Defaults to 0.95.

    Returns:
        Lower and upper end.

    Raises:
        ValueError: If there are fewer than two replicates or the level is not in (0, 1).

    Reference:
        - B. Efron and R. J. Tibshirani, An Introduction to the Bootstrap (1993), chapters 12 and 13.
    """
    if len(replicates) < 2:
        raise ValueError(f"`replicates` must be at least 2. Received: {len(replicates)}")
    if not 0 < level < 1:
        raise ValueError(f"`level` must be in (0, 1). Received: level={level}")
    low, high = np.quantile(replicates, [(1 - level) / 2, (1 + level) / 2]) - np.mean(replicates)
    return max(float(distance + low), 0.0), float(distance + high)
