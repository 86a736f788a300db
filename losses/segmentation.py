"""Losses of segmentation, from the overlap of predicted and true masks."""

import dataclasses

from keras.saving import register_keras_serializable

from keras_gan.losses._checks import check_number
from keras_gan.losses._mask_loss import MaskLoss
from keras_gan.losses._overlap import Masks, Mode, Smooth, plain_smooth, ratio
from keras_gan.losses._types import ClassWeights, Reduction, Tensor


@register_keras_serializable(package="keras_gan")
def dice(
    y_true: Tensor,
    y_pred: Tensor,
    mode: Mode = "binary",
    from_logits: bool = True,
    smooth: Smooth = 1.0,
    squared: bool = False,
    per_image: bool = True,
    include_background: bool = True,
    class_weights: ClassWeights | None = None,
    ignore_class: int | None = None,
    *,
    mask: Tensor | None = None,
    element_weight: Tensor | None = None,
    per_class: bool = False,
) -> Tensor:
    """Compute the Dice loss, 1 − (2·Σ min(p, y) + s) / (Σ p + Σ y + s), the mean over the classes.

    min(p, y) is p·y for hard labels; for soft ones it is the L1 form, lowest where p = y.

    Args:
        y_true: Labels. Binary: in [0, 1], of `y_pred`'s shape. Multiclass: integers, `(batch, ...)` or
            `(batch, ..., 1)`, or one-hot or soft targets, `(batch, ..., classes)`. Multilabel: in [0, 1],
            `(batch, ..., classes)`.
        y_pred: Logits, or probabilities; channels last. Binary: `(batch, ...)`. Otherwise: `(batch, ..., classes)`.
        mode: `"binary"`, one mask, all axes but the batch pooled, by sigmoid; `"multiclass"`, one mask a class, by
            softmax; or `"multilabel"`, one mask a class, by sigmoid, where a pixel may be of several classes or of
            none. Defaults to `"binary"`.
        from_logits: Whether `y_pred` are logits. Defaults to True.
        smooth: s, at least 0; or a pair, added above and added below. Defaults to 1. At 0, two empty masks cost
            nothing.
        squared: Whether sizes are Σ p² and Σ y², as in V-Net; the common part is then Σ p·y. Defaults to False.
        per_image: Whether each image has sums of its own; otherwise the batch is one image. Defaults to True.
        include_background: Whether class 0 counts in the mean. Not for binary. Defaults to True.
        class_weights: Weights of the classes' losses, at least 0; nothing divides by their sum. Not for binary.
            Defaults to None, ones.
        ignore_class: Label of pixels that don't count; if it is a class, its own loss doesn't either. Not for
            multilabel. Defaults to None.
        mask: Pixels that count, `(batch, ...)`, of all or the first axes. Defaults to None, all.
        element_weight: Weights of the pixels inside the sums, likewise. Defaults to None, ones.
        per_class: Whether to return the losses of the classes that count. Not for binary. Defaults to False.

    Returns:
        Per-sample losses, `(batch,)`, or `(batch, classes)` with `per_class`. If `per_image` is False, the result has
        no batch axis.

    Raises:
        ValueError: If shapes disagree, if an argument is out of its range or, outside a compiled function, if a label
            is.

    Reference:
        Milletari et al., V-Net, arXiv:1606.04797; soft labels: Wang et al., Dice Semimetric Losses, arXiv:2303.16296.
    """
    smooth = plain_smooth(smooth)
    masks = Masks(mode, from_logits, squared, per_image, include_background, class_weights, ignore_class, per_class)
    common, predicted, true = masks.sums(y_true, y_pred, mask, element_weight)
    return masks.over_classes(1.0 - ratio(2.0 * common, predicted + true, smooth))


