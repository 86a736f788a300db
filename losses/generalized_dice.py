"""The Dice loss in which rare classes weigh as much as common ones."""

import dataclasses
from typing import Literal, TypeAlias

from keras import ops
from keras.saving import register_keras_serializable

from keras_gan.losses._checks import check_choice
from keras_gan.losses._mask_loss import MaskLoss
from keras_gan.losses._overlap import Masks, Mode, Smooth, plain_smooth, ratio
from keras_gan.losses._types import Reduction, Tensor

#: How the weight of a class follows from its size: its inverse square, its inverse, or not at all.
Weighting: TypeAlias = Literal["square", "simple", "uniform"]


@register_keras_serializable(package="keras_gan")
def generalized_dice(
    y_true: Tensor,
    y_pred: Tensor,
    mode: Mode = "multiclass",
    from_logits: bool = True,
    weighting: Weighting = "square",
    smooth: Smooth = 0.0,
    per_image: bool = True,
    include_background: bool = True,
    ignore_class: int | None = None,
    *,
    mask: Tensor | None = None,
    element_weight: Tensor | None = None,
) -> Tensor:
    """Compute the generalised Dice loss, 1 − (2·Σ_c w_c Σ min(p, y) + s) / (Σ_c w_c (Σ p + Σ y) + s), w_c = 1/(Σ y)².

    A class that is not in the image has the largest weight of those that are. An image without any class that counts
    costs nothing.

    Args:
        y_true: Labels, as `dice` takes them.
        y_pred: Logits, or probabilities, `(batch, ..., classes)`.
        mode: `"multiclass"` or `"multilabel"`, as in `dice`. Defaults to `"multiclass"`.
        from_logits: Whether `y_pred` are logits. Defaults to True.
        weighting: `"square"`, w = 1/(Σ y)²; `"simple"`, 1/Σ y; or `"uniform"`, 1. Defaults to `"square"`.
        smooth: s, at least 0; or a pair, added above and added below. The sums are as small as the weights: a class of
            10⁴ pixels that is met adds 2·10⁻⁴. Defaults to 0.
        per_image: Whether each image has sums of its own; otherwise the batch is one image. Defaults to True.
        include_background: Whether class 0 counts. Defaults to True.
        ignore_class: Label of pixels that don't count; if it is a class, it is left out. Not for multilabel. Defaults
            to None.
        mask: Pixels that count, `(batch, ...)`, of all or the first axes. Defaults to None, all.
        element_weight: Weights of the pixels inside the sums, likewise. Defaults to None, ones.

    Returns:
        Per-sample losses, `(batch,)`. If `per_image` is False, the result has no batch axis.

    Raises:
        ValueError: If shapes disagree, if an argument is out of its range or, outside a compiled function, if a label
            is.

    Reference:
        Sudre et al., Generalised Dice overlap as a deep learning loss function for highly unbalanced segmentations,
        arXiv:1707.03237.
    """
    _check_arguments(mode, weighting)
    smooth = plain_smooth(smooth)
    masks = Masks(mode, from_logits, False, per_image, include_background, None, ignore_class)
    common, predicted, true = (masks.counted(part) for part in masks.sums(y_true, y_pred, mask, element_weight))
    weights = _class_weights(true, weighting)
    return 1.0 - ratio(2.0 * ops.sum(weights * common, -1), ops.sum(weights * (predicted + true), -1), smooth)


def _class_weights(sizes: Tensor, weighting: Weighting) -> Tensor:
    """Return the weights of classes of some sizes, the largest of them for classes of size 0."""
    if weighting == "uniform":
        return ops.ones_like(sizes)
    present = sizes > 0
    inverse = ops.where(present, 1.0 / ops.where(present, sizes, ops.ones_like(sizes)), ops.zeros_like(sizes))
    weights = ops.square(inverse) if weighting == "square" else inverse
    return ops.where(present, weights, ops.max(weights, axis=-1, keepdims=True))


def _check_arguments(mode: Mode, weighting: Weighting) -> None:
    check_choice("mode", mode, ("multiclass", "multilabel"))
    check_choice("weighting", weighting, ("square", "simple", "uniform"))


@register_keras_serializable(package="keras_gan")
class GeneralizedDice(MaskLoss):
    """The generalised Dice loss; see `generalized_dice`.

    Args:
        mode: `"multiclass"` or `"multilabel"`. Defaults to `"multiclass"`.
        from_logits: Whether predictions are logits. Defaults to True.
        weighting: `"square"`, `"simple"` or `"uniform"`. Defaults to `"square"`.
        smooth: Added above and below, at least 0; or a pair, one for each. Defaults to 0.
        per_image: Whether each image has sums of its own; otherwise sample weights apply inside the batch's sums.
            Defaults to True.
        include_background: Whether class 0 counts. Defaults to True.
        ignore_class: Label of pixels that don't count. Not for multilabel. Defaults to None.
        name: Name in logs. Defaults to `"generalized_dice"`.
        reduction: Reduction over the batch. Defaults to `"sum_over_batch_size"`.
        dtype: Dtype of the result. Defaults to None, `keras.config.floatx()`.
    """

    function = staticmethod(generalized_dice)

    def __init__(
        self,
        mode: Mode = "multiclass",
        from_logits: bool = True,
        weighting: Weighting = "square",
        smooth: Smooth = 0.0,
        per_image: bool = True,
        include_background: bool = True,
        ignore_class: int | None = None,
        name: str = "generalized_dice",
        reduction: Reduction = "sum_over_batch_size",
        dtype: str | None = None,
    ) -> None:
        _check_arguments(mode, weighting)
        masks = Masks(mode, from_logits, False, per_image, include_background, None, ignore_class)
        arguments = {**dataclasses.asdict(masks), "smooth": plain_smooth(smooth), "weighting": weighting}
        del arguments["squared"], arguments["class_weights"], arguments["per_class"]
        super().__init__(masks, name, reduction, dtype, **arguments)
