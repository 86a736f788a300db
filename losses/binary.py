"""The cross-entropy of yes-or-no targets."""

from keras import ops
from keras.saving import register_keras_serializable

from keras_gan.losses._base import Loss
from keras_gan.losses._checks import check_flags, check_rank, check_smoothing, check_weight_count, plain_weights
from keras_gan.losses._elements import values_of_elements
from keras_gan.losses._labels import binary_targets
from keras_gan.losses._likelihood import binary_surprisals
from keras_gan.losses._precision import upcast
from keras_gan.losses._types import Reduction, Tensor, Weights


@register_keras_serializable(package="keras_gan")
def binary_crossentropy(
    y_true: Tensor,
    y_pred: Tensor,
    from_logits: bool = True,
    label_smoothing: float = 0.0,
    pos_weight: Weights | None = None,
    *,
    mask: Tensor | None = None,
    element_weight: Tensor | None = None,
    per_element: bool = False,
) -> Tensor:
    """Compute the binary cross-entropy, w·y·softplus(−x) + (1 − y)·softplus(x) of logits x.

    Both terms are at least 0 and neither cancels the other, so small losses keep all their digits.

    Args:
        y_true: Targets in [0, 1], `(batch, ...)`; several labels of one sample are independent.
        y_pred: Logits, or probabilities, `(batch, ...)`.
        from_logits: Whether `y_pred` are logits. Defaults to True.
        label_smoothing: ε in [0, 1), for targets (1 − ε)·y + ε/2: 0.1 turns 1 into 0.95. Defaults to 0.
        pos_weight: w, the weight of positives, a number of at least 0 or one for each entry of the last axis. Defaults
            to None, 1.
        mask: Elements that count, `(batch, ...)`, of all or the first axes. Defaults to None, all.
        element_weight: Weights of the elements, likewise. Defaults to None, ones.
        per_element: Whether to return the values of the elements. Defaults to False.

    Returns:
        Per-sample losses, `(batch,)`: means over the elements that count. With `per_element`, those of the elements,
        `(batch, ...)`, and 0 for elements that don't count.

    Raises:
        ValueError: If the shapes differ, if an argument is out of its range or, outside a compiled function, if a
            target is.

    Reference:
        Good, Rational Decisions, 1952.
    """
    check_flags(from_logits=from_logits, per_element=per_element)
    pos_weight = _check_arguments(label_smoothing, pos_weight)
    y_pred = upcast(y_pred)
    check_rank("y_pred", y_pred, 1, "(batch, ...)")
    check_weight_count("pos_weight", pos_weight, y_pred.shape[-1] if len(y_pred.shape) > 1 else 1)
    y_true = binary_targets(y_true, y_pred)
    if label_smoothing:
        y_true = (1.0 - label_smoothing) * y_true + label_smoothing / 2.0
    positive, negative = binary_surprisals(y_pred, from_logits)
    if pos_weight is not None:
        positive = positive * ops.convert_to_tensor(pos_weight, y_pred.dtype)
    return values_of_elements(y_true * positive + (1.0 - y_true) * negative, mask, element_weight, per_element)


def _check_arguments(label_smoothing: float, pos_weight: Weights | None) -> float | list[float] | None:
    check_smoothing("label_smoothing", label_smoothing)
    return plain_weights("pos_weight", pos_weight)


@register_keras_serializable(package="keras_gan")
class BinaryCrossentropy(Loss):
    """The binary cross-entropy; see `binary_crossentropy`.

    Args:
        from_logits: Whether predictions are logits. Defaults to True.
        label_smoothing: ε in [0, 1), for targets (1 − ε)·y + ε/2. Defaults to 0.
        pos_weight: Weight of positives, one or one for each entry of the last axis. Defaults to None, 1.
        name: Name in logs. Defaults to `"binary_crossentropy"`.
        reduction: Reduction over the batch. Defaults to `"sum_over_batch_size"`.
        dtype: Dtype of the result. Defaults to None, `keras.config.floatx()`.
        per_element: Whether to return the values of the elements, without a reduction. Defaults to False.
    """

    fuses = True
    function = staticmethod(binary_crossentropy)

    def __init__(
        self,
        from_logits: bool = True,
        label_smoothing: float = 0.0,
        pos_weight: Weights | None = None,
        name: str = "binary_crossentropy",
        reduction: Reduction = "sum_over_batch_size",
        dtype: str | None = None,
        per_element: bool = False,
    ) -> None:
        pos_weight = _check_arguments(label_smoothing, pos_weight)
        super().__init__(
            name,
            reduction,
            dtype,
            from_logits=from_logits,
            label_smoothing=label_smoothing,
            pos_weight=pos_weight,
            per_element=per_element,
        )
