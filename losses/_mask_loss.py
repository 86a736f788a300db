"""The base of the losses of masks."""

from typing import Any

from keras_gan.losses._base import Loss
from keras_gan.losses._elements import both
from keras_gan.losses._overlap import Masks
from keras_gan.losses._types import Reduction, Tensor


class MaskLoss(Loss):
    """What the losses of masks share: which pixels count, and sample weights inside the sums of a pooled batch.

    Args:
        masks: How predictions and labels are read.
        name: Name in logs.
        reduction: Reduction over the batch.
        dtype: Dtype of the result, or None.
        **arguments: The function's arguments.
    """

    fuses = True

    def __init__(self, masks: Masks, name: str, reduction: Reduction, dtype: str | None, **arguments: Any) -> None:
        self.masks = masks
        super().__init__(name, reduction, dtype, **arguments)

    def mask(self, y_true: Tensor, y_pred: Tensor) -> Tensor | None:
        return both(super().mask(y_true, y_pred), self.masks.label_mask(y_true, y_pred))

    def _split_weight(self, sample_weight: Tensor | None) -> tuple[Tensor | None, Tensor | None]:
        sample_weight, element_weight = super()._split_weight(sample_weight)
        pooled = not self.masks.per_image and sample_weight is not None
        return (None, sample_weight) if pooled else (sample_weight, element_weight)
