"""Checks of the values in a configuration, which come from JSON files and from callers."""

import math
import types
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin


def require(holds: bool, name: str, expected: str, received: Any) -> None:
    """Raise an error if a value is invalid.

    Args:
        holds: Whether the value is valid.
        name: Name of the value.
        expected: Description of valid values.
        received: The value.

    Raises:
        ValueError: If the value is invalid.
    """
    if not holds:
        raise ValueError(f"`{name}` must be {expected}. Received: {name}={received}")


def conform(value: Any, kind: Any, name: str) -> Any:
    """Check the type of a value and return the value: a list from JSON as a tuple, a path as text.

    Args:
        value: The value.
        kind: The type: int, bool, str, float, a tuple of these, a Literal, a union of these, or Any.
        name: Name of the value in the error message.

    Raises:
        ValueError: If the value has another type, or a number is not finite.
    """
    value = str(value) if isinstance(value, Path) else value
    options = get_args(kind) if get_origin(kind) in (Union, types.UnionType) else (kind,)
    for option in options:
        if _is_of(value, option):
            return tuple(value) if get_origin(option) is tuple else value
    raise ValueError(f"`{name}` must be {' or '.join(map(_describe, options))}. Received: {name}={value!r}")


def _is_of(value: Any, kind: Any) -> bool:
    if kind is Any:
        return True
    if kind in (None, type(None)):
        return value is None
    if get_origin(kind) is Literal:
        return value in get_args(kind)
    if get_origin(kind) is tuple:
        element = get_args(kind)[0]
        return isinstance(value, (tuple, list)) and all(_is_of(each, element) for each in value)
    if kind is float:
        return type(value) in (int, float) and _is_finite(value)
    # JSON stores a path as text.
    return type(value) is (str if kind is Path else kind)


def _is_finite(value: float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:  # An integer beyond what a float holds.
        return False


def _describe(kind: Any) -> str:
    if kind in (None, type(None)):
        return "None"
    if get_origin(kind) is Literal:
        return f"one of {get_args(kind)}"
    if get_origin(kind) is tuple:
        plural = {int: "integers", float: "finite numbers", str: "strings"}
        element = get_args(kind)[0]
        return f"a tuple of {plural.get(element, element)}"
    names = {float: "a finite number", int: "of type int", bool: "of type bool", str: "of type str", Path: "a path"}
    return names.get(kind, str(kind))
