"""Fréchet distance between Gaussians fitted to features, and corrections for the number of samples."""

from collections.abc import Iterator, Sequence

import numpy as np
import scipy.linalg

from keras_gan.checks import Level, NotNegative, check_count, check_instance, check_number, check_seed, require
from keras_gan.metrics.statistics import FeatureStatistics, as_floats, check_features, feature_statistics

#: Number of sample sizes that `fid_infinity` extrapolates from; they go from a tenth of the samples to all of them.
EXTRAPOLATION_SIZES = 15


def frechet_distance(first: FeatureStatistics, second: FeatureStatistics) -> float:
    """Return the Fréchet distance of two Gaussians with these means and covariances.

    `‖μ₁ − μ₂‖² + Tr(Σ₁) + Tr(Σ₂) − 2·Tr((Σ₁Σ₂)^½)`

    The last trace is the sum of the singular values of `F₁ᵀF₂`, where `Σ = FFᵀ` is a pivoted Cholesky factorisation.
    This sum is real for singular covariances too, such as those of fewer samples than features. It also keeps the
    digits that square roots of small eigenvalues would lose.

    Args:
        first: Statistics of one set of features.
        second: Statistics of the other set.

    Returns:
        The distance, at least 0. With the features of Inception, it is called FID.

    Raises:
        ValueError: If the numbers of features differ.

    References:
        - [Heusel et al., 2017](https://arxiv.org/abs/1706.08500)
        - D. C. Dowson and B. V. Landau, The Fréchet distance between multivariate normal distributions, Journal of
          Multivariate Analysis 12 (1982).
    """
    check_instance(first, "first", FeatureStatistics)
    check_instance(second, "second", FeatureStatistics)
    if first.mean.shape != second.mean.shape:
        raise ValueError(
            "`first` and `second` must have the same number of features. "
            f"Received: {first.mean.size} and {second.mean.size} features"
        )
    between_means = np.square(first.mean - second.mean).sum()
    product = _factor(first.covariance).T @ _factor(second.covariance)
    root_trace = scipy.linalg.svdvals(product).sum() if product.size else 0.0
    distance = between_means + np.trace(first.covariance) + np.trace(second.covariance) - 2.0 * root_trace
    # For equal sets, rounding may give a value slightly below 0.
    return max(float(distance), 0.0)


def _factor(covariance: np.ndarray) -> np.ndarray:
    """Return F `(features, rank)` such that `FFᵀ` is the covariance, which may be singular."""
    triangle, pivots, rank, _ = scipy.linalg.lapack.dpstrf(covariance, lower=1)
    factor = np.empty((len(covariance), rank))
    factor[pivots - 1] = np.tril(triangle)[:, :rank]
    return factor


def frechet_distance_by_size(
    features: np.ndarray, reference: FeatureStatistics, sizes: Sequence[int] | np.ndarray, seed: int = 0
) -> Iterator[float]:
    """Yield the Fréchet distance of a new random subset of the samples for each size.

    Args:
        features: Features of the samples, `(samples, features)`.
        reference: Statistics of the real set.
        sizes: Size of each subset, from 2 to the number of samples.
        seed: Seed of the draws. Defaults to 0.

    Yields:
        One distance for each size.
    """
    features = check_features(features, "features", least=2)
    check_instance(reference, "reference", FeatureStatistics)
    check_seed(seed)
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
        raise ValueError(f"`features` must have at least 20 samples to extrapolate from. Received: {count}")
    return np.linspace(count / 10, count, EXTRAPOLATION_SIZES).astype(int)


def extrapolate_frechet_distance(sizes: Sequence[int] | np.ndarray, distances: Sequence[float] | np.ndarray) -> float:
    """Return the intercept of the least-squares line of distances over `1 / size`: the value at infinite size.

    Args:
        sizes: Sample sizes.
        distances: The distance at each size.
    """
    slope_and_intercept = np.polynomial.polynomial.polyfit(1.0 / np.asarray(sizes, np.float64), distances, 1)
    return float(slope_and_intercept[0])


def fid_infinity(features: np.ndarray, reference: FeatureStatistics, seed: int = 0) -> float:
    """Return the Fréchet distance extrapolated to infinitely many samples.

    The distance of n samples is too large by about C / n. C depends on the generator, so at a finite n even the order
    of two generators may be wrong. A line is fitted to the distances at 15 sizes n as a function of 1 / n. Its value at
    1 / n = 0 is close to the unbiased distance. The bias from the finite real set is not removed: it is the same for
    all generators that are compared with that set.

    Args:
        features: Features of the samples, `(samples, features)`, at least 20 samples. The result is best if there are
            many times more samples than features.
        reference: Statistics of the real set.
        seed: Seed of the subsets. Defaults to 0.

    Returns:
        The extrapolated distance. Because of noise it may be slightly below 0.

    Raises:
        ValueError: If there are fewer than 20 samples.

    Reference:
        - [Chong and Forsyth, 2020](https://arxiv.org/abs/1911.07023)
    """
    features = check_features(features, "features")
    sizes = extrapolation_sizes(len(features))
    return extrapolate_frechet_distance(sizes, list(frechet_distance_by_size(features, reference, sizes, seed)))


def bootstrap_frechet_distances(
    features: np.ndarray, reference: FeatureStatistics, replicates: int = 200, seed: int = 0
) -> Iterator[float]:
    """Yield the Fréchet distances of bootstrap draws.

    Each draw has as many samples as `features`, drawn with replacement.

    Args:
        features: Features of the samples, `(samples, features)`.
        reference: Statistics of the real set.
        replicates: Number of draws. Defaults to 200.
        seed: Seed of the draws. Defaults to 0.

    Yields:
        One distance for each draw.
    """
    features = check_features(features, "features", least=2)
    check_instance(reference, "reference", FeatureStatistics)
    check_count(replicates, "replicates")
    check_seed(seed)
    random = np.random.default_rng(seed)
    for _ in range(replicates):
        chosen = random.integers(0, len(features), len(features))
        yield frechet_distance(feature_statistics(features[chosen]), reference)


def bootstrap_interval(
    distance: float, replicates: Sequence[float] | np.ndarray, level: float = 0.95
) -> tuple[float, float]:
    """Return a confidence interval of the mean distance that sets of this many samples have.

    Drawing with replacement repeats samples, which adds to the bias. Therefore the quantiles of the replicates are
    shifted so that the mean of the replicates becomes the distance. The interval does not correct the bias that the
    mean itself has at this number of samples, and it does not include the uncertainty of the real set. If the samples
    are as good as the real images, the interval is too wide, by a factor of up to √3.

    Args:
        distance: Distance of all samples.
        replicates: Distances from `bootstrap_frechet_distances`, at least 2.
        level: Probability that the interval contains the mean, in (0, 1). Defaults to 0.95.

    Returns:
        Lower and upper end of the interval.

    Raises:
        ValueError: If there are fewer than two replicates or the level is not in (0, 1).

    Reference:
        - B. Efron and R. J. Tibshirani, An Introduction to the Bootstrap (1993), chapters 12 and 13.
    """
    check_number(distance, "distance", NotNegative)
    check_number(level, "level", Level)
    replicates = as_floats(replicates, "replicates")
    if replicates.ndim != 1 or len(replicates) < 2:
        raise ValueError(f"`replicates` must be at least 2. Received: shape {replicates.shape}")
    require(bool(np.isfinite(replicates).all()), "replicates", "finite", "NaN or infinite values")
    low, high = np.quantile(replicates, [(1 - level) / 2, (1 + level) / 2]) - np.mean(replicates)
    return max(float(distance + low), 0.0), float(distance + high)
