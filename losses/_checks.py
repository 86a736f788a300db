"""Checks of arguments and of shapes: what was expected, what was received."""

import math
import numbers
from typing import TypeGuard

import numpy as np

from keras_gan.losses._types import ClassWeights, Tensor, Weights


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


def check_choice(name: str, value: object, choices: tuple[object, ...]) -> None:
    """Refuse what is not among some choices."""
    if value not in choices:
        raise ValueError(f"`{name}` must be one of {choices}. Received: {name}={value!r}")


def check_class_index(name: str, value: object) -> None:
    """Refuse what is neither None nor an integer."""
    if value is not None and (isinstance(value, bool) or not isinstance(value, numbers.Integral)):
        raise ValueError(f"`{name}` must be an integer or None. Received: {name}={value!r}")


def plain_weights(name: str, value: Weights | None) -> float | list[float] | None:
    """Return a weight as a float, or weights of classes as a list of floats; None stays None.

    Raises:
        ValueError: If a weight is negative or not a finite number, or if there is none.
    """
    if value is None:
        return None
    weights = np.asarray(value)
    numeric = weights.dtype.kind in "iuf"
    if not numeric or weights.ndim > 1 or weights.size == 0 or not np.all(np.isfinite(weights) & (weights >= 0)):
        raise ValueError(f"`{name}` must be of finite numbers of at least 0. Received: {name}={value!r}")
    return weights.astype("float64").tolist()


def plain_class_weights(value: ClassWeights | None) -> list[float] | None:
    """Return one weight a class as a list of floats; None stays None."""
    weights = plain_weights("class_weights", value)
    if isinstance(weights, float):
        raise ValueError(f"`class_weights` must have one weight a class. Received: class_weights={value!r}")
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


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, numbers.Real) and not isinstance(value, bool) and math.isfinite(value)


def _range(minimum: float, maximum: float) -> str:
    if maximum == math.inf:
        return f"a number of at least {minimum}"
    return f"a number in [{minimum}, {maximum}]"