@register_keras_serializable(package="keras_gan")
def jaccard(
    y_true: Tensor,
    y_pred: Tensor,
    mode: Mode = "binary",
    from_logits: bool = True,
    smooth: Smooth = 1.0,
    squared: bool = False,
    per_image: bool = True,
    include_background: bool = True,
    class_weights: ClassWeights | None = None,
    ignore_class: int | None = None,
    *,
    mask: Tensor | None = None,
    element_weight: Tensor | None = None,
    per_class: bool = False,
) -> Tensor:
    """Compute the Jaccard (intersection over union) loss, 1 − (I + s) / (Σ p + Σ y − I + s) with I = Σ min(p, y).

    Args:
        y_true: Labels, as `dice` takes them; and so all other arguments.
        y_pred: Logits, or probabilities, `(batch, ...)` or, of several classes, `(batch, ..., classes)`.
        mode: `"binary"`, `"multiclass"` or `"multilabel"`. Defaults to `"binary"`.
        from_logits: Whether `y_pred` are logits. Defaults to True.
        smooth: s, at least 0; or a pair, added above and added below. Defaults to 1.
        squared: Whether sizes are sums of squares. Defaults to False.
        per_image: Whether each image has sums of its own. Defaults to True.
        include_background: Whether class 0 counts. Defaults to True.
        class_weights: Weights of the classes' losses. Defaults to None, ones.
        ignore_class: Label of pixels that don't count. Defaults to None.
        mask: Pixels that count. Defaults to None, all.
        element_weight: Weights of the pixels. Defaults to None, ones.
        per_class: Whether to return the losses of the classes that count. Defaults to False.

    Returns:
        Per-sample losses, `(batch,)`, or `(batch, classes)` with `per_class`. If `per_image` is False, the result has
        no batch axis.

    Raises:
        ValueError: As `dice`.

    Reference:
        Rahman and Wang, Optimizing Intersection-Over-Union in Deep Neural Networks for Image Segmentation, ISVC 2016;
        soft labels: Wang et al., Jaccard Metric Losses, arXiv:2302.05666.
    """
    smooth = plain_smooth(smooth)
    masks = Masks(mode, from_logits, squared, per_image, include_background, class_weights, ignore_class, per_class)
    common, predicted, true = masks.sums(y_true, y_pred, mask, element_weight)
    return masks.over_classes(1.0 - ratio(common, predicted + true - common, smooth))


@register_keras_serializable(package="keras_gan")
def tversky(
    y_true: Tensor,
    y_pred: Tensor,
    alpha: float = 0.5,
    beta: float = 0.5,
    mode: Mode = "binary",
    from_logits: bool = True,
    smooth: Smooth = 1.0,
    squared: bool = False,
    per_image: bool = True,
    include_background: bool = True,
    class_weights: ClassWeights | None = None,
    ignore_class: int | None = None,
    *,
    mask: Tensor | None = None,
    element_weight: Tensor | None = None,
    per_class: bool = False,
) -> Tensor:
    """Compute the Tversky loss, 1 − (I + s) / (I + α·FP + β·FN + s) with I = Σ min(p, y).

    FP = Σ p − I and FN = Σ y − I. α = β = ½ is Dice with twice the smooth, α = β = 1 is Jaccard.

    Args:
        y_true: Labels, as `dice` takes them; and so all other arguments.
        y_pred: Logits, or probabilities, `(batch, ...)` or, of several classes, `(batch, ..., classes)`.
        alpha: Weight of false positives, at least 0. Defaults to 0.5.
        beta: Weight of false negatives, at least 0. Defaults to 0.5.
        mode: `"binary"`, `"multiclass"` or `"multilabel"`. Defaults to `"binary"`.
        from_logits: Whether `y_pred` are logits. Defaults to True.
        smooth: s, at least 0; or a pair, added above and added below. Defaults to 1.
        squared: Whether sizes are sums of squares, for equal alpha and beta. Defaults to False.
        per_image: Whether each image has sums of its own. Defaults to True.
        include_background: Whether class 0 counts. Defaults to True.
        class_weights: Weights of the classes' losses. Defaults to None, ones.
        ignore_class: Label of pixels that don't count. Defaults to None.
        mask: Pixels that count. Defaults to None, all.
        element_weight: Weights of the pixels. Defaults to None, ones.
        per_class: Whether to return the losses of the classes that count. Defaults to False.

    Returns:
        Per-sample losses, `(batch,)`, or `(batch, classes)` with `per_class`. If `per_image` is False, the result has
        no batch axis.

    Raises:
        ValueError: As `dice`.

    Reference:
        Salehi et al., Tversky loss function for image segmentation, arXiv:1706.05721.
    """
    smooth = plain_smooth(smooth)
    _check_tversky(alpha, beta, squared)
    masks = Masks(mode, from_logits, squared, per_image, include_background, class_weights, ignore_class, per_class)
    common, predicted, true = masks.sums(y_true, y_pred, mask, element_weight)
    union = common + alpha * (predicted - common) + beta * (true - common)
    return masks.over_classes(1.0 - ratio(common, union, smooth))


def _check_tversky(alpha: float, beta: float, squared: bool) -> None:
    check_number("alpha", alpha, minimum=0)
    check_number("beta", beta, minimum=0)
    if squared and alpha != beta:
        # Σp² − Σpy is negative where p < y, so that weighing it by itself would reward a mask for missing its object.
        raise ValueError(f"`squared` needs equal `alpha` and `beta`. Received: alpha={alpha}, beta={beta}")


