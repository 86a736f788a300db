"""Checks of the values in a configuration, which come from JSON files and from callers.

The annotation of an argument may contain `Positive` and the other names below. Its bounds then hold in a configuration
before Keras is loaded.
"""

import dataclasses
import math
import numbers
import os
import types
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints


@dataclasses.dataclass(frozen=True)
class Bounds:
    """Bounds of a number, in its annotation.

    Attributes:
        expected: Description of valid values.
        hold: Returns whether a value is valid.
    """

    expected: str
    hold: Callable[[Any], bool]


#: Counts are below this, and seeds below that.
COUNT_LIMIT, SEED_LIMIT = 2**31, 2**32

#: Numbers within bounds, for annotations.
Positive = Annotated[float, Bounds("a finite positive number", lambda value: value > 0)]
NotNegative = Annotated[float, Bounds("a finite number of at least 0", lambda value: value >= 0)]
DecayRate = Annotated[float, Bounds("a number in [0, 1)", lambda value: 0 <= value < 1)]
Level = Annotated[float, Bounds("in (0, 1)", lambda value: 0 < value < 1)]
Share = Annotated[float, Bounds("a number in [0, 1]", lambda value: 0 <= value <= 1)]
Count = Annotated[int, Bounds("an integer of at least 1, less than 2³¹", lambda value: 1 <= value < COUNT_LIMIT)]
Index = Annotated[int, Bounds("an integer of at least 0, less than 2³¹", lambda value: 0 <= value < COUNT_LIMIT)]


#: Most characters of a value, or of what a file holds, that a message repeats.
SHOWN = 200


def shortened(value: Any, most: int = SHOWN) -> str:
    """Return what a message shows of a value: one line, without the middle of a long text.

    Args:
        value: The value, shown as `str` shows it.
        most: Number of characters. Defaults to 200.
    """
    text = str(value)
    # Cut before the spaces are joined too, because a text may have gigabytes.
    text = " ".join((text if len(text) <= 4 * most else f"{text[: 2 * most]} {text[-2 * most :]}").split())
    text = text if len(text) <= most else f"{text[: most - most // 4 - 1]}…{text[-(most // 4) :]}"
    # Codes that a terminal obeys, and halves of characters, are not printed.
    return "".join(character if character.isprintable() else "?" for character in text)


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
        raise ValueError(f"`{name}` must be {expected}. Received: {name}={shortened(received)}")


def check_count(value: Any, name: str, least: int = 1) -> None:
    """Refuse a number that counts nothing: no integer, or one that is too small or too large.

    Args:
        value: The number, an integer of Python or NumPy.
        name: Name of the argument.
        least: The smallest valid number. Defaults to 1.

    Raises:
        ValueError: If the value is something else, or 2³¹ or more, which no array is as long as and no loop ends with.
    """
    require(_is_count(value, least), name, f"an integer of at least {least}", repr(value))
    require(int(value) < COUNT_LIMIT, name, "less than 2³¹", value)


def check_seed(value: Any, name: str = "seed") -> None:
    """Refuse what is no seed: Keras and NumPy take integers in [0, 2³²).

    Args:
        value: The seed, an integer of Python or NumPy.
        name: Name of the argument. Defaults to "seed".

    Raises:
        ValueError: If the value is something else.
    """
    require(_is_count(value, 0), name, "an integer of at least 0", repr(value))
    require(int(value) < SEED_LIMIT, name, "less than 2³²", value)


def check_flag(value: Any, name: str) -> None:
    """Refuse what is neither True nor False.

    Args:
        value: The flag.
        name: Name of the argument.

    Raises:
        ValueError: If the value is something else.
    """
    require(isinstance(value, bool), name, "True or False", repr(value))


def check_text(value: Any, name: str) -> None:
    """Refuse what is no text, or one that no file can hold: one with a half of a character.

    Args:
        value: The text.
        name: Name of the argument.

    Raises:
        ValueError: If the value is something else.
    """
    require(isinstance(value, str), name, "a text", repr(value))
    require(is_whole(value), name, "a text in UTF-8", repr(value))


def is_whole(text: str) -> bool:
    """Return whether UTF-8 can hold a text: it has no halves of characters, which stand for bytes that are no text."""
    return not any("\ud800" <= character <= "\udfff" for character in text)


def check_mapping(value: Any, name: str) -> None:
    """Refuse what has no values by name.

    Args:
        value: The mapping.
        name: Name of the argument.

    Raises:
        ValueError: If the value is something else.
    """
    require(isinstance(value, Mapping), name, "a mapping of names to values", repr(value))


def check_instance(value: Any, name: str, kind: type) -> None:
    """Refuse an object of another class.

    Args:
        value: The object.
        name: Name of the argument.
        kind: The class.

    Raises:
        TypeError: If the value is of another class.
    """
    if not isinstance(value, kind):
        raise TypeError(f"`{name}` must be of the class {kind.__name__}. Received: {name}={shortened(repr(value))}")


