"""A sweep of hostile arguments: each argument of a valid call is replaced by hostile values, one at a time."""

import copy
import dataclasses
import inspect
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from hostile.values import Kind


@dataclasses.dataclass(frozen=True)
class Right:
    """Why a value is a right one for an argument, and what is true of the answer then.

    Attributes:
        reason: Why the value is valid.
        holds: Whether an answer is right, given the answer of the valid call too. Defaults to any answer.
    """

    reason: str
    holds: Callable[[Any, Any], bool] = lambda answer, usual: True


@dataclasses.dataclass(frozen=True)
class Argument:
    """An argument of a valid call.

    Attributes:
        make: Function that returns the valid value.
        kind: The hostile values to replace it by.
        right: Hostile values of this kind that are right ones for this argument, by name.
        named: What errors call the argument. Defaults to its name in backquotes alone.
    """

    make: Callable[[], Any]
    kind: Kind
    right: Mapping[str, Right] = dataclasses.field(default_factory=dict)
    named: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class Case:
    """A public callable with a valid call.

    Attributes:
        name: Its path, such as "keras_gan.metrics.Evaluator.check"; what follows a space tells two cases of it apart.
        call: What takes the arguments by name; it returns what two calls can be compared by.
        arguments: The arguments.
    """

    name: str
    call: Callable[..., Any]
    arguments: Mapping[str, Argument]


def given(value: Any, kind: Kind, *named: str, **right: Right) -> Argument:
    """Return an argument; underscores in the names of right values stand for spaces.

    Args:
        value: A valid value, or a function without arguments that makes one.
        kind: The hostile values.
        *named: What errors call the argument, besides its name.
        **right: Hostile values that are right ones.
    """
    make = value if inspect.isfunction(value) else lambda: copy.deepcopy(value)
    return Argument(make, kind, {name.replace("_", " "): each for name, each in right.items()}, named)


def equal(answer: Any, usual: Any) -> bool:
    """Return whether two answers are the same, NaN included."""
    if isinstance(usual, Mapping):
        return set(answer) == set(usual) and all(equal(answer[key], usual[key]) for key in usual)
    if isinstance(usual, (list, tuple)):
        return len(answer) == len(usual) and all(map(equal, answer, usual))
    if dataclasses.is_dataclass(usual) and not isinstance(usual, type):
        return type(answer) is type(usual) and equal(vars(answer), vars(usual))
    if isinstance(usual, (np.ndarray, float)):
        return np.array_equal(answer, usual, equal_nan=np.asarray(usual).dtype.kind == "f")
    # Objects without an equality of their own are as good as their class.
    return type(answer) is type(usual) if type(usual).__eq__ is object.__eq__ else answer == usual


#: A read-only array is as good as any.
ALWAYS_RIGHT = {"read-only": Right("nothing is written to it", equal)}


def failures(case: Case, name: str, folder: Path) -> list[str]:
    """Replace one argument of a case by each hostile value; return what is neither right nor refused by name.

    Args:
        case: The case.
        name: Name of the argument.
        folder: The working folder, in which a refused call must leave no file.
    """
    argument = case.arguments[name]
    hostile = argument.kind(argument.make())
    right = {**ALWAYS_RIGHT, **argument.right}
    stale = [f"{label} is declared right, but is not tried" for label in set(argument.right) - set(hostile)]
    usual = case.call(**_made(case)) if set(hostile) & set(right) else None
    outcomes = (_outcome(case, name, label, hostile[label], right.get(label), usual, folder) for label in hostile)
    return stale + [outcome for outcome in outcomes if outcome is not None]


def _made(case: Case) -> dict[str, Any]:
    return {name: argument.make() for name, argument in case.arguments.items()}


def _outcome(
    case: Case, name: str, label: str, value: Any, right: Right | None, usual: Any, folder: Path
) -> str | None:
    """Return what is wrong with the outcome of one call; None if nothing is."""
    arguments = {**_made(case), name: value}
    arrays = {key: each.copy() for key, each in arguments.items() if isinstance(each, np.ndarray)}
    files = _files(folder)
    try:
        answer = case.call(**arguments)
    except (ValueError, TypeError, OSError) as error:
        if right is not None:
            return f"{label} is right, as {right.reason}, but raises {error!r}"
        if not _names(error, name, value, case.arguments[name].named):
            return f"{label} raises what does not name the argument: {error!r}"
        if _files(folder) != files:
            return f"{label} is refused, but leaves {sorted(_files(folder) - files)}"
    except Exception as error:
        return f"{label} raises {error!r}"
    else:
        if right is None:
            return f"{label} gives {str(answer)[:100]!r}"
        if not right.holds(answer, usual):
            return f"{label} is right, as {right.reason}, but gives {str(answer)[:100]!r}"
    changed = [key for key, each in arrays.items() if not _unchanged(arguments[key], each)]
    return f"{label} changes {changed}" if changed else None


def _names(error: Exception, name: str, value: Any, named: tuple[str, ...]) -> bool:
    """Return whether an error names an argument, or the file that it is."""
    if any(text in str(error) for text in (f"`{name}`", *named)):
        return True
    is_path = isinstance(value, (str, Path)) and str(value) != ""
    return is_path and isinstance(error, OSError) and str(value) in str(error)


def _unchanged(values: np.ndarray, before: np.ndarray) -> bool:
    if values.dtype.kind in "fc":
        return np.array_equal(values, before, equal_nan=True)
    return np.array_equal(values, before)


def _files(folder: Path) -> set[Path]:
    return set(folder.rglob("*"))
