"""Checks of arguments and of shapes: what was expected, what was received."""

import math
import numbers
from typing import TypeGuard

import keras
import numpy as np

from keras_gan.losses._types import ClassWeights, Tensor, Weights

#: How a loss reduces its values.
REDUCTIONS = ("sum_over_batch_size", "mean", "mean_with_sample_weight", "sum", "none")

#: Dtypes of a loss's result.
DTYPES = ("float16", "bfloat16", "float32", "float64")


def check_number(name: str, value: object, minimum: float = -math.inf, maximum: float = math.inf) -> None:
    """Refuse what is not a finite number in [minimum, maximum]."""
    if not _is_number(value) or not minimum <= value <= maximum:
        raise ValueError(f"`{name}` must be {_range(minimum, maximum)}. Received: {name}={value!r}")


def check_positive(name: str, value: object) -> None:
    """Refuse what is not a finite number above zero."""
    if not _is_number(value) or not value > 0:
        raise ValueError(f"`{name}` must be a number above 0. Received: {name}={value!r}")


def check_smoothing(name: str, value: object) -> None:
    """Refuse what is not a number in [0, 1)."""
    if not _is_number(value) or not 0 <= value < 1:
        raise ValueError(f"`{name}` must be a number in [0, 1). Received: {name}={value!r}")


def check_real_target(value: object) -> None:
    """Refuse a target of reals outside (0, 1]."""
    if not _is_number(value) or not 0 < value <= 1:
        raise ValueError(f"`real_target` must be a number in (0, 1]. Received: real_target={value!r}")


def check_flags(**flags: object) -> None:
    """Refuse what is neither True nor False."""
    for name, value in flags.items():
        if not isinstance(value, (bool, np.bool_)):
            raise ValueError(f"`{name}` must be True or False. Received: {name}={value!r}")


def check_choice(name: str, value: object, choices: tuple[object, ...]) -> None:
    """Refuse what is not among some choices."""
    if isinstance(value, bool) or not isinstance(value, (str, numbers.Integral)) or value not in choices:
        raise ValueError(f"`{name}` must be one of {choices}. Received: {name}={value!r}")


def check_common(name: object, reduction: object, dtype: object) -> None:
    """Refuse what is no name of a loss, no reduction or no dtype of numbers with a fraction."""
    if name is not None and (not isinstance(name, str) or not name):
        raise ValueError(f"`name` must be a text. Received: name={name!r}")
    if reduction is not None:
        check_choice("reduction", reduction, REDUCTIONS)
    if dtype is not None and _computed(dtype) not in DTYPES:
        raise ValueError(
            f"`dtype` must be one of {DTYPES}, or a policy that computes in one. Received: dtype={dtype!r}"
        )


def _computed(dtype: object) -> str | None:
    """Return in what a dtype or a policy of Keras computes, or None for anything else."""
    if not dtype:
        return None
    try:
        if not isinstance(dtype, (keras.DTypePolicy, str)):
            dtype = keras.backend.standardize_dtype(dtype)
        return keras.dtype_policies.get(dtype).compute_dtype
    except (TypeError, ValueError):
        return None


def check_seed(value: object) -> None:
    """Refuse what is neither None nor an integer that every backend takes as a seed."""
    if value is not None and not (_is_integer(value) and 0 <= value < 2**31):
        raise ValueError(f"`seed` must be an integer in [0, 2³¹) or None. Received: seed={value!r}")


def check_class_index(name: str, value: object) -> None:
    """Refuse what is neither None nor an integer that a label may be, which every backend keeps in 32 bits."""
    if value is not None and not (_is_integer(value) and -(2**31) <= value < 2**31):
        raise ValueError(f"`{name}` must be an integer in [−2³¹, 2³¹) or None. Received: {name}={value!r}")


def plain_weights(name: str, value: Weights | None) -> float | list[float] | None:
    """Return a weight as a float, or weights of classes as a list of floats; None stays None.

    Raises:
        ValueError: If a weight is negative or not a finite number, or if there is none.
    """
    if value is None:
        return None
    try:
        weights = np.asarray(value)
    except ValueError:  # Lists of different lengths.
        weights = np.empty(0)
    numeric = weights.dtype.kind in "iuf"
    if not numeric or weights.ndim > 1 or weights.size == 0 or not np.all(np.isfinite(weights) & (weights >= 0)):
        expected = "a number of at least 0, or a list of such numbers"
        raise ValueError(f"`{name}` must be {expected}. Received: {name}={value!r}")
    return weights.astype("float64").tolist()


def plain_class_weights(value: ClassWeights | None) -> list[float] | None:
    """Return one weight a class as a list of floats; None stays None."""
    weights = plain_weights("class_weights", value)
    if isinstance(weights, float):
        raise ValueError(f"`class_weights` must be a list of one weight a class. Received: class_weights={value!r}")
    return weights


def check_weight_count(name: str, value: Weights | None, expected: int | None) -> None:
    """Refuse a list of weights whose length is not the number of classes; a lone weight or None is for all classes."""
    if isinstance(value, list) and expected is not None and len(value) != expected:
        raise ValueError(f"`{name}` must have one weight for each of {expected} classes. Received: {len(value)}")


def check_shapes(first_name: str, first: Tensor, second_name: str, second: Tensor) -> None:
    """Refuse shapes that differ where both are known: nothing broadcasts."""
    known = len(first.shape) == len(second.shape)
    if not known or any(a is not None and b is not None and a != b for a, b in zip(first.shape, second.shape)):
        raise ValueError(
            f"`{first_name}` and `{second_name}` must have the same shape. "
            f"Received: {first_name}.shape={tuple(first.shape)}, {second_name}.shape={tuple(second.shape)}"
        )


def check_rank(name: str, x: Tensor, minimum: int, shape: str, maximum: int | None = None) -> None:
    """Refuse a tensor of another rank than `shape`, a description, calls for."""
    if len(x.shape) < minimum or (maximum is not None and len(x.shape) > maximum):
        raise ValueError(f"`{name}` must have shape {shape}. Received: {name}.shape={tuple(x.shape)}")


def _is_integer(value: object) -> TypeGuard[int]:
    return isinstance(value, numbers.Integral) and not isinstance(value, bool)


def _is_number(value: object) -> TypeGuard[float]:
    if not isinstance(value, numbers.Real) or isinstance(value, bool):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:  # An integer beyond every float.
        return False


def _range(minimum: float, maximum: float) -> str:
    if maximum == math.inf:
        return f"a number of at least {minimum}"
    return f"a number in [{minimum}, {maximum}]"
