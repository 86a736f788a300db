"""What predicted and true masks have in common: the sums that Dice, Jaccard and Tversky are made of."""

import dataclasses
from typing import Any, Literal, TypeAlias

import numpy as np
from keras import ops

from keras_gan.losses._checks import (
    check_choice,
    check_class_index,
    check_flags,
    check_number,
    check_rank,
    check_weight_count,
    plain_class_weights,
)
from keras_gan.losses._elements import align, both
from keras_gan.losses._labels import as_labels, binary_targets, class_indices, class_targets
from keras_gan.losses._precision import as_numbers, mean, minimum, upcast
from keras_gan.losses._types import ClassWeights, Tensor

#: Whether predictions are one mask, one a class of which each pixel has one, or one a class with any number of them.
Mode: TypeAlias = Literal["binary", "multiclass", "multilabel"]

#: What is added above and below: a number, or one for each.
Smooth: TypeAlias = float | tuple[float, float] | list[float] | np.ndarray


#: Fields of `Masks` that are true or false.
FLAGS = ("from_logits", "squared", "per_image", "include_background", "per_class")


@dataclasses.dataclass(frozen=True)
class Masks:
    """How predictions and labels are read as masks, and over what their sums run; see `dice` for the values.

    Raises:
        ValueError: If a value is out of its range.
    """

    mode: Mode
    from_logits: bool
    squared: bool
    per_image: bool
    include_background: bool
    class_weights: ClassWeights | None
    ignore_class: int | None
    per_class: bool = False

    def __post_init__(self) -> None:
        check_choice("mode", self.mode, ("binary", "multiclass", "multilabel"))
        check_class_index("ignore_class", self.ignore_class)
        check_flags(**{name: getattr(self, name) for name in FLAGS})
        weights = plain_class_weights(self.class_weights)
        object.__setattr__(self, "class_weights", weights)
        if self.mode == "binary" and (weights is not None or not self.include_background or self.per_class):
            raise ValueError(
                "`class_weights`, `include_background=False` and `per_class` need mode='multiclass' or 'multilabel'. "
                f"Received: mode='binary', class_weights={weights}, include_background={self.include_background}, "
                f"per_class={self.per_class}"
            )
        if self.mode == "multilabel" and self.ignore_class is not None:
            raise ValueError(
                "`ignore_class` is not for mode='multilabel', whose pixels have no single label. Give a mask. "
                f"Received: ignore_class={self.ignore_class}"
            )

    def sums(
        self, y_true: Tensor, y_pred: Tensor, mask: Tensor | None = None, element_weight: Tensor | None = None
    ) -> list[Tensor]:
        """Return what the masks have in common, the predicted sizes and the true ones.

        Sizes are sums; then min(p, y) = ½(p + y − |p − y|) is the common part, which is p·y for hard labels, and all of
        a soft label that is met exactly. With squares it is p·y.

        Returns:
            Three tensors `(batch, classes)`, or `(classes,)` if the batch is one image; one class if binary.
        """
        predicted, true, counts = self._read(y_true, upcast(y_pred))
        common = self._common(predicted, true)
        parts = [common, *((predicted**2, true**2) if self.squared else (predicted, true))]
        weight = _pixel_weight(predicted, both(mask, counts), element_weight)
        if weight is not None:
            parts = [part * weight for part in parts]
        axes = tuple(range(1 if self.per_image else 0, len(predicted.shape) - 1))
        return [ops.sum(part, axis=axes) if axes else part for part in parts]

    def _common(self, predicted: Tensor, true: Tensor) -> Tensor:
        if self.squared:
            return predicted * true
        if self.from_logits:
            return minimum(predicted, true)
        # Of equal ones, that which gives a hard label the gradient of the product; sigmoid and softmax have none there.
        return ops.where(ops.logical_or(predicted < true, true >= 1), predicted, true)

    def over_classes(self, losses: Tensor) -> Tensor:
        """Return the weighted losses of the classes that count if `per_class`, or else their mean."""
        check_weight_count("class_weights", self.class_weights, losses.shape[-1])
        if self.class_weights is not None:
            losses = losses * ops.convert_to_tensor(self.class_weights, losses.dtype)
        losses = self.counted(losses)
        return losses if self.per_class else mean(losses, axis=-1)

    def counted(self, x: Tensor) -> Tensor:
        """Return the values of the classes that count, of those on the last axis."""
        classes = x.shape[-1]
        chosen = [c for c in range(classes) if self.mode == "binary" or self._counts(c)]
        if not chosen:
            raise ValueError(
                "`ignore_class` and `include_background` must leave a class. "
                f"Received: ignore_class={self.ignore_class}, include_background={self.include_background}"
            )
        return x if len(chosen) == classes else ops.take(x, chosen, axis=-1)

    def label_mask(self, y_true: Tensor, y_pred: Tensor) -> Tensor | None:
        """Return which pixels the labels leave to count, or None for all."""
        if self.ignore_class is None:
            return None
        y_true, y_pred = as_labels(y_true), as_numbers(y_pred, "y_pred")
        sparse = self.mode == "binary" or is_sparse(y_true, y_pred)
        return ops.not_equal(y_true if sparse else ops.argmax(y_true, axis=-1), self.ignore_class)

    def _counts(self, index: int) -> bool:
        return index != self.ignore_class and (self.include_background or index > 0)

    def _read(self, y_true: Tensor, y_pred: Tensor) -> tuple[Tensor, Tensor, Tensor | None]:
        """Return probabilities and targets, `(batch, ..., classes)`, and a mask of the pixels that count or None."""
        y_true = as_labels(y_true)
        if self.mode == "binary":
            counts = self.label_mask(y_true, y_pred)
            true = binary_targets(y_true if counts is None else y_true * ops.cast(counts, y_true.dtype), y_pred)
            predicted = ops.sigmoid(y_pred) if self.from_logits else y_pred
            return ops.expand_dims(predicted, axis=-1), ops.expand_dims(true, axis=-1), counts
        check_rank("y_pred", y_pred, 2, "(batch, ..., classes)")
        if y_pred.shape[-1] in ((None, 1) if self.mode == "multiclass" else (None,)):
            raise ValueError(f"mode='{self.mode}' needs two classes. Received: y_pred.shape={tuple(y_pred.shape)}")
        if self.mode == "multilabel":
            return ops.sigmoid(y_pred) if self.from_logits else y_pred, *class_targets(y_true, y_pred)
        predicted = ops.softmax(y_pred, axis=-1) if self.from_logits else y_pred
        if not is_sparse(y_true, y_pred):
            return predicted, *class_targets(y_true, y_pred, self.ignore_class)
        labels, counts = class_indices(y_true, y_pred, self.ignore_class)
        return predicted, _one_hot(labels, predicted), counts


