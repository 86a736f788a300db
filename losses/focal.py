"""Focal losses: cross-entropies in which well-classified elements weigh little."""

from keras import ops
from keras.saving import register_keras_serializable

from keras_gan.losses._base import Loss
from keras_gan.losses._checks import check_flags, check_number, check_rank, check_weight_count, plain_weights
from keras_gan.losses._elements import values_of_elements
from keras_gan.losses._labels import binary_targets, class_indices, class_targets
from keras_gan.losses._likelihood import binary_surprisals, complement_power, log_probabilities, where_counted
from keras_gan.losses._precision import upcast
from keras_gan.losses._types import Reduction, Tensor, Weights
from keras_gan.losses.crossentropy import surprisals


@register_keras_serializable(package="keras_gan")
def binary_focal(
    y_true: Tensor,
    y_pred: Tensor,
    alpha: Weights | None = 0.25,
    gamma: float = 2.0,
    from_logits: bool = True,
    *,
    mask: Tensor | None = None,
    element_weight: Tensor | None = None,
    per_element: bool = False,
) -> Tensor:
    """Compute the focal loss of yes-or-no targets, −α·y·(1 − p)^γ·log p − (1 − α)·(1 − y)·p^γ·log(1 − p).

    All in log space: the powers are exponentials of softplus, so that no gradient is lost or infinite at any logit.

    Args:
        y_true: Targets in [0, 1], `(batch, ...)`.
        y_pred: Logits, or probabilities, `(batch, ...)`.
        alpha: Weight in [0, 1] of positives, where negatives weigh 1 − α; a number, or one for each entry of the last
            axis; None for no weights. Defaults to 0.25.
        gamma: Focusing exponent γ, at least 0; 0 gives the cross-entropy. Defaults to 2.
        from_logits: Whether `y_pred` are logits. Defaults to True.
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
        Lin et al., Focal Loss for Dense Object Detection, arXiv:1708.02002.
    """
    check_flags(from_logits=from_logits, per_element=per_element)
    alpha = _check_binary(alpha, gamma)
    y_pred = upcast(y_pred)
    check_rank("y_pred", y_pred, 1, "(batch, ...)")
    check_weight_count("alpha", alpha, y_pred.shape[-1] if len(y_pred.shape) > 1 else 1)
    y_true = binary_targets(y_true, y_pred)
    positive, negative = binary_surprisals(y_pred, from_logits)
    positive, negative = ops.exp(-gamma * negative) * positive, ops.exp(-gamma * positive) * negative
    if alpha is not None:
        weight = ops.convert_to_tensor(alpha, y_pred.dtype)
        positive, negative = weight * positive, (1.0 - weight) * negative
    return values_of_elements(y_true * positive + (1.0 - y_true) * negative, mask, element_weight, per_element)


@register_keras_serializable(package="keras_gan")
def categorical_focal(
    y_true: Tensor,
    y_pred: Tensor,
    alpha: Weights | None = None,
    gamma: float = 2.0,
    from_logits: bool = True,
    *,
    mask: Tensor | None = None,
    element_weight: Tensor | None = None,
    per_element: bool = False,
) -> Tensor:
    """Compute the focal loss of target probabilities, −Σ_c α_c·y_c·(1 − p_c)^γ·log p_c.

    Args:
        y_true: One-hot or soft targets, `(batch, ..., classes)`.
        y_pred: Logits, or probabilities, `(batch, ..., classes)`.
        alpha: Weights of at least 0, one for all classes or one a class. Defaults to None, ones.
        gamma: Focusing exponent γ, at least 0; 0 gives the cross-entropy. Defaults to 2.
        from_logits: Whether `y_pred` are logits. Defaults to True.
        mask: Elements that count, `(batch, ...)`, of all or the first axes. Defaults to None, all.
        element_weight: Weights of the elements, likewise. Defaults to None, ones.
        per_element: Whether to return the values of the elements. Defaults to False.

    Returns:
        Per-sample losses, `(batch,)`: means over the elements that count. With `per_element`, those of the elements,
        `(batch, ...)`, and 0 for elements that don't count.

    Raises:
        ValueError: If shapes differ, or if an argument is out of its range.

    Reference:
        Lin et al., Focal Loss for Dense Object Detection, arXiv:1708.02002.
    """
    check_flags(from_logits=from_logits, per_element=per_element)
    alpha = _check_categorical(alpha, gamma)
    y_pred = upcast(y_pred)
    check_rank("y_pred", y_pred, 2, "(batch, ..., classes)")
    check_weight_count("alpha", alpha, y_pred.shape[-1])
    targets, _ = class_targets(y_true, y_pred)
    if alpha is not None:
        targets = targets * ops.convert_to_tensor(alpha, y_pred.dtype)
    log_p = where_counted(targets, log_probabilities(y_pred, from_logits))
    losses = -ops.sum(targets * (complement_power(log_p, gamma) * log_p), axis=-1)
    return values_of_elements(losses, mask, element_weight, per_element)


