"""Precision in which losses are computed."""

import math
from collections.abc import Callable

import keras
from keras import ops

from keras_gan.losses._types import Tensor

#: Dtypes of tensors that hold no numbers, or numbers that no loss is of.
NO_NUMBERS = ("string", "complex64", "complex128")

#: Tensors that are no arrays.
NO_ARRAYS = ("RaggedTensor", "SparseTensor", "IndexedSlices", "BCOO")


def as_numbers(x: Tensor, name: str) -> Tensor:
    """Return numbers as a tensor in their own dtype.

    Raises:
        ValueError: If `x` is something else, such as None, texts or complex numbers.
    """
    try:
        tensor = ops.convert_to_tensor(x)
    except Exception as error:  # Each backend raises others.
        raise ValueError(f"`{name}` must be an array of numbers. Received: {type(x).__name__}") from error
    if type(tensor).__name__ in NO_ARRAYS:
        raise ValueError(f"`{name}` must be an array of numbers. Received: {type(tensor).__name__}")
    dtype = keras.backend.standardize_dtype(tensor.dtype)
    if dtype in NO_NUMBERS:
        raise ValueError(f"`{name}` must be an array of numbers. Received: dtype={dtype}")
    return tensor


def upcast(x: Tensor, name: str = "y_pred") -> Tensor:
    """Return `x` as a tensor of at least float32, keeping float64.

    Sums of squares and exponentials overflow or lose their digits in float16 and bfloat16, so every formula of this
    package runs on the upcast values.

    Args:
        x: A tensor, an array or a number.
        name: Name of the argument in error messages.

    Raises:
        ValueError: If `x` is something else.
    """
    x = as_numbers(x, name)
    if keras.backend.standardize_dtype(x.dtype) == "float64":
        return x
    return ops.cast(x, "float32")


def as_scalar(x: Tensor, name: str, dtype: str, check: Callable[[str, object], None]) -> Tensor:
    """Return a number as it is, once it is checked, or a scalar tensor or variable, whose value cannot be, in a dtype.

    Raises:
        ValueError: If the number is refused, or if a tensor is no scalar.
    """
    if not (ops.is_tensor(x) or isinstance(x, keras.Variable)):
        check(name, x)
        return x
    if len(x.shape) > 0:
        raise ValueError(f"`{name}` must be a scalar. Received: {name}.shape={tuple(x.shape)}")
    return ops.cast(x, dtype)


# Keras computes the following in float32 on PyTorch, and so rounds float64.


def mean(x: Tensor, axis: int | None = None) -> Tensor:
    """Return the mean along an axis, or of all values."""
    if keras.backend.backend() != "torch":
        return ops.mean(x, axis=axis)
    total = ops.sum(x, axis=axis)
    return total / (math.prod(x.shape) / max(math.prod(total.shape), 1))


def maximum(x: Tensor, y: Tensor | float) -> Tensor:
    """Return the larger of two values. NaN stays NaN."""
    return ops.maximum(x, y) if keras.backend.backend() != "torch" else ops.where(x < y, y, x)


def minimum(x: Tensor, y: Tensor | float) -> Tensor:
    """Return the smaller of two values. NaN stays NaN."""
    return ops.minimum(x, y) if keras.backend.backend() != "torch" else ops.where(x > y, y, x)


def divide_no_nan(x: Tensor, y: Tensor) -> Tensor:
    """Divide, with 0 for a division by 0."""
    if keras.backend.backend() != "torch":
        return ops.divide_no_nan(x, y)
    return ops.where(y == 0, 0.0, x / ops.where(y == 0, 1.0, y))
