"""Losses of segmentation, from the overlap of predicted and true masks."""

import dataclasses

from keras.saving import register_keras_serializable

from keras_gan.losses._base import Loss
from keras_gan.losses._checks import check_number
from keras_gan.losses._elements import both
from keras_gan.losses._overlap import Masks, Mode, ratio
from keras_gan.losses._types import ClassWeights, Reduction, Tensor


@register_keras_serializable(package="keras_gan")
def dice(
    y_true: Tensor,
    y_pred: Tensor,
    mode: Mode = "binary",
    from_logits: bool = True,
    smooth: float = 1.0,
    squared: bool = False,
    per_image: bool = True,
    include_background: bool = True,
    class_weights: ClassWeights | None = None,
    ignore_class: int | None = None,
    *,
    mask: Tensor | None = None,
    element_weight: Tensor | None = None,
) -> Tensor:
    """Compute the Dice loss, 1 − (2·Σ min(p, y) + s) / (Σ p + Σ y + s), the mean over the classes.

    min(p, y) is p·y for hard labels; for soft ones it is the L1 form, lowest where p = y.

    Args:
        y_true: Labels. Binary: in [0, 1], of `y_pred`'s shape. Multiclass: integers, `(batch, ...)` or
            `(batch, ..., 1)`, or one-hot or soft targets, `(batch, ..., classes)`.
        y_pred: Logits, or probabilities; channels last. Binary: `(batch, ...)`. Multiclass: `(batch, ..., classes)`.
        mode: `"binary"`, one mask, all axes but the batch pooled, by sigmoid; or `"multiclass"`, one mask a class, by
            softmax. Defaults to `"binary"`.
        from_logits: Whether `y_pred` are logits. Defaults to True.
        smooth: s, at least 0. Defaults to 1. At 0, two empty masks cost nothing.
        squared: Whether sizes are Σ p² and Σ y², as in V-Net; the common part is then Σ p·y. Defaults to False.
        per_image: Whether each image has sums of its own; otherwise the batch is one image. Defaults to True.
        include_background: Whether class 0 counts in the mean. Multiclass only. Defaults to True.
        class_weights: Weights of the classes' losses, at least 0; nothing divides by their sum. Multiclass only.
            Defaults to None, ones.
        ignore_class: Label of pixels that don't count; if it is a class, its own loss doesn't either. Defaults to
            None.
        mask: Pixels that count, `(batch, ...)`, of all or the first axes. Defaults to None, all.
        element_weight: Weights of the pixels inside the sums, likewise. Defaults to None, ones.

    Returns:
        Per-sample losses, `(batch,)`; a scalar if `per_image` is False.

    Raises:
        ValueError: If shapes disagree, if an argument is out of its range or, outside a compiled function, if a label
            is.

    Reference:
        Milletari et al., V-Net, arXiv:1606.04797; soft labels: Wang et al., Dice Semimetric Losses, arXiv:2303.16296.
    """
    check_number("smooth", smooth, minimum=0)
    masks = Masks(mode, from_logits, squared, per_image, include_background, class_weights, ignore_class)
    common, predicted, true = masks.sums(y_true, y_pred, mask, element_weight)
    return masks.mean_over_classes(1.0 - ratio(2.0 * common + smooth, predicted + true + smooth))


@register_keras_serializable(package="keras_gan")
def jaccard(
    y_true: Tensor,
    y_pred: Tensor,
    mode: Mode = "binary",
    from_logits: bool = True,
    smooth: float = 1.0,
    squared: bool = False,
    per_image: bool = True,
    include_background: bool = True,
    class_weights: ClassWeights | None = None,
    ignore_class: int | None = None,
    *,
    mask: Tensor | None = None,
    element_weight: Tensor | None = None,
) -> Tensor:
    """Compute the Jaccard (intersection over union) loss, 1 − (I + s) / (Σ p + Σ y − I + s) with I = Σ min(p, y).

    Args:
        y_true: Labels, as `dice` takes them; and so all other arguments.
        y_pred: Logits, or probabilities, `(batch, ...)` or, multiclass, `(batch, ..., classes)`.
        mode: `"binary"` or `"multiclass"`. Defaults to `"binary"`.
        from_logits: Whether `y_pred` are logits. Defaults to True.
        smooth: s, at least 0. Defaults to 1.
        squared: Whether sizes are sums of squares. Defaults to False.
        per_image: Whether each image has sums of its own. Defaults to True.
        include_background: Whether class 0 counts. Defaults to True.
        class_weights: Weights of the classes' losses. Defaults to None, ones.
        ignore_class: Label of pixels that don't count. Defaults to None.
        mask: Pixels that count. Defaults to None, all.
        element_weight: Weights of the pixels. Defaults to None, ones.

    Returns:
        Per-sample losses, `(batch,)`; a scalar if `per_image` is False.

    Raises:
        ValueError: As `dice`.

    Reference:
        Rahman and Wang, Optimizing Intersection-Over-Union in Deep Neural Networks for Image Segmentation, ISVC 2016;
        soft labels: Wang et al., Jaccard Metric Losses, arXiv:2302.05666.
    """
    check_number("smooth", smooth, minimum=0)
    masks = Masks(mode, from_logits, squared, per_image, include_background, class_weights, ignore_class)
    common, predicted, true = masks.sums(y_true, y_pred, mask, element_weight)
    return masks.mean_over_classes(1.0 - ratio(common + smooth, predicted + true - common + smooth))


