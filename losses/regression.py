"""Losses of regression."""

from keras import ops
from keras.saving import register_keras_serializable

from keras_gan.losses._base import Loss
from keras_gan.losses._checks import check_flags
from keras_gan.losses._elements import values_of_elements
from keras_gan.losses._labels import match_ranks
from keras_gan.losses._precision import upcast
from keras_gan.losses._types import Reduction, Tensor


@register_keras_serializable(package="keras_gan")
def mean_squared_error(
    y_true: Tensor,
    y_pred: Tensor,
    *,
    mask: Tensor | None = None,
    element_weight: Tensor | None = None,
    per_element: bool = False,
) -> Tensor:
    """Compute the mean of squared errors, (1/n) Σᵢ (yᵢ − ŷᵢ)².

    Args:
        y_true: Targets, of `y_pred`'s shape; only an axis of one at the end may be missing or too many.
        y_pred: Predictions, `(batch, ...)`.
        mask: Elements that count, `(batch, ...)`, of all or the first axes. Defaults to None, all.
        element_weight: Weights of the elements, likewise. Defaults to None, ones.
        per_element: Whether to return the values of the elements. Defaults to False.

    Returns:
        Per-sample losses, `(batch,)`: means over the elements that count. With `per_element`, those of the elements,
        `(batch, ...)`, and 0 for elements that don't count.

    Raises:
        ValueError: If the shapes differ.

    Reference:
        Gauss, Theoria combinationis observationum erroribus minimis obnoxiae, 1823.
    """
    check_flags(per_element=per_element)
    y_pred = upcast(y_pred)
    y_true = ops.cast(match_ranks(y_true, y_pred), y_pred.dtype)
    return values_of_elements(ops.square(y_pred - y_true), mask, element_weight, per_element)


@register_keras_serializable(package="keras_gan")
class MeanSquaredError(Loss):
    """The mean of squared errors; see `mean_squared_error`. Shapes never broadcast.

    Args:
        name: Name in logs. Defaults to `"mean_squared_error"`.
        reduction: Reduction over the batch. Defaults to `"sum_over_batch_size"`.
        dtype: Dtype of the result. Defaults to None, `keras.config.floatx()`.
        per_element: Whether to return the values of the elements, without a reduction. Defaults to False.
    """

    fuses = True
    function = staticmethod(mean_squared_error)

    def __init__(
        self,
        name: str = "mean_squared_error",
        reduction: Reduction = "sum_over_batch_size",
        dtype: str | None = None,
        per_element: bool = False,
    ) -> None:
        super().__init__(name, reduction, dtype, per_element=per_element)