class _OverlapLoss(MaskLoss):
    def __init__(
        self,
        mode: Mode = "binary",
        from_logits: bool = True,
        smooth: Smooth = 1.0,
        squared: bool = False,
        per_image: bool = True,
        include_background: bool = True,
        class_weights: ClassWeights | None = None,
        ignore_class: int | None = None,
        name: str | None = None,
        reduction: Reduction = "sum_over_batch_size",
        dtype: str | None = None,
        per_class: bool = False,
    ) -> None:
        masks = Masks(mode, from_logits, squared, per_image, include_background, class_weights, ignore_class, per_class)
        arguments = {**dataclasses.asdict(masks), "smooth": plain_smooth(smooth)}
        super().__init__(masks, type(self).function.__name__ if name is None else name, reduction, dtype, **arguments)


@register_keras_serializable(package="keras_gan")
class Dice(_OverlapLoss):
    """The Dice loss; see `dice`.

    Args:
        mode: `"binary"`, `"multiclass"` or `"multilabel"`. Defaults to `"binary"`.
        from_logits: Whether predictions are logits. Defaults to True.
        smooth: Added above and below, at least 0; or a pair, one for each. Defaults to 1.
        squared: Whether sizes are sums of squares. Defaults to False.
        per_image: Whether each image has sums of its own; otherwise sample weights apply inside the batch's sums.
            Defaults to True.
        include_background: Whether class 0 counts. Defaults to True.
        class_weights: Weights of the classes' losses. Defaults to None, ones.
        ignore_class: Label of pixels that don't count. Defaults to None.
        name: Name in logs. Defaults to `"dice"`.
        reduction: Reduction over the batch. Defaults to `"sum_over_batch_size"`.
        dtype: Dtype of the result. Defaults to None, `keras.config.floatx()`.
        per_class: Whether to return the losses of the classes, without a reduction. Defaults to False.
    """

    function = staticmethod(dice)


@register_keras_serializable(package="keras_gan")
class Jaccard(_OverlapLoss):
    """The Jaccard loss; see `jaccard`.

    Args:
        mode: `"binary"`, `"multiclass"` or `"multilabel"`. Defaults to `"binary"`.
        from_logits: Whether predictions are logits. Defaults to True.
        smooth: Added above and below, at least 0; or a pair, one for each. Defaults to 1.
        squared: Whether sizes are sums of squares. Defaults to False.
        per_image: Whether each image has sums of its own; otherwise sample weights apply inside the batch's sums.
            Defaults to True.
        include_background: Whether class 0 counts. Defaults to True.
        class_weights: Weights of the classes' losses. Defaults to None, ones.
        ignore_class: Label of pixels that don't count. Defaults to None.
        name: Name in logs. Defaults to `"jaccard"`.
        reduction: Reduction over the batch. Defaults to `"sum_over_batch_size"`.
        dtype: Dtype of the result. Defaults to None, `keras.config.floatx()`.
        per_class: Whether to return the losses of the classes, without a reduction. Defaults to False.
    """

    function = staticmethod(jaccard)


@register_keras_serializable(package="keras_gan")
class Tversky(_OverlapLoss):
    """The Tversky loss; see `tversky`.

    Args:
        alpha: Weight of false positives, at least 0. Defaults to 0.5.
        beta: Weight of false negatives, at least 0. Defaults to 0.5.
        mode: `"binary"`, `"multiclass"` or `"multilabel"`. Defaults to `"binary"`.
        from_logits: Whether predictions are logits. Defaults to True.
        smooth: Added above and below, at least 0; or a pair, one for each. Defaults to 1.
        squared: Whether sizes are sums of squares, for equal alpha and beta. Defaults to False.
        per_image: Whether each image has sums of its own; otherwise sample weights apply inside the batch's sums.
            Defaults to True.
        include_background: Whether class 0 counts. Defaults to True.
        class_weights: Weights of the classes' losses. Defaults to None, ones.
        ignore_class: Label of pixels that don't count. Defaults to None.
        name: Name in logs. Defaults to `"tversky"`.
        reduction: Reduction over the batch. Defaults to `"sum_over_batch_size"`.
        dtype: Dtype of the result. Defaults to None, `keras.config.floatx()`.
        per_class: Whether to return the losses of the classes, without a reduction. Defaults to False.
    """

    function = staticmethod(tversky)

    def __init__(
        self,
        alpha: float = 0.5,
        beta: float = 0.5,
        mode: Mode = "binary",
        from_logits: bool = True,
        smooth: Smooth = 1.0,
        squared: bool = False,
        per_image: bool = True,
        include_background: bool = True,
        class_weights: ClassWeights | None = None,
        ignore_class: int | None = None,
        name: str = "tversky",
        reduction: Reduction = "sum_over_batch_size",
        dtype: str | None = None,
        per_class: bool = False,
    ) -> None:
        _check_tversky(alpha, beta, squared)
        reading = (mode, from_logits, smooth, squared, per_image, include_background, class_weights, ignore_class)
        super().__init__(*reading, name, reduction, dtype, per_class)
        self.arguments |= {"alpha": alpha, "beta": beta}