@register_keras_serializable(package="keras_gan")
def tversky(
    y_true: Tensor,
    y_pred: Tensor,
    alpha: float = 0.5,
    beta: float = 0.5,
    mode: Mode = "binary",
    from_logits: bool = True,
    smooth: float = 1.0,
    squared: bool = False,
    per_image: bool = True,
    include_background: bool = True,
    class_weights: ClassWeights | None = None,
    ignore_class: int | None = None,
    *,
    mask: Tensor | None = None,
    element_weight: Tensor | None = None,
) -> Tensor:
    """Compute the Tversky loss, 1 − (I + s) / (I + α·FP + β·FN + s) with I = Σ min(p, y).

    FP = Σ p − I and FN = Σ y − I. α = β = ½ is Dice with twice the smooth, α = β = 1 is Jaccard.

    Args:
        y_true: Labels, as `dice` takes them; and so all other arguments.
        y_pred: Logits, or probabilities, `(batch, ...)` or, multiclass, `(batch, ..., classes)`.
        alpha: Weight of false positives, at least 0. Defaults to 0.5.
        beta: Weight of false negatives, at least 0. Defaults to 0.5.
        mode: `"binary"` or `"multiclass"`. Defaults to `"binary"`.
        from_logits: Whether `y_pred` are logits. Defaults to True.
        smooth: s, at least 0. Defaults to 1.
        squared: Whether sizes are sums of squares, for equal alpha and beta. Defaults to False.
        per_image: Whether each image has sums of its own. Defaults to True.
        include_background: Whether class 0 counts. Defaults to True.
        class_weights: Weights of the classes' losses. Defaults to None, ones.
        ignore_class: Label of pixels that don't count. Defaults to None.
        mask: Pixels that count. Defaults to None, all.
        element_weight: Weights of the pixels. Defaults to None, ones.

    Returns:
        Per-sample losses, `(batch,)`; a scalar if `per_image` is False.

    Raises:
        ValueError: As `dice`.

    Reference:
        Salehi et al., Tversky loss function for image segmentation, arXiv:1706.05721.
    """
    check_number("smooth", smooth, minimum=0)
    _check_tversky(alpha, beta, squared)
    masks = Masks(mode, from_logits, squared, per_image, include_background, class_weights, ignore_class)
    common, predicted, true = masks.sums(y_true, y_pred, mask, element_weight)
    union = common + alpha * (predicted - common) + beta * (true - common)
    return masks.mean_over_classes(1.0 - ratio(common + smooth, union + smooth))


def _check_tversky(alpha: float, beta: float, squared: bool) -> None:
    check_number("alpha", alpha, minimum=0)
    check_number("beta", beta, minimum=0)
    if squared and alpha != beta:
        # Σp² − Σpy is negative where p < y, so that weighing it by itself would reward a mask for missing its object.
        raise ValueError(f"`squared` needs equal `alpha` and `beta`. Received: alpha={alpha}, beta={beta}")


class _OverlapLoss(Loss):
    """What the losses of masks share: their arguments, and sample weights inside the sums of a pooled batch."""

    fuses = True

    def __init__(
        self,
        mode: Mode = "binary",
        from_logits: bool = True,
        smooth: float = 1.0,
        squared: bool = False,
        per_image: bool = True,
        include_background: bool = True,
        class_weights: ClassWeights | None = None,
        ignore_class: int | None = None,
        name: str | None = None,
        reduction: Reduction = "sum_over_batch_size",
        dtype: str | None = None,
    ) -> None:
        check_number("smooth", smooth, minimum=0)
        self.masks = Masks(mode, from_logits, squared, per_image, include_background, class_weights, ignore_class)
        arguments = {**dataclasses.asdict(self.masks), "smooth": smooth}
        super().__init__(name or type(self).function.__name__, reduction, dtype, **arguments)

    def mask(self, y_true: Tensor, y_pred: Tensor) -> Tensor | None:
        return both(super().mask(y_true, y_pred), self.masks.label_mask(y_true, y_pred))

    def _split_weight(self, sample_weight: Tensor | None) -> tuple[Tensor | None, Tensor | None]:
        sample_weight, element_weight = super()._split_weight(sample_weight)
        pooled = not self.masks.per_image and sample_weight is not None
        return (None, sample_weight) if pooled else (sample_weight, element_weight)


