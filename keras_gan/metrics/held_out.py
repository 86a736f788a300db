"""Distances of samples to images that a generator was not trained on."""

import dataclasses

import numpy as np

from keras_gan.metrics.extractors.extractor import FeatureExtractor
from keras_gan.metrics.frechet import frechet_distance
from keras_gan.metrics.reference import SampleSet
from keras_gan.metrics.statistics import FeatureStatistics, feature_statistics


@dataclasses.dataclass(frozen=True)
class HeldOutReference:
    """Statistics of held-out images, and of as many images that were trained on.

    The Fréchet distance depends on the number of images. So the distance to held-out images is read beside that to as
    many images that were trained on. A generator that copies is nearer to the latter.

    Attributes:
        held_out: Statistics of the held-out images.
        seen: Statistics of as many images that were trained on.
    """

    held_out: FeatureStatistics
    seen: FeatureStatistics

    def distances(self, samples: SampleSet) -> tuple[float, float]:
        """Return the Fréchet distances of samples to the held-out images and to as many that were trained on."""
        statistics = samples.statistics
        return frechet_distance(statistics, self.held_out), frechet_distance(statistics, self.seen)


def measure_held_out(extractor: FeatureExtractor, images: np.ndarray, seen: np.ndarray) -> HeldOutReference:
    """Measure held-out images.

    Args:
        extractor: The feature extractor.
        images: Held-out images, uint8.
        seen: Features of images that were trained on, in random order. If there are fewer of them than held-out images,
            so many of the latter are measured.
    """
    images = images[: len(seen)]
    size = extractor.batch_size
    features = [extractor(images[start : start + size])[0] for start in range(0, len(images), size)]
    return HeldOutReference(
        feature_statistics(np.concatenate(features)), feature_statistics(seen[: len(images)].astype(np.float64))
    )
