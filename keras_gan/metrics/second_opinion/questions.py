"""Questions to the peers: our figures, each with the data that it was computed from."""

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

import numpy as np

from keras_gan.metrics.evaluation import Evaluation
from keras_gan.metrics.frechet import frechet_distance
from keras_gan.metrics.inception_score import SPLITS
from keras_gan.metrics.kernel import SUBSETS, largest_subset
from keras_gan.metrics.reference import SampleSet
from keras_gan.metrics.sliced_wasserstein import random_directions, sliced_wasserstein
from keras_gan.metrics.statistics import feature_statistics

#: Functions of a peer by metric. Each takes the `arguments` of a question of that metric, and returns the figure.
Figures: TypeAlias = dict[str, Callable[..., float]]

#: Features of the real set and of the samples, float64.
_Pair: TypeAlias = tuple[np.ndarray, np.ndarray]


@dataclasses.dataclass(frozen=True, eq=False)
class Question:
    """A figure that the peers are asked to compute."""

    metric: str
    """Name of the figure in an `Evaluation`."""
    scope: str
    """Data that it is computed from, in words."""
    ours: float
    """Our value."""
    arguments: tuple[Any, ...]
    """Data that it is computed from, as arguments of a peer's function."""


def questions(
    evaluation: Evaluation, real: SampleSet, samples: SampleSet, logits: np.ndarray | None
) -> Iterator[Question]:
    """Yield one question for each figure; that about the Inception score only if there are logits."""
    kept = real.features.astype(np.float64), samples.features.astype(np.float64)
    yield _frechet_distance(evaluation, real, samples, kept)
    yield _kernel_distance(evaluation, kept)
    if logits is not None:
        yield _inception_score(evaluation, logits.astype(np.float64))
    yield _sliced_wasserstein(evaluation, kept)


def _frechet_distance(evaluation: Evaluation, real: SampleSet, samples: SampleSet, kept: _Pair) -> Question:
    """Ask about the evaluation's figure if all features were kept, and otherwise about that of the kept features."""
    is_whole = all(len(summary.features) == summary.statistics.count for summary in (real, samples))
    ours = evaluation.fid_score if is_whole else frechet_distance(*map(feature_statistics, kept))
    return Question("fid_score", _sizes(kept), ours, kept)


def _kernel_distance(evaluation: Evaluation, kept: _Pair) -> Question:
    size = largest_subset(*map(len, kept))
    return Question("kernel_distance", f"{SUBSETS} subsets of {size}", evaluation.kernel_distance, (*kept, size))


def _inception_score(evaluation: Evaluation, logits: np.ndarray) -> Question:
    if evaluation.inception_score_mean is None:
        raise ValueError("`logits` must be None if the evaluation has no Inception score. Received: logits")
    scope = f"{len(logits)} samples in {SPLITS} splits"
    return Question("inception_score_mean", scope, evaluation.inception_score_mean, (logits, SPLITS))


def _sliced_wasserstein(evaluation: Evaluation, kept: _Pair) -> Question:
    """Ask about the evaluation's figure if the sets have equal sizes, and otherwise about that of their first rows."""
    real, generated = kept
    rows = min(len(real), len(generated))
    pair = real[:rows], generated[:rows]
    ours = evaluation.sliced_wasserstein if len(real) == len(generated) else sliced_wasserstein(*pair)
    return Question("sliced_wasserstein", _sizes(pair), ours, (*pair, random_directions(real.shape[1])))


def _sizes(pair: _Pair) -> str:
    real, generated = pair
    return f"{len(generated)} samples, {len(real)} real"
