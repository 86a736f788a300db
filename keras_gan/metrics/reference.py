"""Summaries of sets of images, with statistics and some features, and their cache on disk."""

import dataclasses
import hashlib
import os
import tempfile
import warnings
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from keras_gan.checks import check_fields
from keras_gan.data.npy import read_arrays
from keras_gan.metrics.extractors.extractor import FeatureExtractor
from keras_gan.metrics.inception_score import RunningInceptionScore
from keras_gan.metrics.statistics import FeatureStatistics, RunningCovariance, RunningVariance, check_features
from keras_gan.reading import reading

#: Largest number of images whose features are kept, for metrics that need more than mean and covariance. A limit keeps
#: the memory from growing with the number of samples.
KEPT_FEATURES = 5000

#: Version of the cached values; it is raised whenever their computation changes.
CACHE_VERSION = 1


@dataclasses.dataclass(frozen=True)
class SampleSet:
    """Summary of a set of images, from which all figures are computed.

    Attributes:
        statistics: Mean and covariance of all features.
        features: Features of the first images, at most 5000, float32.
        pixel_variance: Variance over the images in [−1, 1], averaged over pixels and channels.
        inception_score: Mean and standard deviation; None if the extractor has no classifier.
    """

    statistics: FeatureStatistics
    features: np.ndarray
    pixel_variance: float
    inception_score: tuple[float, float] | None

    def __post_init__(self) -> None:
        check_fields(self)
        check_features(self.features, "features")


def summarize(extractor: Callable[[np.ndarray], Iterable[Any]], batches: Iterable[np.ndarray], count: int) -> SampleSet:
    """Pass images through an extractor once, and keep what the figures need.

    Args:
        extractor: A feature extractor, or a function that returns what one does.
        batches: Batches of uint8 images, in random order: features of the first images are kept, and the splits of the
            Inception score are consecutive.
        count: Number of images in all batches.

    Returns:
        The summary. Its size does not grow with `count` beyond 5000 images.
    """
    covariance, variance = RunningCovariance(), RunningVariance()
    scores = RunningInceptionScore(count)
    kept: list[np.ndarray] = []
    has_logits = True
    for images in batches:
        features, logits = extractor(images)
        covariance.update(features)
        variance.update(images.reshape(len(images), -1) / 127.5 - 1.0)
        room = KEPT_FEATURES - sum(len(block) for block in kept)
        kept.append(features[:room].astype(np.float32))
        has_logits = logits is not None
        if logits is not None:
            scores.update(logits)
    pixel_variance = float(variance.result().mean())
    score = scores.result() if has_logits else None
    return SampleSet(covariance.result(), np.concatenate(kept), pixel_variance, score)


#: Arrays of a file.
ARRAYS = ("count", "mean", "covariance", "features", "pixel_variance", "inception_score")


def _pack(samples: SampleSet) -> dict[str, Any]:
    statistics = samples.statistics
    return {
        "count": statistics.count,
        "mean": statistics.mean,
        "covariance": statistics.covariance,
        "features": samples.features,
        "pixel_variance": samples.pixel_variance,
        "inception_score": samples.inception_score or (),
    }


def _unpack(arrays: Mapping[str, np.ndarray]) -> SampleSet:
    statistics = FeatureStatistics(int(arrays["count"]), arrays["mean"], arrays["covariance"])
    features = arrays["features"]
    if features.shape != (min(statistics.count, KEPT_FEATURES), statistics.mean.size):
        raise ValueError(f"its features have the shape {features.shape}")
    score: tuple[float, float] | None = None
    if len(arrays["inception_score"]) > 0:
        mean, std = map(float, arrays["inception_score"])
        score = mean, std
    return SampleSet(statistics, features, float(arrays["pixel_variance"]), score)


class ReferenceCache:
    """Cache of summaries of real sets on disk, under a hash of all that they depend on.

    Args:
        folder: Folder of the files. It is created when the first file is written.
    """

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)

    def path(self, extractor: FeatureExtractor, images_hash: str) -> Path | None:
        """Return the path of a real set's file; None for an extractor whose weights are unknown."""
        if extractor.weights_hash is None:
            return None
        facts = (CACHE_VERSION, KEPT_FEATURES, extractor.weights_hash, extractor.resize, images_hash)
        return self.folder / f"{hashlib.sha256(repr(facts).encode()).hexdigest()}.npz"

    def read(self, path: Path | None) -> SampleSet | None:
        """Return a summary that was written; None if there is no file, or with a warning if it cannot be read."""
        if path is None:
            return None
        try:
            arrays = dict(zip(ARRAYS, read_arrays(path, ARRAYS, "statistics of a real set")))
            with reading(path, "statistics of a real set"):
                return _unpack(arrays)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (OSError, ValueError) as error:
            warnings.warn(f"{path} cannot be read and is made anew: {error}", stacklevel=2)
            return None

    def write(self, path: Path | None, samples: SampleSet) -> None:
        """Write a summary, completely or not at all; warn if it cannot be written."""
        if path is None:
            return
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            # Other processes may write the same file at the same time.
            with tempfile.TemporaryDirectory(dir=self.folder) as folder:
                np.savez(Path(folder) / path.name, **_pack(samples))
                os.replace(Path(folder) / path.name, path)
        except OSError as error:
            warnings.warn(f"Statistics of the real set cannot be kept in {self.folder}: {error}", stacklevel=2)
