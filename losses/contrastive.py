"""The contrastive loss of pairs that are told similar or not."""

from typing import Literal

from keras import ops
from keras.saving import register_keras_serializable

from keras_gan.losses._base import Loss
from keras_gan.losses._checks import check_choice, check_positive, check_rank, check_shapes
from keras_gan.losses._elements import mean_over_elements
from keras_gan.losses._labels import binary_targets
from keras_gan.losses._precision import upcast
from keras_gan.losses._types import Reduction, Tensor


@register_keras_serializable(package="keras_gan")
def euclidean_distance(first: Tensor, second: Tensor) -> Tensor:
    """Compute the Euclidean distance of pairs of embeddings, with a gradient of zero between equal ones.

    Args:
        first: Embeddings, `(batch, features)`.
        second: Embeddings, of the same shape.

    Returns:
        Distances, `(batch,)`, at least float32.

    Raises:
        ValueError: If the shapes differ.
    """
    first, second = upcast(first, "first"), upcast(second, "second")
    check_rank("first", first, 2, "(batch, features)", maximum=2)
    check_shapes("first", first, "second", second)
    return root(ops.sum(ops.square(first - second), axis=-1))


def root(square: Tensor) -> Tensor:
    """Return the square root, with a gradient of zero at zero."""
    apart = square != 0  # NaN too, which stays NaN.
    # The inner `where` keeps the square root's infinite gradient at 0 out of the outer one's.
    return ops.where(apart, ops.sqrt(ops.where(apart, square, 1.0)), 0.0)


@register_keras_serializable(package="keras_gan")
def contrastive(
    y_true: Tensor,
    y_pred: Tensor,
    margin: float = 1.0,
    similar_label: Literal[0, 1] = 1,
    *,
    mask: Tensor | None = None,
    element_weight: Tensor | None = None,
) -> Tensor:
    """Compute the contrastive loss of pairs, D² for similar ones and max(0, m − D)² for others, without a factor ½.

    Args:
        y_true: Whether pairs are similar, 0 or 1, `(batch,)`.
        y_pred: Distances D of the pairs, such as `euclidean_distance`, `(batch,)` or `(batch, 1)`.
        margin: m, the distance from which dissimilar pairs cost nothing. Above 0, defaults to 1.
        similar_label: The label of similar pairs, 1 or 0. Defaults to 1.
        mask: Pairs that count, `(batch,)`. Defaults to None, all.
        element_weight: Weights of the pairs, `(batch,)`. Defaults to None, ones.

    Returns:
        Per-sample losses, `(batch,)`.

    Raises:
        ValueError: If shapes differ, if an argument is out of its range or, outside a compiled function, if a label is.

    Reference:
        Hadsell et al., Dimensionality Reduction by Learning an Invariant Mapping, CVPR 2006.
    """
    _check_pairs(margin, similar_label)
    y_pred = upcast(y_pred)
    y_true = binary_targets(y_true, y_pred)
    similar = y_true if similar_label == 1 else 1.0 - y_true
    losses = similar * ops.square(y_pred) + (1.0 - similar) * ops.square(ops.relu(margin - y_pred))
    return mean_over_elements(losses, mask, element_weight)


def _check_pairs(margin: float, similar_label: Literal[0, 1]) -> None:
    check_positive("margin", margin)
    check_choice("similar_label", similar_label, (0, 1))


@register_keras_serializable(package="keras_gan")
class Contrastive(Loss):
    """The contrastive loss of pairs, from their distances; see `contrastive`.

    Args:
        margin: The distance from which dissimilar pairs cost nothing. Above 0, defaults to 1.
        similar_label: The label of similar pairs, 1 or 0. Defaults to 1.
        name: Name in logs. Defaults to `"contrastive"`.
        reduction: Reduction over the batch. Defaults to `"sum_over_batch_size"`.
        dtype: Dtype of the result. Defaults to None, `keras.config.floatx()`.
    """

    fuses = True
    function = staticmethod(contrastive)

    def __init__(
        self,
        margin: float = 1.0,
        similar_label: Literal[0, 1] = 1,
        name: str = "contrastive",
        reduction: Reduction = "sum_over_batch_size",
        dtype: str | None = None,
    ) -> None:
        _check_pairs(margin, similar_label)
        super().__init__(name, reduction, dtype, margin=margin, similar_label=similar_label)
