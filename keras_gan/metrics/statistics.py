"""Mean and covariance of features, accumulated in float64 over batches."""

import abc
import dataclasses
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from keras_gan.checks import check_count, require

#: Features are smaller than this, so that the sums of their squares are finite.
LARGEST_FEATURE = 1e140


@dataclasses.dataclass(frozen=True, eq=False)
class FeatureStatistics:
    """Statistics of a set of features that a Fréchet distance is computed from.

    Attributes:
        count: Number of samples, at least 2.
        mean: Mean of the features, `(features,)`, float64.
        covariance: Covariance of the features, `(features, features)`, float64, with divisor count − 1. It is symmetric
            and, up to rounding, positive semidefinite.

    Raises:
        ValueError: If the shapes do not match, there are fewer than two samples, a value is not finite, or a variance
            is negative.
    """

    count: int
    mean: np.ndarray
    covariance: np.ndarray

    def __post_init__(self) -> None:
        object.__setattr__(self, "mean", as_floats(self.mean, "mean"))
        object.__setattr__(self, "covariance", as_floats(self.covariance, "covariance"))
        size = self.mean.size
        if self.mean.shape != (size,) or self.covariance.shape != (size, size):
            raise ValueError(
                "`mean` and `covariance` must have the shapes (features,) and (features, features). "
                f"Received: {self.mean.shape} and {self.covariance.shape}"
            )
        check_count(self.count, "count", 0)
        if self.count < 2:
            raise ValueError(f"`count` must be at least 2: one sample has no covariance. Received: count={self.count}")
        if not (np.isfinite(self.mean).all() and np.isfinite(self.covariance).all()):
            raise ValueError("`mean` and `covariance` must be finite. Received: NaN or infinite values")
        require(
            bool((np.diag(self.covariance) >= 0).all()), "covariance", "of variances of at least 0", "a negative one"
        )


class _Running(abc.ABC):
    """Count, mean and centred sum of products of rows that come in batches.

    Batches are merged by the pairwise update of Chan, Golub and LeVeque (1979). It avoids the cancellation that the
    mean of products minus the product of means has.
    """

    def __init__(self) -> None:
        self.count = 0
        # Arrays, once there are rows to tell their shapes.
        self.mean: Any = 0.0
        self.products: Any = 0.0

    def update(self, rows: np.ndarray) -> None:
        """Add a batch `(rows, columns)`, which may be empty.

        Raises:
            ValueError: If its number of columns is not that of the batches before, or a value is not finite.
        """
        rows = as_floats(rows, "rows")
        if rows.ndim != 2 or (self.count and rows.shape[1] != self.mean.size):
            expected = self.mean.size if self.count else "columns"
            raise ValueError(f"`rows` must have the shape (rows, {expected}). Received: {rows.shape}")
        rows = check_features(rows, "rows", least=0)
        if len(rows) == 0:
            return
        count, mean = len(rows), rows.mean(axis=0)
        delta = mean - self.mean
        total = self.count + count
        self.products = self.products + self._sum_of_products(rows - mean)
        self.products += self._sum_of_products(delta[None]) * (self.count * count / total)
        self.mean = self.mean + delta * (count / total)
        self.count = total

    @staticmethod
    @abc.abstractmethod
    def _sum_of_products(rows: np.ndarray) -> np.ndarray:
        """Return the sum over the rows of the products that make up the second moment."""


class RunningCovariance(_Running):
    """Statistics of features that come in batches. The memory it takes is that of one covariance."""

    @staticmethod
    def _sum_of_products(rows: np.ndarray) -> np.ndarray:
        return rows.T @ rows

    def result(self) -> FeatureStatistics:
        """Return the statistics of all rows so far.

        Raises:
            ValueError: If there are fewer than two rows.
        """
        if self.count < 2:
            raise ValueError(f"A covariance needs at least two rows. Received: {self.count}")
        return FeatureStatistics(self.count, self.mean, self.products / (self.count - 1))


class RunningVariance(_Running):
    """Variance of each column of rows that come in batches."""

    @staticmethod
    def _sum_of_products(rows: np.ndarray) -> np.ndarray:
        return np.square(rows).sum(axis=0)

    def result(self) -> np.ndarray:
        """Return the population variance of each column, float64."""
        return self.products / self.count


def feature_statistics(features: np.ndarray) -> FeatureStatistics:
    """Return mean and covariance of features.

    Args:
        features: Features `(samples, features)`, at least two samples.

    Returns:
        The statistics in float64.

    Raises:
        ValueError: If the features are not a matrix, have too few rows, or have a value that is not finite.
    """
    running = RunningCovariance()
    running.update(check_features(features, "features", least=2))
    return running.result()


def check_features(features: ArrayLike, name: str, least: int = 1) -> np.ndarray:
    """Return features as a float64 matrix.

    Args:
        features: The features to check.
        name: Name of the features in error messages.
        least: Least number of rows. Defaults to 1.

    Raises:
        ValueError: If the features are not a matrix of numbers, have too few rows or no columns, or have a value that
            is not finite or is too large to be squared.
    """
    features = as_floats(features, name)
    if features.ndim != 2 or len(features) < least or features.shape[1] == 0:
        raise ValueError(
            f"`{name}` must have the shape (samples, features) with at least {least} samples. "
            f"Received: shape {features.shape}"
        )
    if not np.isfinite(features).all():
        bad = int((~np.isfinite(features).all(axis=1)).sum())
        raise ValueError(f"`{name}` must be finite. Received: NaN or infinite values in {bad} of {len(features)} rows")
    largest = np.abs(features).max(initial=0.0)
    require(largest < LARGEST_FEATURE, name, f"smaller than {LARGEST_FEATURE:g}, or squares overflow", f"{largest:g}")
    return features


def as_floats(values: ArrayLike, name: str) -> np.ndarray:
    """Return numbers as a float64 array; refuse texts, objects and complex numbers, which NumPy would convert.

    Args:
        values: The numbers.
        name: Name of the numbers in error messages.

    Raises:
        ValueError: If they are no real numbers, or their rows differ in length.
    """
    try:
        array = np.asarray(values)
    except ValueError as error:
        raise ValueError(f"`{name}` must be an array of numbers. Received: {error}") from error
    is_real = np.can_cast(array.dtype, np.float64, "same_kind")
    require(is_real, name, "an array of real numbers", f"{type(values).__name__} of dtype {array.dtype}")
    return array.astype(np.float64, copy=False)


def check_pair(real: ArrayLike, generated: ArrayLike, least: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Return two sets of features as float64 matrices.

    Args:
        real: Features of the real set.
        generated: Features of the samples.
        least: Least number of rows of each. Defaults to 1.

    Raises:
        ValueError: If `check_features` refuses one of them, or their numbers of columns differ.
    """
    real, generated = check_features(real, "real", least), check_features(generated, "generated", least)
    if real.shape[1] != generated.shape[1]:
        raise ValueError(
            "`real` and `generated` must have the same number of features. "
            f"Received: {real.shape[1]} and {generated.shape[1]} features"
        )
    return real, generated
