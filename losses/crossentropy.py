"""Cross-entropies of classes, with their label smoothing, class weights and ignored class."""

from keras import ops
from keras.saving import register_keras_serializable

from keras_gan.losses._base import Loss
from keras_gan.losses._checks import (
    check_class_index,
    check_flags,
    check_rank,
    check_smoothing,
    check_weight_count,
    plain_class_weights,
)
from keras_gan.losses._elements import both, values_of_elements
from keras_gan.losses._labels import as_labels, class_indices, class_targets, nan_beyond
from keras_gan.losses._likelihood import log_probabilities, safe_log, shifted_logits, where_counted
from keras_gan.losses._precision import mean, upcast
from keras_gan.losses._types import ClassWeights, Reduction, Tensor


@register_keras_serializable(package="keras_gan")
def categorical_crossentropy(
    y_true: Tensor,
    y_pred: Tensor,
    from_logits: bool = True,
    label_smoothing: float = 0.0,
    class_weights: ClassWeights | None = None,
    ignore_class: int | None = None,
    *,
    mask: Tensor | None = None,
    element_weight: Tensor | None = None,
    per_element: bool = False,
) -> Tensor:
    """Compute the cross-entropy of target probabilities, −Σ_c w_c q_c log p_c with q = (1 − ε)·y + ε/C.

    Args:
        y_true: One-hot or soft targets, `(batch, ..., classes)`.
        y_pred: Logits, or probabilities, which are not normalised, `(batch, ..., classes)`.
        from_logits: Whether `y_pred` are logits. Defaults to True.
        label_smoothing: ε in [0, 1). Defaults to 0.
        class_weights: w, one weight of at least 0 a class. Nothing divides by their sum. Defaults to None, ones.
        ignore_class: Elements whose likeliest target is this class don't count. Defaults to None.
        mask: Elements that count, `(batch, ...)`, of all or the first axes. Defaults to None, all.
        element_weight: Weights of the elements, likewise. Defaults to None, ones.
        per_element: Whether to return the values of the elements. Defaults to False.

    Returns:
        Per-sample losses, `(batch,)`: means over the elements that count. With `per_element`, those of the elements,
        `(batch, ...)`, and 0 for elements that don't count.

    Raises:
        ValueError: If shapes differ, or if an argument is out of its range.

    Reference:
        Szegedy et al., Rethinking the Inception Architecture, arXiv:1512.00567, for label smoothing.
    """
    check_flags(from_logits=from_logits, per_element=per_element)
    class_weights = _check_arguments(label_smoothing, class_weights, ignore_class)
    y_pred = upcast(y_pred)
    check_rank("y_pred", y_pred, 2, "(batch, ..., classes)")
    check_weight_count("class_weights", class_weights, y_pred.shape[-1])
    targets, counts = class_targets(y_true, y_pred, ignore_class)
    if label_smoothing:
        targets = (1.0 - label_smoothing) * targets + label_smoothing / y_pred.shape[-1]
    if class_weights is not None:
        targets = targets * ops.convert_to_tensor(class_weights, y_pred.dtype)
    if from_logits:
        # TensorFlow's fused one has the gradient p − q, which is wrong for weighted targets: they don't add up to one.
        shifted, log_sum = shifted_logits(y_pred)
        losses = ops.sum(targets, axis=-1) * log_sum - ops.sum(targets * where_counted(targets, shifted), axis=-1)
    else:
        losses = -ops.sum(targets * safe_log(y_pred), axis=-1)
    return values_of_elements(losses, both(mask, counts), element_weight, per_element)


@register_keras_serializable(package="keras_gan")
def sparse_categorical_crossentropy(
    y_true: Tensor,
    y_pred: Tensor,
    from_logits: bool = True,
    label_smoothing: float = 0.0,
    class_weights: ClassWeights | None = None,
    ignore_class: int | None = None,
    *,
    mask: Tensor | None = None,
    element_weight: Tensor | None = None,
    per_element: bool = False,
) -> Tensor:
    """Compute the cross-entropy of integer labels, −log p_y; otherwise as `categorical_crossentropy`.

    Args:
        y_true: Labels, `(batch, ...)` or `(batch, ..., 1)`, integers in any dtype.
        y_pred: Logits, or probabilities, which are not normalised, `(batch, ..., classes)`.
        from_logits: Whether `y_pred` are logits. Defaults to True.
        label_smoothing: ε in [0, 1). Defaults to 0.
        class_weights: One weight of at least 0 a class. Nothing divides by their sum. Defaults to None, ones.
        ignore_class: Label of the elements that don't count, a class or not, such as 255. Defaults to None.
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
        Szegedy et al., Rethinking the Inception Architecture, arXiv:1512.00567, for label smoothing.
    """
    check_flags(from_logits=from_logits, per_element=per_element)
    class_weights = _check_arguments(label_smoothing, class_weights, ignore_class)
    y_pred = upcast(y_pred)
    check_rank("y_pred", y_pred, 2, "(batch, ..., classes)")
    check_weight_count("class_weights", class_weights, y_pred.shape[-1])
    labels, counts = class_indices(y_true, y_pred, ignore_class)
    weights = 1.0 if class_weights is None else ops.convert_to_tensor(class_weights, y_pred.dtype)
    losses = surprisals(labels, y_pred, from_logits)
    if class_weights is not None:
        losses = losses * ops.take(weights, labels)
    if label_smoothing:
        uniform = -mean(weights * log_probabilities(y_pred, from_logits), axis=-1)
        losses = (1.0 - label_smoothing) * losses + label_smoothing * uniform
    return values_of_elements(losses, both(mask, counts), element_weight, per_element)