def plain_smooth(value: Smooth) -> float | list[float]:
    """Return what is added above and below as a number, or as a list of two.

    Raises:
        ValueError: If it is neither a number of at least 0 nor a pair of them.
    """
    given: Any = value.tolist() if isinstance(value, np.ndarray) else value
    is_pair = isinstance(given, (list, tuple)) and len(given) == 2
    try:
        for number in given if is_pair else [given]:
            check_number("smooth", number, minimum=0)
    except ValueError:
        expected = "a number of at least 0, or a pair of such numbers"
        raise ValueError(f"`smooth` must be {expected}. Received: smooth={value!r}") from None
    return [float(number) for number in given] if is_pair else given


def is_sparse(y_true: Tensor, y_pred: Tensor) -> bool:
    """Return whether labels, a tensor, are indices of classes and not targets for each class."""
    return len(y_true.shape) < len(y_pred.shape) or y_true.shape[-1] == 1


def _one_hot(labels: Tensor, predicted: Tensor) -> Tensor:
    # A lookup, where `one_hot` would make a label that is no class one of nothing. The last row is for these: XLA takes
    # it for all labels beyond, and TensorFlow raises an error on a CPU.
    classes = predicted.shape[-1]
    table = np.concatenate([np.eye(classes), np.full((1, classes), np.nan)])
    labels = ops.where(labels < classes, labels, ops.full_like(labels, classes + 1))
    return ops.take(ops.convert_to_tensor(table, predicted.dtype), labels, axis=0)


def ratio(numerator: Tensor, denominator: Tensor, smooth: Smooth) -> Tensor:
    """Divide, with something added above and below; empty masks, which have nothing to disagree on, overlap fully."""
    above, below = smooth if isinstance(smooth, (list, tuple)) else (smooth, smooth)
    # Where both are the same, empty masks overlap fully by themselves, and have a gradient, unless both are 0.
    empty = (denominator + below if above == below else denominator) <= 0
    quotient = (numerator + above) / ops.where(empty, ops.ones_like(denominator), denominator + below)
    return ops.where(empty, ops.ones_like(quotient), quotient)


def _pixel_weight(predicted: Tensor, mask: Tensor | None, element_weight: Tensor | None) -> Tensor | None:
    weight = None if element_weight is None else align("element_weight", element_weight, predicted)
    if mask is None:
        return weight
    mask = ops.cast(align("mask", mask, predicted), predicted.dtype)
    return mask if weight is None else mask * weight
