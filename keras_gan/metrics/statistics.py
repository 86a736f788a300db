"""Mean and covariance of features, accumulated in float64 over batches."""

import abc
import dataclasses
from typing import Any

import numpy as np
from numpy.typing import ArrayLike


@dataclasses.dataclass(frozen=True, eq=False)
class FeatureStatistics:
    """Statistics of a set of features that a Fréchet distance is computed from.

    Attributes:
        count: Number of samples, at least 2.
        mean: Mean of the features, `(features,)`, float64.
        covariance: Covariance of the features, `(features, features)`, float64, with divisor count − 1. It is symmetric
            and, up to rounding, positive semidefinite.

    Raises:
        ValueError: If the shapes do not match, there are fewer than two samples, or a value is not finite.
    """

    count: int
    mean: np.ndarray
    covariance: np.ndarray

    def __post_init__(self) -> None:
        size = self.mean.size
        if self.mean.shape != (size,) or self.covariance.shape != (size, size):
            raise ValueError(
                "`mean` and `covariance` must have the shapes (features,) and (features, features). "
                f"Received: {self.mean.shape} and {self.covariance.shape}"
            )
        if self.count < 2:
            raise ValueError(f"`count` must be at least 2: one sample has no covariance. Received: count={self.count}")
        if not (np.isfinite(self.mean).all() and np.isfinite(self.covariance).all()):
            raise ValueError("`mean` and `covariance` must be finite. Received: NaN or infinite values")


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
            ValueError: If its number of columns is not that of the batches before.
        """
        rows = np.asarray(rows, np.float64)
        if rows.ndim != 2 or (self.count and rows.shape[1] != self.mean.size):
            expected = self.mean.size if self.count else "columns"
            raise ValueError(f"`rows` must have the shape (rows, {expected}). Received: {rows.shape}")
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
        ValueError: If the features are not a matrix, have too few rows, or have a value that is not finite.
    """
    features = np.asarray(features, np.float64)
    if features.ndim != 2 or len(features) < least:
        raise ValueError(
            f"`{name}` must have the shape (samples, features) with at least {least} samples. "
            f"Received: shape {features.shape}"
        )
    if not np.isfinite(features).all():
        bad = int((~np.isfinite(features).all(axis=1)).sum())
        raise ValueError(f"`{name}` must be finite. Received: NaN or infinite values in {bad} of {len(features)} rows")
    return features


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