def surprisals(labels: Tensor, y_pred: Tensor, from_logits: bool) -> Tensor:
    """Return −log p of each element's label, `(batch, ...)`."""
    if from_logits:
        shifted, log_sum = shifted_logits(y_pred)
        surprisals = log_sum - _at_labels(shifted, labels)
    else:
        surprisals = -safe_log(_at_labels(y_pred, labels))
    return nan_beyond(surprisals, labels, ops.shape(y_pred)[-1])


def _at_labels(x: Tensor, labels: Tensor) -> Tensor:
    return ops.squeeze(ops.take_along_axis(x, ops.expand_dims(labels, axis=-1), axis=-1), axis=-1)


def _check_arguments(
    label_smoothing: float, class_weights: ClassWeights | None, ignore_class: int | None
) -> list[float] | None:
    check_smoothing("label_smoothing", label_smoothing)
    check_class_index("ignore_class", ignore_class)
    return plain_class_weights(class_weights)


class _ClassLoss(Loss):
    fuses = True

    def __init__(
        self,
        from_logits: bool = True,
        label_smoothing: float = 0.0,
        class_weights: ClassWeights | None = None,
        ignore_class: int | None = None,
        name: str | None = None,
        reduction: Reduction = "sum_over_batch_size",
        dtype: str | None = None,
        per_element: bool = False,
    ) -> None:
        class_weights = _check_arguments(label_smoothing, class_weights, ignore_class)
        super().__init__(
            type(self).function.__name__ if name is None else name,
            reduction,
            dtype,
            from_logits=from_logits,
            label_smoothing=label_smoothing,
            class_weights=class_weights,
            ignore_class=ignore_class,
            per_element=per_element,
        )


@register_keras_serializable(package="keras_gan")
class CategoricalCrossentropy(_ClassLoss):
    """The cross-entropy of target probabilities; see `categorical_crossentropy`.

    Args:
        from_logits: Whether predictions are logits. Defaults to True.
        label_smoothing: ε in [0, 1). Defaults to 0.
        class_weights: One weight of at least 0 a class. Defaults to None, ones.
        ignore_class: Elements whose likeliest target is this class don't count. Defaults to None.
        name: Name in logs. Defaults to `"categorical_crossentropy"`.
        reduction: Reduction over the batch. Defaults to `"sum_over_batch_size"`.
        dtype: Dtype of the result. Defaults to None, `keras.config.floatx()`.
        per_element: Whether to return the values of the elements, without a reduction. Defaults to False.
    """

    function = staticmethod(categorical_crossentropy)

    def mask(self, y_true: Tensor, y_pred: Tensor) -> Tensor | None:
        mask, ignored = super().mask(y_true, y_pred), self.arguments["ignore_class"]
        return mask if ignored is None else both(mask, ops.not_equal(ops.argmax(as_labels(y_true), axis=-1), ignored))


@register_keras_serializable(package="keras_gan")
class SparseCategoricalCrossentropy(_ClassLoss):
    """The cross-entropy of integer labels; see `sparse_categorical_crossentropy`.

    Args:
        from_logits: Whether predictions are logits. Defaults to True.
        label_smoothing: ε in [0, 1). Defaults to 0.
        class_weights: One weight of at least 0 a class. Defaults to None, ones.
        ignore_class: Label of the elements that don't count. Defaults to None.
        name: Name in logs. Defaults to `"sparse_categorical_crossentropy"`.
        reduction: Reduction over the batch. Defaults to `"sum_over_batch_size"`.
        dtype: Dtype of the result. Defaults to None, `keras.config.floatx()`.
        per_element: Whether to return the values of the elements, without a reduction. Defaults to False.
    """

    function = staticmethod(sparse_categorical_crossentropy)

    def mask(self, y_true: Tensor, y_pred: Tensor) -> Tensor | None:
        mask, ignored = super().mask(y_true, y_pred), self.arguments["ignore_class"]
        return mask if ignored is None else both(mask, ops.not_equal(as_labels(y_true), ignored))