@register_keras_serializable(package="keras_gan")
def sparse_categorical_focal(
    y_true: Tensor,
    y_pred: Tensor,
    alpha: Weights | None = None,
    gamma: float = 2.0,
    from_logits: bool = True,
    *,
    mask: Tensor | None = None,
    element_weight: Tensor | None = None,
    per_element: bool = False,
) -> Tensor:
    """Compute the focal loss of integer labels, −α_y·(1 − p_y)^γ·log p_y; otherwise as `categorical_focal`.

    Args:
        y_true: Labels, `(batch, ...)` or `(batch, ..., 1)`, integers in any dtype.
        y_pred: Logits, or probabilities, `(batch, ..., classes)`.
        alpha: Weights of at least 0, one for all classes or one a class. Defaults to None, ones.
        gamma: Focusing exponent γ, at least 0; 0 gives the cross-entropy. Defaults to 2.
        from_logits: Whether `y_pred` are logits. Defaults to True.
        mask: Elements that count, `(batch, ...)`, of all or the first axes. Defaults to None, all.
        element_weight: Weights of the elements, likewise. Defaults to None, ones.
        per_element: Whether to return the values of the elements. Defaults to False.

    Returns:
        Per-sample losses, `(batch,)`: means over the elements that count. With `per_element`, those of the elements,
        `(batch, ...)`, and 0 for elements that don't count.

    Raises:
        ValueError: If shapes disagree, if an argument is out of its range or, outside a compiled function, if a label
            is not a class.

    Reference:
        Lin et al., Focal Loss for Dense Object Detection, arXiv:1708.02002.
    """
    check_flags(from_logits=from_logits, per_element=per_element)
    alpha = _check_categorical(alpha, gamma)
    y_pred = upcast(y_pred)
    check_rank("y_pred", y_pred, 2, "(batch, ..., classes)")
    check_weight_count("alpha", alpha, y_pred.shape[-1])
    labels, _ = class_indices(y_true, y_pred)
    losses = surprisals(labels, y_pred, from_logits)
    losses = complement_power(-losses, gamma) * losses
    if alpha is not None:
        weights = ops.convert_to_tensor(alpha, y_pred.dtype)
        losses = losses * (ops.take(weights, labels) if len(weights.shape) else weights)
    return values_of_elements(losses, mask, element_weight, per_element)


def _check_binary(alpha: Weights | None, gamma: float) -> float | list[float] | None:
    check_number("gamma", gamma, minimum=0)
    alpha = plain_weights("alpha", alpha)
    for one in alpha if isinstance(alpha, list) else [] if alpha is None else [alpha]:
        check_number("alpha", one, minimum=0, maximum=1)
    return alpha


def _check_categorical(alpha: Weights | None, gamma: float) -> float | list[float] | None:
    check_number("gamma", gamma, minimum=0)
    return plain_weights("alpha", alpha)


@register_keras_serializable(package="keras_gan")
class BinaryFocal(Loss):
    """The focal loss of yes-or-no targets; see `binary_focal`.

    Args:
        alpha: Weight in [0, 1] of positives, negatives weigh 1 − α; None for no weights. Defaults to 0.25.
        gamma: Focusing exponent, at least 0. Defaults to 2.
        from_logits: Whether predictions are logits. Defaults to True.
        name: Name in logs. Defaults to `"binary_focal"`.
        reduction: Reduction over the batch. Defaults to `"sum_over_batch_size"`.
        dtype: Dtype of the result. Defaults to None, `keras.config.floatx()`.
        per_element: Whether to return the values of the elements, without a reduction. Defaults to False.
    """

    fuses = True
    function = staticmethod(binary_focal)

    def __init__(
        self,
        alpha: Weights | None = 0.25,
        gamma: float = 2.0,
        from_logits: bool = True,
        name: str = "binary_focal",
        reduction: Reduction = "sum_over_batch_size",
        dtype: str | None = None,
        per_element: bool = False,
    ) -> None:
        alpha = _check_binary(alpha, gamma)
        super().__init__(
            name, reduction, dtype, alpha=alpha, gamma=gamma, from_logits=from_logits, per_element=per_element
        )


class _ClassFocal(Loss):
    fuses = True

    def __init__(
        self,
        alpha: Weights | None = None,
        gamma: float = 2.0,
        from_logits: bool = True,
        name: str | None = None,
        reduction: Reduction = "sum_over_batch_size",
        dtype: str | None = None,
        per_element: bool = False,
    ) -> None:
        alpha = _check_categorical(alpha, gamma)
        name = type(self).function.__name__ if name is None else name
        super().__init__(
            name, reduction, dtype, alpha=alpha, gamma=gamma, from_logits=from_logits, per_element=per_element
        )


@register_keras_serializable(package="keras_gan")
class CategoricalFocal(_ClassFocal):
    """The focal loss of target probabilities; see `categorical_focal`.

    Args:
        alpha: Weights of at least 0, one for all classes or one a class. Defaults to None, ones.
        gamma: Focusing exponent, at least 0. Defaults to 2.
        from_logits: Whether predictions are logits. Defaults to True.
        name: Name in logs. Defaults to `"categorical_focal"`.
        reduction: Reduction over the batch. Defaults to `"sum_over_batch_size"`.
        dtype: Dtype of the result. Defaults to None, `keras.config.floatx()`.
        per_element: Whether to return the values of the elements, without a reduction. Defaults to False.
    """

    function = staticmethod(categorical_focal)


@register_keras_serializable(package="keras_gan")
class SparseCategoricalFocal(_ClassFocal):
    """The focal loss of integer labels; see `sparse_categorical_focal`.

    Args:
        alpha: Weights of at least 0, one for all classes or one a class. Defaults to None, ones.
        gamma: Focusing exponent, at least 0. Defaults to 2.
        from_logits: Whether predictions are logits. Defaults to True.
        name: Name in logs. Defaults to `"sparse_categorical_focal"`.
        reduction: Reduction over the batch. Defaults to `"sum_over_batch_size"`.
        dtype: Dtype of the result. Defaults to None, `keras.config.floatx()`.
        per_element: Whether to return the values of the elements, without a reduction. Defaults to False.
    """

    function = staticmethod(sparse_categorical_focal)
