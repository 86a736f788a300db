"""Dice for the region with cross-entropy for the boundary."""

import dataclasses
from typing import Any

from keras import ops
from keras.saving import register_keras_serializable

from keras_gan.losses._checks import check_number
from keras_gan.losses._elements import align, both
from keras_gan.losses._labels import as_labels
from keras_gan.losses._mask_loss import MaskLoss
from keras_gan.losses._overlap import Masks, Mode, Smooth, is_sparse, plain_smooth
from keras_gan.losses._precision import as_numbers, upcast
from keras_gan.losses._types import ClassWeights, Reduction, Tensor
from keras_gan.losses.binary import binary_crossentropy
from keras_gan.losses.crossentropy import categorical_crossentropy, sparse_categorical_crossentropy
from keras_gan.losses.segmentation import dice


@register_keras_serializable(package="keras_gan")
def dice_crossentropy(
    y_true: Tensor,
    y_pred: Tensor,
    mode: Mode = "binary",
    from_logits: bool = True,
    dice_weight: float = 0.5,
    crossentropy_weight: float = 0.5,
    smooth: Smooth = 1.0,
    squared: bool = False,
    include_background: bool = True,
    class_weights: ClassWeights | None = None,
    ignore_class: int | None = None,
    *,
    mask: Tensor | None = None,
    element_weight: Tensor | None = None,
) -> Tensor:
    """Compute a weighted sum of the Dice loss and the mean cross-entropy of the pixels.

    Args:
        y_true: Labels, as `dice` takes them.
        y_pred: Logits, or probabilities, `(batch, ...)` or, of several classes, `(batch, ..., classes)`.
        mode: `"binary"`, `"multiclass"` or `"multilabel"`. Defaults to `"binary"`.
        from_logits: Whether `y_pred` are logits. Defaults to True.
        dice_weight: Weight of the Dice loss, at least 0. Defaults to 0.5.
        crossentropy_weight: Weight of the cross-entropy, at least 0. Defaults to 0.5.
        smooth: Added above and below in Dice, at least 0; or a pair, one for each. Defaults to 1.
        squared: Whether sizes in Dice are sums of squares. Defaults to False.
        include_background: Whether class 0 counts in Dice; it always does in the cross-entropy. Defaults to True.
        class_weights: Weights of the classes in both. Not for binary. Defaults to None, ones.
        ignore_class: Label of pixels that don't count. Not for multilabel. Defaults to None.
        mask: Pixels that count, `(batch, ...)`, of all or the first axes. Defaults to None, all.
        element_weight: Weights of the pixels, likewise. Defaults to None, ones.

    Returns:
        Per-sample losses, `(batch,)`.

    Raises:
        ValueError: If shapes disagree, if an argument is out of its range or, outside a compiled function, if a label
            is.

    Reference:
        Isensee et al., nnU-Net, arXiv:1809.10486.
    """
    _check_weights(dice_weight, crossentropy_weight)
    y_true, y_pred = as_labels(y_true), as_numbers(y_pred, "y_pred")
    weights: dict[str, Any] = {"mask": mask, "element_weight": element_weight}
    shared: dict[str, Any] = {"class_weights": class_weights, "ignore_class": ignore_class}
    overlap = dice(
        y_true, y_pred, mode, from_logits, smooth, squared, include_background=include_background, **shared, **weights
    )
    if mode == "binary":
        if ignore_class is not None:
            counts = ops.not_equal(y_true, ignore_class)
            y_true, weights["mask"] = y_true * ops.cast(counts, y_true.dtype), both(mask, counts)
        pixels = binary_crossentropy(y_true, y_pred, from_logits, **weights)
    elif mode == "multilabel":
        weights["element_weight"] = _by_class(class_weights, element_weight, y_pred)
        pixels = binary_crossentropy(y_true, y_pred, from_logits, **weights)
    else:
        function = sparse_categorical_crossentropy if is_sparse(y_true, y_pred) else categorical_crossentropy
        pixels = function(y_true, y_pred, from_logits, **shared, **weights)
    return dice_weight * overlap + crossentropy_weight * pixels


def _by_class(class_weights: ClassWeights | None, element_weight: Tensor | None, y_pred: Tensor) -> Tensor | None:
    """Return the weights of the classes' pixels, the product of both, or None for ones."""
    if class_weights is None:
        return element_weight
    of_pixels = ops.ones_like(upcast(y_pred))
    if element_weight is not None:
        of_pixels = of_pixels * align("element_weight", element_weight, of_pixels)
    return of_pixels * ops.convert_to_tensor(class_weights, of_pixels.dtype)


def _check_weights(dice_weight: float, crossentropy_weight: float) -> None:
    check_number("dice_weight", dice_weight, minimum=0)
    check_number("crossentropy_weight", crossentropy_weight, minimum=0)


@register_keras_serializable(package="keras_gan")
class DiceCrossentropy(MaskLoss):
    """Dice and cross-entropy together; see `dice_crossentropy`.

    Args:
        mode: `"binary"`, `"multiclass"` or `"multilabel"`. Defaults to `"binary"`.
        from_logits: Whether predictions are logits. Defaults to True.
        dice_weight: Weight of the Dice loss, at least 0. Defaults to 0.5.
        crossentropy_weight: Weight of the cross-entropy, at least 0. Defaults to 0.5.
        smooth: Added above and below in Dice, at least 0; or a pair, one for each. Defaults to 1.
        squared: Whether sizes in Dice are sums of squares. Defaults to False.
        include_background: Whether class 0 counts in Dice. Defaults to True.
        class_weights: Weights of the classes in both. Defaults to None, ones.
        ignore_class: Label of pixels that don't count. Defaults to None.
        name: Name in logs. Defaults to `"dice_crossentropy"`.
        reduction: Reduction over the batch. Defaults to `"sum_over_batch_size"`.
        dtype: Dtype of the result. Defaults to None, `keras.config.floatx()`.
    """

    function = staticmethod(dice_crossentropy)

    def __init__(
        self,
        mode: Mode = "binary",
        from_logits: bool = True,
        dice_weight: float = 0.5,
        crossentropy_weight: float = 0.5,
        smooth: Smooth = 1.0,
        squared: bool = False,
        include_background: bool = True,
        class_weights: ClassWeights | None = None,
        ignore_class: int | None = None,
        name: str = "dice_crossentropy",
        reduction: Reduction = "sum_over_batch_size",
        dtype: str | None = None,
    ) -> None:
        _check_weights(dice_weight, crossentropy_weight)
        masks = Masks(mode, from_logits, squared, True, include_background, class_weights, ignore_class)
        arguments = {**dataclasses.asdict(masks), "smooth": plain_smooth(smooth)}
        del arguments["per_image"], arguments["per_class"]
        arguments |= {"dice_weight": dice_weight, "crossentropy_weight": crossentropy_weight}
        super().__init__(masks, name, reduction, dtype, **arguments)