def check_interface(value: Any, name: str, methods: tuple[str, ...]) -> None:
    """Refuse an object that lacks methods, and a class in place of an object.

    Args:
        value: The object.
        name: Name of the argument.
        methods: Names of the methods.

    Raises:
        TypeError: If one of them is missing.
    """
    if isinstance(value, type) or not all(callable(getattr(value, method, None)) for method in methods):
        expected = f"have the methods {', '.join(methods)}"
        raise TypeError(f"`{name}` must {expected}. Received: {name}={shortened(repr(value))}")


def check_stream(value: Any) -> None:
    """Refuse what is neither a text stream nor None.

    Args:
        value: The argument `stream`.

    Raises:
        TypeError: If it is something else.
    """
    if value is not None:
        check_interface(value, "stream", ("write", "flush"))


def checked_path(value: Any, name: str) -> Path:
    """Return a path, which need not exist; refuse what is none.

    Args:
        value: A text or a `Path`.
        name: Name of the argument.

    Raises:
        ValueError: If the value is something else, or has a null character.
    """
    is_path = isinstance(value, (str, os.PathLike)) and isinstance(os.fspath(value), str)
    require(is_path and "\0" not in os.fspath(value), name, "a path", repr(value))
    return Path(value)


def check_counts(values: Any, name: str) -> None:
    """Refuse what is no sequence of integers of at least 1, of Python or NumPy.

    Args:
        values: The sequence.
        name: Name of the argument.

    Raises:
        ValueError: If the value is something else, or empty.
    """
    holds = hasattr(values, "__len__") and len(values) > 0 and all(_is_count(value) for value in values)
    require(holds, name, "a tuple of integers of at least 1", repr(values))
    require(max(values) < COUNT_LIMIT, name, "less than 2³¹", repr(values))


def check_number(value: Any, name: str, kind: Any) -> None:
    """Refuse what is no finite number, of Python or NumPy, or is out of bounds.

    Args:
        value: The number.
        name: Name of the argument.
        kind: One of the numbers within bounds, such as `Positive`.

    Raises:
        ValueError: If the value is something else.
    """
    bounds = get_args(kind)[1]
    is_number = isinstance(value, numbers.Real) and not isinstance(value, bool) and _is_finite(value)
    require(is_number and bounds.hold(value), name, bounds.expected, repr(value))


def _is_count(value: Any, least: int = 1) -> bool:
    return isinstance(value, numbers.Integral) and not isinstance(value, bool) and int(value) >= least


def conform(value: Any, kind: Any, name: str) -> Any:
    """Check the type of a value and return the value: a list from JSON as a tuple, a path as text.

    Args:
        value: The value.
        kind: The type: int, bool, str, float, one of the numbers within bounds, a tuple of these, a Literal, a union of
            these, or Any.
        name: Name of the value in the error message.

    Raises:
        ValueError: If the value has another type, or a number is not finite or out of bounds.
    """
    value = str(value) if isinstance(value, Path) else value
    options = get_args(kind) if get_origin(kind) in (Union, types.UnionType) else (kind,)
    for option in options:
        if _is_of(value, option):
            return tuple(value) if get_origin(option) is tuple else value
    expected = " or ".join(map(_describe, options))
    raise ValueError(f"`{name}` must be {expected}. Received: {name}={shortened(repr(value))}")


def check_fields(record: Any) -> None:
    """Check the types of a dataclass's fields, as `conform` does.

    Args:
        record: The instance.

    Raises:
        ValueError: If a value has another type than its field, or is a number that is not finite.
    """
    for name, kind in get_type_hints(type(record), include_extras=True).items():
        conform(getattr(record, name), kind, name)


def _is_of(value: Any, kind: Any) -> bool:
    if kind is Any:
        return True
    if get_origin(kind) is Annotated:
        plain, *remarks = get_args(kind)
        return _is_of(value, plain) and all(remark.hold(value) for remark in remarks if isinstance(remark, Bounds))
    if kind in (None, type(None)):
        return value is None
    if get_origin(kind) is Literal:
        # Not by `in`, which cannot tell whether an array is equal to a text.
        return any(isinstance(value, type(option)) and value == option for option in get_args(kind))
    if get_origin(kind) is tuple:
        element = get_args(kind)[0]
        return isinstance(value, (tuple, list)) and all(_is_of(each, element) for each in value)
    if kind is float:
        return type(value) in (int, float) and _is_finite(value)
    # JSON stores a path as text.
    return type(value) is (str if kind is Path else kind)


def _is_finite(value: Any) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:  # An integer beyond what a float holds.
        return False


def _describe(kind: Any) -> str:
    if kind in (None, type(None)):
        return "None"
    if get_origin(kind) is Annotated:
        plain, *remarks = get_args(kind)
        return next((remark.expected for remark in remarks if isinstance(remark, Bounds)), _describe(plain))
    if get_origin(kind) is Literal:
        return f"one of {get_args(kind)}"
    if get_origin(kind) is tuple:
        plural = {int: "integers", float: "finite numbers", str: "strings", Count: "integers of at least 1"}
        element = get_args(kind)[0]
        return f"a tuple of {plural.get(element, element)}"
    names = {float: "a finite number", int: "of type int", bool: "of type bool", str: "of type str", Path: "a path"}
    return names.get(kind, str(kind))
