"""From the values of elements to one value a sample: masks and weights inside the sums."""

import math

from keras import ops

from keras_gan.losses._precision import as_numbers, maximum, mean
from keras_gan.losses._types import Tensor


def mean_over_elements(values: Tensor, mask: Tensor | None = None, element_weight: Tensor | None = None) -> Tensor:
    """Average all axes but the batch over the elements that the mask keeps.

    Weights multiply and nothing divides by their sum. A sample without an element left is worth 0.

    Args:
        values: Values of the elements, `(batch, ...)`.
        mask: Which elements count, boolean, `values`' shape or its first axes. Defaults to None, all.
        element_weight: Weights of the elements, likewise. Defaults to None, ones.

    Returns:
        Per-sample values, `(batch,)`.
    """
    if element_weight is not None:
        values = values * align("element_weight", element_weight, values)
    if mask is None:
        return mean(rows(values), axis=1) if len(values.shape) > 1 else values
    mask = rows(ops.broadcast_to(align("mask", mask, values), ops.shape(values)))
    total = ops.sum(ops.where(mask, rows(values), 0.0), axis=1)
    count = ops.sum(ops.cast(mask, values.dtype), axis=1)
    return total / maximum(count, 1.0)


def values_of_elements(
    values: Tensor, mask: Tensor | None = None, element_weight: Tensor | None = None, per_element: bool = False
) -> Tensor:
    """Return the means over the elements, `(batch,)`, or the weighted values of the elements, 0 where masked."""
    if not per_element:
        return mean_over_elements(values, mask, element_weight)
    if element_weight is not None:
        values = values * align("element_weight", element_weight, values)
    return keep(values, mask)


def rows(x: Tensor) -> Tensor:
    """Put the elements of each sample on one axis, along which XLA makes better loops than along short ones."""
    sizes = x.shape[1:]
    return ops.reshape(x, (ops.shape(x)[0], -1 if None in sizes else math.prod(sizes)))


def align(name: str, x: Tensor, values: Tensor) -> Tensor:
    """Give a mask or weights of the first axes of `values` its rank, so that (batch,) never meets the last axis.

    Raises:
        ValueError: If an axis is of another length.
    """
    x = as_numbers(x, name)
    x = ops.cast(x, "bool" if name == "mask" else values.dtype)
    while len(x.shape) > len(values.shape) and x.shape[-1] == 1:
        x = ops.squeeze(x, axis=-1)
    missing = len(values.shape) - len(x.shape)
    # An axis of one stands for all elements, but never for all samples.
    fits = all(n is None or m in (None, n) or (n == 1 and i) for i, (n, m) in enumerate(zip(x.shape, values.shape)))
    if missing < 0 or not fits or (name == "mask" and len(x.shape) == 0):
        raise ValueError(
            f"`{name}` must have the shape of the elements or of their first axes, {tuple(values.shape)}. "
            f"Received: {name}.shape={tuple(x.shape)}"
        )
    return ops.reshape(x, (*ops.shape(x), *(1,) * missing)) if missing else x


def both(first: Tensor | None, second: Tensor | None) -> Tensor | None:
    """Return the elements that two masks keep, of which either may be None, or have fewer axes than the other."""
    if first is None or second is None:
        return second if first is None else first
    first, second = (ops.cast(as_numbers(mask, "mask"), "bool") for mask in (first, second))
    if len(first.shape) < len(second.shape):
        first, second = second, first
    return ops.logical_and(first, align("mask", second, first))


def of_samples(mask: Tensor | None) -> Tensor | None:
    """Return which samples a mask keeps whole, `(batch,)`, or None for all."""
    return mask if mask is None or len(mask.shape) < 2 else ops.all(mask, axis=tuple(range(1, len(mask.shape))))


def keep(values: Tensor, mask: Tensor | None) -> Tensor:
    """Set the values of what doesn't count to 0."""
    return values if mask is None else ops.where(align("mask", mask, values), values, ops.zeros_like(values))