@register_keras_serializable(package="keras_gan")
class Dice(_OverlapLoss):
    """The Dice loss; see `dice`.

    Args:
        mode: `"binary"` or `"multiclass"`. Defaults to `"binary"`.
        from_logits: Whether predictions are logits. Defaults to True.
        smooth: Added above and below, at least 0. Defaults to 1.
        squared: Whether sizes are sums of squares. Defaults to False.
        per_image: Whether each image has sums of its own; otherwise sample weights apply inside the batch's sums.
            Defaults to True.
        include_background: Whether class 0 counts. Defaults to True.
        class_weights: Weights of the classes' losses. Defaults to None, ones.
        ignore_class: Label of pixels that don't count. Defaults to None.
        name: Name in logs. Defaults to `"dice"`.
        reduction: Reduction over the batch. Defaults to `"sum_over_batch_size"`.
        dtype: Dtype of the result. Defaults to None, `keras.config.floatx()`.
    """

    function = staticmethod(dice)


@register_keras_serializable(package="keras_gan")
class Jaccard(_OverlapLoss):
    """The Jaccard loss; see `jaccard`.

    Args:
        mode: `"binary"` or `"multiclass"`. Defaults to `"binary"`.
        from_logits: Whether predictions are logits. Defaults to True.
        smooth: Added above and below, at least 0. Defaults to 1.
        squared: Whether sizes are sums of squares. Defaults to False.
        per_image: Whether each image has sums of its own; otherwise sample weights apply inside the batch's sums.
            Defaults to True.
        include_background: Whether class 0 counts. Defaults to True.
        class_weights: Weights of the classes' losses. Defaults to None, ones.
        ignore_class: Label of pixels that don't count. Defaults to None.
        name: Name in logs. Defaults to `"jaccard"`.
        reduction: Reduction over the batch. Defaults to `"sum_over_batch_size"`.
        dtype: Dtype of the result. Defaults to None, `keras.config.floatx()`.
    """

    function = staticmethod(jaccard)


@register_keras_serializable(package="keras_gan")
class Tversky(_OverlapLoss):
    """The Tversky loss; see `tversky`.

    Args:
        alpha: Weight of false positives, at least 0. Defaults to 0.5.
        beta: Weight of false negatives, at least 0. Defaults to 0.5.
        mode: `"binary"` or `"multiclass"`. Defaults to `"binary"`.
        from_logits: Whether predictions are logits. Defaults to True.
        smooth: Added above and below, at least 0. Defaults to 1.
        squared: Whether sizes are sums of squares, for equal alpha and beta. Defaults to False.
        per_image: Whether each image has sums of its own; otherwise sample weights apply inside the batch's sums.
            Defaults to True.
        include_background: Whether class 0 counts. Defaults to True.
        class_weights: Weights of the classes' losses. Defaults to None, ones.
        ignore_class: Label of pixels that don't count. Defaults to None.
        name: Name in logs. Defaults to `"tversky"`.
        reduction: Reduction over the batch. Defaults to `"sum_over_batch_size"`.
        dtype: Dtype of the result. Defaults to None, `keras.config.floatx()`.
    """

    function = staticmethod(tversky)

    def __init__(
        self,
        alpha: float = 0.5,
        beta: float = 0.5,
        mode: Mode = "binary",
        from_logits: bool = True,
        smooth: float = 1.0,
        squared: bool = False,
        per_image: bool = True,
        include_background: bool = True,
        class_weights: ClassWeights | None = None,
        ignore_class: int | None = None,
        name: str = "tversky",
        reduction: Reduction = "sum_over_batch_size",
        dtype: str | None = None,
    ) -> None:
        _check_tversky(alpha, beta, squared)
        reading = (mode, from_logits, smooth, squared, per_image, include_background, class_weights, ignore_class)
        super().__init__(*reading, name, reduction, dtype)
        self.arguments |= {"alpha": alpha, "beta": beta}
