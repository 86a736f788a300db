"""Sliced Wasserstein distance: the Wasserstein distance of features along random directions."""

import numpy as np
import scipy

from keras_gan.checks import check_count, check_seed
from keras_gan.metrics.statistics import check_pair

#: Number of directions, and seed of their draws.
PROJECTIONS, SEED = 128, 0


def sliced_wasserstein(
    real: np.ndarray, generated: np.ndarray, projections: int = PROJECTIONS, seed: int = SEED
) -> float:
    """Return the mean Wasserstein-1 distance of two sets of features along random directions.

    Args:
        real: Features of the real set, `(samples, features)`.
        generated: Features of the samples, `(samples, features)`. The numbers of samples may differ.
        projections: Number of directions, uniform on the sphere. Defaults to 128.
        seed: Seed of the directions. Defaults to 0.

    Returns:
        The distance, at least 0, in units of the features.

    Raises:
        ValueError: If the numbers of features differ, or `projections` is less than 1.

    Reference:
        - N. Bonneel et al., Sliced and Radon Wasserstein Barycenters of Measures, Journal of Mathematical Imaging and
          Vision 51 (2015).
    """
    check_count(projections, "projections")
    check_seed(seed)
    real, generated = check_pair(real, generated)
    directions = random_directions(real.shape[1], projections, seed)
    # SciPy loads `stats` at its first use. An import at the top would make every training wait a second for it.
    pairs = zip((real @ directions).T, (generated @ directions).T)
    return float(np.mean([scipy.stats.wasserstein_distance(one, other) for one, other in pairs]))


def random_directions(features: int, projections: int = PROJECTIONS, seed: int = SEED) -> np.ndarray:
    """Return directions that are uniform on the sphere.

    Args:
        features: Number of features.
        projections: Number of directions. Defaults to 128.
        seed: Seed of the draws. Defaults to 0.

    Returns:
        Columns of length 1, `(features, projections)`.
    """
    directions = np.random.default_rng(seed).normal(size=(features, projections))
    return directions / np.linalg.norm(directions, axis=0)
