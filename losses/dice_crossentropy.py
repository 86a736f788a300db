"""Dice for the region with cross-entropy for the boundary."""

import dataclasses
from typing import Any

from keras import ops
from keras.saving import register_keras_serializable

from keras_gan.losses._base import Loss
from keras_gan.losses._checks import check_number
from keras_gan.losses._elements import both
from keras_gan.losses._labels import as_labels
from keras_gan.losses._overlap import Masks, Mode, is_sparse
from keras_gan.losses._precision import as_numbers
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
    smooth: float = 1.0,
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
        y_pred: Logits, or probabilities, `(batch, ...)` or, multiclass, `(batch, ..., classes)`.
        mode: `"binary"` or `"multiclass"`. Defaults to `"binary"`.
        from_logits: Whether `y_pred` are logits. Defaults to True.
        dice_weight: Weight of the Dice loss, at least 0. Defaults to 0.5.
        crossentropy_weight: Weight of the cross-entropy, at least 0. Defaults to 0.5.
        smooth: Added above and below in Dice, at least 0. Defaults to 1.
        squared: Whether sizes in Dice are sums of squares. Defaults to False.
        include_background: Whether class 0 counts in Dice; it always does in the cross-entropy. Defaults to True.
        class_weights: Weights of the classes in both. Multiclass only. Defaults to None, ones.
        ignore_class: Label of pixels that don't count. Defaults to None.
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
    else:
        function = sparse_categorical_crossentropy if is_sparse(y_true, y_pred) else categorical_crossentropy
        pixels = function(y_true, y_pred, from_logits, **shared, **weights)
    return dice_weight * overlap + crossentropy_weight * pixels


def _check_weights(dice_weight: float, crossentropy_weight: float) -> None:
    check_number("dice_weight", dice_weight, minimum=0)
    check_number("crossentropy_weight", crossentropy_weight, minimum=0)


@register_keras_serializable(package="keras_gan")
class DiceCrossentropy(Loss):
    """Dice and cross-entropy together; see `dice_crossentropy`.

    Args:
        mode: `"binary"` or `"multiclass"`. Defaults to `"binary"`.
        from_logits: Whether predictions are logits. Defaults to True.
        dice_weight: Weight of the Dice loss, at least 0. Defaults to 0.5.
        crossentropy_weight: Weight of the cross-entropy, at least 0. Defaults to 0.5.
        smooth: Added above and below in Dice, at least 0. Defaults to 1.
        squared: Whether sizes in Dice are sums of squares. Defaults to False.
        include_background: Whether class 0 counts in Dice. Defaults to True.
        class_weights: Weights of the classes in both. Defaults to None, ones.
        ignore_class: Label of pixels that don't count. Defaults to None.
        name: Name in logs. Defaults to `"dice_crossentropy"`.
        reduction: Reduction over the batch. Defaults to `"sum_over_batch_size"`.
        dtype: Dtype of the result. Defaults to None, `keras.config.floatx()`.
    """

    fuses = True
    function = staticmethod(dice_crossentropy)

    def __init__(
        self,
        mode: Mode = "binary",
        from_logits: bool = True,
        dice_weight: float = 0.5,
        crossentropy_weight: float = 0.5,
        smooth: float = 1.0,
        squared: bool = False,
        include_background: bool = True,
        class_weights: ClassWeights | None = None,
        ignore_class: int | None = None,
        name: str = "dice_crossentropy",
        reduction: Reduction = "sum_over_batch_size",
        dtype: str | None = None,
    ) -> None:
        check_number("smooth", smooth, minimum=0)
        _check_weights(dice_weight, crossentropy_weight)
        self.masks = Masks(mode, from_logits, squared, True, include_background, class_weights, ignore_class)
        arguments = {**dataclasses.asdict(self.masks), "smooth": smooth}
        del arguments["per_image"]
        arguments |= {"dice_weight": dice_weight, "crossentropy_weight": crossentropy_weight}
        super().__init__(name, reduction, dtype, **arguments)

    def mask(self, y_true: Tensor, y_pred: Tensor) -> Tensor | None:
        return both(super().mask(y_true, y_pred), self.masks.label_mask(y_true, y_pred))
