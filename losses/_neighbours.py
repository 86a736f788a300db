"""Embeddings with labels: which others are of the same class, and which are not."""

import numpy as np
from keras import ops

from keras_gan.losses._base import Loss
from keras_gan.losses._checks import check_rank
from keras_gan.losses._elements import align, both, of_samples
from keras_gan.losses._labels import as_labels, concrete
from keras_gan.losses._types import Tensor


def label_of_each(y_true: Tensor, y_pred: Tensor) -> Tensor:
    """Return the label of each sample, `(batch,)`.

    Raises:
        ValueError: If there is not one label a sample or, outside a compiled function, if one is not finite.
    """
    y_true = as_labels(y_true)
    if len(y_true.shape) == 2 and y_true.shape[1] == 1:
        y_true = ops.squeeze(y_true, axis=1)
    check_rank("y_true", y_true, 1, "(batch,)", maximum=1)
    counts = y_true.shape[0], y_pred.shape[0]
    if None not in counts and counts[0] != counts[1]:
        raise ValueError(
            "`y_true` must have one label for each embedding of `y_pred`. "
            f"Received: y_true.shape={tuple(y_true.shape)}, y_pred.shape={tuple(y_pred.shape)}"
        )
    values = concrete(y_true)
    if values is not None and not np.all(np.isfinite(values)):
        raise ValueError("`y_true` must be finite labels. Received: NaN or an infinite one")
    return y_true


def positives_and_negatives(labels: Tensor, mask: Tensor | None = None) -> tuple[Tensor, Tensor]:
    """Return which others have the label of each sample, and which have another one, boolean, `(batch, batch)`.

    Args:
        labels: Labels, `(batch,)`.
        mask: Samples that count, `(batch,)`; the others are neither. Defaults to None, all.
    """
    same = ops.expand_dims(labels, 1) == ops.expand_dims(labels, 0)
    own = ops.eye(ops.shape(labels)[0], dtype="bool")
    positive, negative = ops.logical_and(same, ops.logical_not(own)), ops.logical_not(same)
    if mask is None:
        return positive, negative
    candidates = ops.expand_dims(align("mask", mask, labels), 0)
    return ops.logical_and(positive, candidates), ops.logical_and(negative, candidates)


def have_both(positive: Tensor, negative: Tensor) -> Tensor:
    """Return which samples have another of their label, and one of another label, `(batch,)`."""
    return ops.logical_and(ops.any(positive, axis=1), ops.any(negative, axis=1))


class LabelledLoss(Loss):
    """A loss of embeddings in which each sample is compared with others of its label, and with those of other labels.

    Samples that lack either do not count in the mean.
    """

    weighs_elements = False

    def mask(self, y_true: Tensor, y_pred: Tensor) -> Tensor | None:
        return of_samples(super().mask(y_true, y_pred))

    def counted(self, y_true: Tensor, y_pred: Tensor, mask: Tensor | None) -> Tensor | None:
        return both(mask, self.is_compared(label_of_each(y_true, y_pred), y_pred, mask))

    def is_compared(self, labels: Tensor, y_pred: Tensor, mask: Tensor | None) -> Tensor | None:
        """Return which samples have the others that they are compared with, `(batch,)`, or None for all."""
        return have_both(*positives_and_negatives(labels, mask))
