"""The base of the loss classes: one value a sample, then weights, masks and the reduction."""

from collections.abc import Callable
from typing import Any, ClassVar

import keras
import numpy as np
from keras import ops

# Not public. What JAX compiles carries no attributes, so Keras keeps their masks in a table of its own.
from keras.src.backend import get_keras_mask

from keras_gan.losses._checks import check_common, check_flags
from keras_gan.losses._elements import align, keep, mean_over_elements, of_samples
from keras_gan.losses._fusion import fused
from keras_gan.losses._precision import as_numbers, divide_no_nan
from keras_gan.losses._replicas import replica_count
from keras_gan.losses._types import Reduction, Tensor

#: Arguments that are true or false.
FLAGS = ("from_logits", "per_element", "gather_replicas")


class Loss(keras.losses.Loss):
    """A per-sample function with its arguments, reduced over the batch.

    Differs from Keras's own base in what it protects: labels reach the function before any cast, a mask is applied
    inside the function's sums, a weight `(batch,)` always weighs samples, and low precision is computed in float32.

    Subclasses set `function`, whose arguments are `y_true`, `y_pred`, then those of the class, then `mask`, and
    `element_weight` if `weighs_elements`; and, in this package, `fuses` if XLA can compile it and its arguments hold no
    tensors. A subclass may also define `call`, as Keras's losses do.

    Args:
        name: Name of the loss in logs.
        reduction: `"sum_over_batch_size"` or `"mean"`, over the samples that a mask leaves something of;
            `"mean_with_sample_weight"`, divided by the weights' sum instead; `"sum"`; `"none"` or None.
        dtype: Dtype of the result, `"float32"`, `"float64"`, … The computation is in float32 at least. Defaults to
            None, `keras.config.floatx()`.
        **arguments: The function's arguments, in the form in which they go into the config.
    """

    function: ClassVar[Callable[..., Tensor]]
    weighs_elements = True
    fuses = False

    def __init__(
        self, name: str, reduction: Reduction = "sum_over_batch_size", dtype: str | None = None, **arguments: Any
    ) -> None:
        check_flags(**{key: arguments[key] for key in FLAGS if key in arguments})
        check_common(name, reduction, dtype)
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        # JSON knows no scalars of NumPy.
        arguments = {key: value.item() if isinstance(value, np.generic) else value for key, value in arguments.items()}
        for argument in ("per_element", "per_class"):
            if arguments.get(argument) and reduction not in (None, "none"):
                raise ValueError(f"`{argument}=True` needs reduction=None. Received: reduction={reduction!r}")
        self.arguments = arguments

    def __call__(self, y_true: Tensor, y_pred: Tensor, sample_weight: Tensor | None = None) -> Tensor:
        return self.fused(self._compute, y_true, y_pred, sample_weight, self.mask(y_true, y_pred))

    def _compute(self, y_true: Tensor, y_pred: Tensor, sample_weight: Tensor | None, mask: Tensor | None) -> Tensor:
        sample_weight, element_weight = self._split_weight(sample_weight)
        if type(self).call is Loss.call:
            values = self.per_sample(y_true, self.prepare(y_pred), mask, element_weight)
        elif element_weight is None:
            values = keep(self.call(y_true, y_pred), of_samples(mask))
        else:
            raise ValueError(
                f"`sample_weight` must have shape (batch,), because {type(self).__name__} has a `call` of its own. "
                f"Received: shape={tuple(element_weight.shape)}"
            )
        return self.reduce(values, sample_weight, self.counted(y_true, y_pred, mask), element_weight)

    def fused(self, function: Callable[..., Tensor], *inputs: Any) -> Tensor:
        """Call a function that reduces its inputs to the loss, as one program where the class allows that."""
        # A subclass may do what XLA cannot compile.
        is_ours = type(self).__module__.startswith("keras_gan.losses")
        is_scalar = self.reduction not in (None, "none")
        return fused(function, *inputs) if self.fuses and is_ours and is_scalar else function(*inputs)

    def call(self, y_true: Tensor, y_pred: Tensor) -> Tensor:
        """Return per-sample values, `(batch,)`."""
        return self.per_sample(y_true, self.prepare(y_pred), self.mask(y_true, y_pred))

    def per_sample(
        self, y_true: Tensor, y_pred: Tensor, mask: Tensor | None = None, element_weight: Tensor | None = None
    ) -> Tensor:
        """Return per-sample values, `(batch,)`, of prepared predictions."""
        weights = {"element_weight": element_weight} if self.weighs_elements else {}
        return type(self).function(y_true, y_pred, **self.arguments, mask=mask, **weights)

    def mask(self, y_true: Tensor, y_pred: Tensor) -> Tensor | None:
        """Return which elements count, `(batch, ...)`, or None for all: Keras's mask of the predictions."""
        return get_keras_mask(y_pred)

    def counted(self, y_true: Tensor, y_pred: Tensor, mask: Tensor | None) -> Tensor | None:
        """Return which elements count in the mean over the batch: those of the mask."""
        return mask

    def prepare(self, y_pred: Tensor) -> Tensor:
        """Return predictions in the dtype of the computation."""
        return self.in_precision(y_pred)

    def in_precision(self, x: Tensor, name: str = "y_pred") -> Tensor:
        """Return `x` as a tensor in the dtype of the computation; errors use the name."""
        return ops.cast(as_numbers(x, name), "float64" if self.dtype == "float64" else "float32")

    def reduce(
        self,
        values: Tensor,
        sample_weight: Tensor | None = None,
        mask: Tensor | None = None,
        element_weight: Tensor | None = None,
    ) -> Tensor:
        """Weigh per-sample values and reduce them over the samples that a mask leaves something of.

        Args:
            values: Per-sample values, `(batch,)`; a scalar for the whole batch; or, without a reduction, values of
                elements or classes, `(batch, ...)`.
            sample_weight: Weights, `(batch,)` or scalar. Defaults to None.
            mask: Elements that count, `(batch, ...)`. Defaults to None.
            element_weight: Weights that are in the values already, `(batch, ...)`. Defaults to None.

        Returns:
            A scalar or, without a reduction, the weighted values.
        """
        if sample_weight is not None:
            values = values * align("sample_weight", sample_weight, values)
        if self.reduction in (None, "none"):
            return ops.cast(values, self.dtype)
        total = ops.sum(values)
        if self.reduction != "sum":
            if len(values.shape) > 0:
                weight = sample_weight if element_weight is None else element_weight
                total = divide_no_nan(total, self._divisor(values, mask, weight))
            # Gradients are summed over the replicas of a distributed step, each of which has its own mean.
            total = total / replica_count()
        return ops.cast(total, self.dtype)

    def _divisor(self, values: Tensor, mask: Tensor | None, weight: Tensor | None) -> Tensor:
        """Return the samples that count, or their weights' sum: the mean of ones over the elements of each, summed."""
        shapes = [ops.shape(x) for x in (values, mask, weight) if x is not None]
        ones = ops.ones(max(shapes, key=len), values.dtype)
        return ops.sum(mean_over_elements(ones, mask, weight if self.reduction == "mean_with_sample_weight" else None))

    def _split_weight(self, sample_weight: Tensor | None) -> tuple[Tensor | None, Tensor | None]:
        """Return weights of samples and weights of elements, of which one at least is None."""
        if sample_weight is None:
            return None, None
        weight = self.in_precision(sample_weight, "sample_weight")
        if all(size == 1 for size in weight.shape[1:]):
            return (ops.reshape(weight, (-1,)) if len(weight.shape) > 1 else weight), None
        if not self.weighs_elements:
            raise ValueError(f"`sample_weight` must have shape (batch,). Received: shape={tuple(weight.shape)}")
        return None, weight

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "dtype": self.dtype, **self.arguments}


class PairLoss(Loss):
    """A loss of two tensors that a model returns stacked, `y_pred` of shape `(batch, 2, ...)`.

    The function takes the two tensors, then the class's arguments, then `mask`, `(batch,)`.
    """

    weighs_elements = False

    def mask(self, y_true: Tensor, y_pred: Tensor) -> Tensor | None:
        return of_samples(super().mask(y_true, y_pred))

    def prepare(self, y_pred: Tensor) -> Tensor:
        y_pred = super().prepare(y_pred)
        if len(y_pred.shape) < 3 or y_pred.shape[1] not in (2, None):
            raise ValueError(
                f"`y_pred` of {self.name} must stack two tensors, (batch, 2, ...). "
                f"Received: y_pred.shape={tuple(y_pred.shape)}"
            )
        return y_pred

    def per_sample(
        self, y_true: Tensor, y_pred: Tensor, mask: Tensor | None = None, element_weight: Tensor | None = None
    ) -> Tensor:
        return type(self).function(y_pred[:, 0], y_pred[:, 1], **self.arguments, mask=mask)
