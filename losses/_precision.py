"""Precision in which losses are computed."""

import keras
from keras import ops

from keras_gan.losses._types import Tensor


def upcast(x: Tensor) -> Tensor:
    """Return `x` as a tensor of at least float32, keeping float64.

    Sums of squares and exponentials overflow or lose their digits in float16 and bfloat16, so every formula of this
    package runs on the upcast values.
    """
    x = ops.convert_to_tensor(x)
    if keras.backend.standardize_dtype(x.dtype) == "float64":
        return x
    return ops.cast(x, "float32")
