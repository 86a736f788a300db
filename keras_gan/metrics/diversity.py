"""Diversity: measures of how much samples differ from each other."""

import numpy as np

from keras_gan.checks import check_instance
from keras_gan.data.ranges import TOLERANCE
from keras_gan.metrics.statistics import FeatureStatistics, RunningVariance, as_floats


def pixel_variance(images: np.ndarray) -> float:
    """Return the variance over the samples, averaged over pixels and channels.

    Args:
        images: Images `(count, height, width, channels)` in [−1, 1].

    Returns:
        A value in [0, 1]. It is 0 if all samples are equal. Noise has a value of 1/3 to 1, so a high value does not
        prove that the samples are pictures.

    Raises:
        ValueError: If the images have another shape, or a value is not finite or is outside [−1, 1].
    """
    images = as_floats(images, "images")
    if images.ndim != 4 or 0 in images.shape:
        raise ValueError(f"`images` must have the shape (images, height, width, channels). Received: {images.shape}")
    # A comparison with NaN is false.
    if not np.all(np.abs(images) <= 1.0 + TOLERANCE):
        raise ValueError(f"`images` must be in [−1, 1]. Received: values in [{images.min():.4g}, {images.max():.4g}]")
    running = RunningVariance()
    running.update(images.reshape(len(images), -1))
    return float(running.result().mean())


def feature_diversity(generated: FeatureStatistics, real: FeatureStatistics) -> float:
    """Return the spread of the samples' features, as a ratio to the spread of the real images' features.

    The ratio is `Tr(Σ_generated) / Tr(Σ_real)`. Since 2·Tr(Σ) is the mean squared distance of two independent draws,
    it is also the ratio of the mean squared distance between two samples to that between two real images.

    Args:
        generated: Statistics of the samples' features.
        real: Statistics of the real images' features.

    Returns:
        A ratio of at least 0. It is 0 if all samples have the same features, and near 1 if the samples differ from each
        other as much as the real images do.

    Raises:
        ValueError: If the numbers of features differ, or all real images have the same features.
    """
    check_instance(generated, "generated", FeatureStatistics)
    check_instance(real, "real", FeatureStatistics)
    if generated.mean.shape != real.mean.shape:
        raise ValueError(
            "`generated` and `real` must have the same number of features. "
            f"Received: {generated.mean.size} and {real.mean.size} features"
        )
    spread = np.trace(real.covariance)
    # Rounding may leave equal rows with a small spread.
    if spread <= np.finfo(np.float64).eps * real.count * np.square(real.mean).sum():
        raise ValueError("`real` must have a spread to compare with. Received: real images of equal features")
    return float(np.trace(generated.covariance) / spread)
