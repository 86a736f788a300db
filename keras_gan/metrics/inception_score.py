"""Inception score: a measure of whether samples are recognisable and of many classes."""

import numpy as np
import scipy.special

from keras_gan.checks import check_count, require
from keras_gan.metrics.statistics import as_floats

#: Number of consecutive parts that samples are split into.
SPLITS = 10


class RunningInceptionScore:
    """Inception score of samples that come in batches. The memory it takes is that of `(splits, classes)` values.

    Args:
        count: Number of samples that will come, at least one for each split.
        splits: Number of consecutive parts. Defaults to 10.

    Raises:
        ValueError: If there are fewer samples than splits, or fewer than one split.
    """

    def __init__(self, count: int, splits: int = SPLITS) -> None:
        check_count(count, "count")
        check_count(splits, "splits", 0)
        if not 1 <= splits <= count:
            raise ValueError(
                f"`splits` must be from 1 to the number of samples. Received: splits={splits}, samples={count}"
            )
        self.ends = (np.arange(1, splits + 1) * count) // splits
        self.seen = 0
        self.probabilities = 0.0
        self.entropies = np.zeros(splits)

    def update(self, logits: np.ndarray) -> None:
        """Add the logits `(samples, classes)` of the next samples.

        Raises:
            ValueError: If the logits are not a matrix, a logit is NaN or +∞, or all logits of a sample are −∞.
        """
        logits = _matrix(logits)
        # A logit of −∞ means an impossible class, but at least one class must be possible.
        if not np.isfinite(logits.max(axis=-1)).all():
            raise ValueError("`logits` must be below infinity, one of a row finite. Received: NaN or infinite logits")
        p = scipy.special.softmax(logits, axis=-1)
        split = np.searchsorted(self.ends, np.arange(self.seen, self.seen + len(logits)), side="right")
        members = split == np.arange(len(self.ends))[:, None]
        self.probabilities = self.probabilities + members @ p
        self.entropies += members @ _entropy(p)
        self.seen += len(logits)

    def result(self) -> tuple[float, float]:
        """Return mean and population standard deviation of the splits' scores.

        Raises:
            ValueError: If the number of samples that have come is not `count`.
        """
        if self.seen != self.ends[-1]:
            raise ValueError(f"The score needs all {self.ends[-1]} samples. Received: {self.seen}")
        sizes = np.diff(self.ends, prepend=0)
        marginals = self.probabilities / sizes[:, None]
        scores = np.exp(_entropy(marginals) - self.entropies / sizes)
        return float(scores.mean()), float(scores.std())


def _matrix(logits: np.ndarray) -> np.ndarray:
    logits = as_floats(logits, "logits")
    if logits.ndim != 2 or logits.shape[1] == 0:
        raise ValueError(f"`logits` must have the shape (samples, classes). Received: {logits.shape}")
    return logits


def _entropy(probabilities: np.ndarray) -> np.ndarray:
    return scipy.special.entr(probabilities).sum(axis=-1)


def inception_score(logits: np.ndarray, splits: int = SPLITS) -> tuple[float, float]:
    """Return the Inception score of samples.

    The score is `exp(E[KL(p(y | x) ‖ p(y))])`, where p(y) is the mean of p(y | x) over a split. Its range is from 1, if
    the classifier's output is the same for every sample, to the number of classes. Splits are consecutive: shuffle
    samples that are sorted.

    Args:
        logits: Logits of a classifier, `(samples, classes)`, at least one sample for each split.
        splits: Number of parts that the samples are split into. Defaults to 10.

    Returns:
        Mean and population standard deviation over the splits.

    Raises:
        ValueError: If the logits are not a matrix, a logit is NaN or +∞, or there are fewer samples than splits.

    Reference:
        - [Salimans et al., 2016](https://arxiv.org/abs/1606.03498)
    """
    logits = _matrix(logits)
    require(len(logits) > 0, "logits", "of at least one sample", f"shape {logits.shape}")
    score = RunningInceptionScore(len(logits), splits)
    score.update(logits)
    return score.result()
