"""Logits of samples, recorded while an evaluator passes them through its extractor."""

import copy
from collections.abc import Iterable

import numpy as np

from keras_gan.metrics.evaluator import Evaluator
from keras_gan.metrics.extractors.extractor import FeatureExtractor, Features
from keras_gan.metrics.reference import SampleSet


class _Recorder(FeatureExtractor):
    """Wrapper of an extractor that keeps all logits."""

    def __init__(self, extractor: FeatureExtractor) -> None:
        self.extractor = extractor
        self.name = extractor.name
        self.weights_hash = extractor.weights_hash
        self.resize = extractor.resize
        self.batch_size = extractor.batch_size
        self.recorded: list[np.ndarray] = []

    def compute(self, images: np.ndarray) -> Features:
        features, logits = self.extractor(images)
        if logits is not None:
            self.recorded.append(logits)
        return features, logits


def collect_with_logits(
    evaluator: Evaluator, images: np.ndarray | Iterable[np.ndarray]
) -> tuple[SampleSet, np.ndarray | None]:
    """Pass samples through an evaluator's extractor as `Evaluator.collect` does, and keep their logits too.

    Args:
        evaluator: The evaluator. It is not changed, and does not keep the logits.
        images: Images or batches of images, as for `Evaluator.collect`.

    Returns:
        The summary that `Evaluator.collect` returns, and the logits `(samples, classes)`, which are None if the
        extractor has no classifier.

    Raises:
        ImageError: If `Evaluator.collect` refuses the images.
    """
    recorder = _Recorder(evaluator.extractor)
    recording = copy.copy(evaluator)
    recording.extractor = recorder
    samples = recording.collect(images)
    return samples, np.concatenate(recorder.recorded) if recorder.recorded else None
