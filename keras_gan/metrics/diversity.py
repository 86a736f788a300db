"""How much samples differ from each other."""

import numpy as np

from keras_gan.data.images import TOLERANCE
from keras_gan.metrics.statistics import FeatureStatistics, RunningVariance


def pixel_variance(images: np.ndarray) -> float:
    """Return the variance over the samples at each pixel and channel, averaged.

    Args:
        images: Images `(count, height, width, channels)` in [−1, 1].

    Returns:
        A value in [0, 1]: 0 where all samples are one. Static has 1/3 to 1, so that a healthy value is no proof of
        pictures.

    Raises:
        ValueError: If the images have another shape, or a value is not finite or outside [−1, 1].
    """
    images = np.asarray(images, np.float64)
    if images.ndim != 4 or len(images) == 0:
        raise ValueError(f"`images` must have the shape (images, height, width, channels). Received: {images.shape}")
    # A comparison with NaN is false.
    if not np.all(np.abs(images) <= 1.0 + TOLERANCE):
        raise ValueError(f"`images` must be in [−1, 1]. Received: values in [{images.min():.4g}, {images.max():.4g}]")
    running = RunningVariance()
    running.update(images.reshape(len(images), -1))
    return float(running.result().mean())


def feature_diversity(generated: FeatureStatistics, real: FeatureStatistics) -> float:
    """Return the mean squared distance between two samples' features, in units of that between two real images'.

    `Tr(Σ_generated) / Tr(Σ_real)`, the mean squared distance of two independent draws being 2·Tr(Σ).

    Args:
        generated: Statistics of the samples' features.
        real: Those of the real images.

    Returns:
        A ratio of at least 0: 0 where all samples look alike to the extractor, near 1 where they differ as much as the
        real images do.

    Raises:
        ValueError: If the features are of different numbers, or the real ones are all alike.
    """
    if generated.mean.shape != real.mean.shape:
        raise ValueError(
            "`generated` and `real` must be of as many features. "
            f"Received: {generated.mean.size} and {real.mean.size} features"
        )
    spread = np.trace(real.covariance)
    # Of equal rows, rounding leaves some spread.
    if spread <= np.finfo(np.float64).eps * real.count * np.square(real.mean).sum():
        raise ValueError("`real` must have a spread to compare with. Received: real images that are all alike")
    return float(np.trace(generated.covariance) / spread)
