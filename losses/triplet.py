"""Triplet losses: an embedding must be nearer to those of its class than to all others, by a margin."""

from keras import ops
from keras.saving import register_keras_serializable

from keras_gan.losses._checks import check_number, check_rank
from keras_gan.losses._elements import keep
from keras_gan.losses._neighbours import LabelledLoss, have_both, label_of_each, positives_and_negatives
from keras_gan.losses._precision import maximum, upcast
from keras_gan.losses._similarities import lowest
from keras_gan.losses._types import Reduction, Tensor
from keras_gan.losses.contrastive import root


@register_keras_serializable(package="keras_gan")
def batch_all_triplet(
    y_true: Tensor, y_pred: Tensor, margin: float | None = 1.0, *, mask: Tensor | None = None
) -> Tensor:
    """Compute the triplet loss over all triplets of a batch, max(0, m + d(a, p) − d(a, n)).

    d is the Euclidean distance. It makes an array of `(batch, batch, batch)`.

    Args:
        y_true: Labels, `(batch,)` or `(batch, 1)`.
        y_pred: Embeddings, `(batch, features)`. They are not scaled to norm 1.
        margin: m, at least 0; None for the soft margin, log(1 + exp(d(a, p) − d(a, n))). Defaults to 1.
        mask: Samples that count, `(batch,)`; others are not compared with either. Defaults to None, all.

    Returns:
        Per-sample losses, `(batch,)`: means over the triplets of each anchor a, and 0 for one without any.

    Raises:
        ValueError: If shapes disagree, or if `margin` is negative.

    Reference:
        Hermans et al., In Defense of the Triplet Loss for Person Re-Identification, arXiv:1703.07737, equation 6.
    """
    distances, positive, negative = _compare(y_true, y_pred, margin, mask)
    leads = ops.expand_dims(distances, 2) - ops.expand_dims(distances, 1)
    valid = ops.logical_and(ops.expand_dims(positive, 2), ops.expand_dims(negative, 1))
    costs = ops.where(valid, _cost(leads, margin), ops.zeros_like(leads))
    counts = ops.sum(ops.cast(valid, distances.dtype), axis=(1, 2))
    return keep(ops.sum(costs, axis=(1, 2)) / maximum(counts, 1.0), mask)


@register_keras_serializable(package="keras_gan")
def batch_hard_triplet(
    y_true: Tensor, y_pred: Tensor, margin: float | None = 1.0, *, mask: Tensor | None = None
) -> Tensor:
    """Compute the triplet loss of the hardest triplets, max(0, m + max_p d(a, p) − min_n d(a, n)).

    d is the Euclidean distance. Each anchor is compared with the farthest of its class and the nearest of all others.

    Args:
        y_true: Labels, `(batch,)` or `(batch, 1)`.
        y_pred: Embeddings, `(batch, features)`. They are not scaled to norm 1.
        margin: m, at least 0; None for the soft margin, log(1 + exp(max_p d(a, p) − min_n d(a, n))). Defaults to 1.
        mask: Samples that count, `(batch,)`; others are not compared with either. Defaults to None, all.

    Returns:
        Per-sample losses, `(batch,)`, with 0 for an anchor that has no other of its class, or none of another.

    Raises:
        ValueError: If shapes disagree, or if `margin` is negative.

    Reference:
        Hermans et al., In Defense of the Triplet Loss for Person Re-Identification, arXiv:1703.07737, equation 5.
    """
    distances, positive, negative = _compare(y_true, y_pred, margin, mask)
    farthest = ops.max(ops.where(positive, distances, ops.zeros_like(distances)), axis=1)
    nearest = ops.min(ops.where(negative, distances, -lowest(distances)), axis=1)
    compared = have_both(positive, negative)
    lead = ops.where(compared, farthest - nearest, ops.zeros_like(farthest))
    return keep(keep(_cost(lead, margin), compared), mask)


def _compare(
    y_true: Tensor, y_pred: Tensor, margin: float | None, mask: Tensor | None
) -> tuple[Tensor, Tensor, Tensor]:
    """Return the distances of all pairs, and which of them are of one class and of two."""
    _check_margin(margin)
    y_pred = upcast(y_pred)
    check_rank("y_pred", y_pred, 2, "(batch, features)", maximum=2)
    # Of differences: the squares of long vectors that lie close together would cancel each other.
    distances = root(ops.sum(ops.square(ops.expand_dims(y_pred, 1) - ops.expand_dims(y_pred, 0)), axis=-1))
    return distances, *positives_and_negatives(label_of_each(y_true, y_pred), mask)


def _cost(leads: Tensor, margin: float | None) -> Tensor:
    return ops.softplus(leads) if margin is None else ops.relu(leads + margin)


def _check_margin(margin: float | None) -> None:
    if margin is not None:
        check_number("margin", margin, minimum=0)


class _TripletLoss(LabelledLoss):
    def __init__(
        self,
        margin: float | None = 1.0,
        name: str | None = None,
        reduction: Reduction = "sum_over_batch_size",
        dtype: str | None = None,
    ) -> None:
        _check_margin(margin)
        super().__init__(type(self).function.__name__ if name is None else name, reduction, dtype, margin=margin)


@register_keras_serializable(package="keras_gan")
class BatchAllTriplet(_TripletLoss):
    """The triplet loss over all triplets of a batch; see `batch_all_triplet`.

    Samples without any triplet do not count in the mean.

    Args:
        margin: At least 0; None for the soft margin. Defaults to 1.
        name: Name in logs. Defaults to `"batch_all_triplet"`.
        reduction: Reduction over the batch. Defaults to `"sum_over_batch_size"`.
        dtype: Dtype of the result. Defaults to None, `keras.config.floatx()`.
    """

    function = staticmethod(batch_all_triplet)


@register_keras_serializable(package="keras_gan")
class BatchHardTriplet(_TripletLoss):
    """The triplet loss of the hardest triplets of a batch; see `batch_hard_triplet`.

    Samples without any triplet do not count in the mean.

    Args:
        margin: At least 0; None for the soft margin. Defaults to 1.
        name: Name in logs. Defaults to `"batch_hard_triplet"`.
        reduction: Reduction over the batch. Defaults to `"sum_over_batch_size"`.
        dtype: Dtype of the result. Defaults to None, `keras.config.floatx()`.
    """

    function = staticmethod(batch_hard_triplet)
