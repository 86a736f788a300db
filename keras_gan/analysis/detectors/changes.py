"""Changes of a run, in words and as flags of the command or arguments in Python."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from keras_gan.analysis.detectors.instructions import instruction, value_text

#: A run has at most one of these.
CONSTRAINTS = ("clip_threshold", "gradient_penalty")

#: Parameters that are names of parts.
PART_NAMES = ("augmentation", "critic", "generator", "loss")


@dataclasses.dataclass(frozen=True)
class Remedy:
    """A change to make.

    Attributes:
        advice: The change in words, with the present and the new values if the present ones are known.
        code: What makes the change: flags of the command, or arguments in Python, as the run was started; None if
            nothing is known to make it.
        parameters: Names of the parameters that it changes. Defaults to an empty set.
    """

    advice: str
    code: str | None = None
    parameters: frozenset[str] = frozenset()


@dataclasses.dataclass(frozen=True)
class Change:
    """A remedy before the values of a run are known.

    Attributes:
        advice: The change in words.
        parameters: Functions from the present value to the new value, by parameter. Defaults to none: no parameter
            makes the change.
    """

    advice: str
    parameters: Mapping[str, Callable[[Any], Any]] = dataclasses.field(default_factory=dict)

    @property
    def constraint(self) -> str | None:
        """The constraint to be changed; None if the change is another."""
        # A switch from one constraint to the other names the present one first.
        return next((name for name in self.parameters if name in CONSTRAINTS), None)

    def applies_to(self, config: Mapping[str, Any]) -> bool:
        """Return whether a run may have the constraint to be changed: a run with a penalty has no threshold."""
        if self.constraint is None:
            return True
        is_of_another_kind = "lipschitz" in config
        return not is_of_another_kind and config.get(self.constraint, "unknown") is not None

    def is_known(self, config: Mapping[str, Any]) -> bool:
        """Return whether a run's configuration has all values that change."""
        return all(name in config and _is_like(_as_value(config[name]), name) for name in self.parameters)

    def remedy(self, config: Mapping[str, Any], is_evident: bool) -> Remedy | None:
        """Return the remedy for a run; None if its values cannot be changed any further.

        Args:
            config: Configuration of the run, as far as it is known.
            is_evident: Whether the run is known to have the constraint, even if the configuration does not say so.
        """
        names = frozenset(self.parameters)
        known = {name: _as_value(value) for name, value in config.items()}
        old = {name: known[name] for name in self.parameters if name in known and _is_like(known[name], name)}
        if len(old) < len(names) or not old:
            is_sure = self.constraint is None or len(names) > 1 or self.constraint in known or is_evident
            return Remedy(self.advice if is_sure else f"{self.advice}, if there is one", None, names)
        new = {name: change(old[name]) for name, change in self.parameters.items()}
        if new == old:
            return None
        changes = ", ".join(
            f"{name} {value_text(old[name])} → {value_text(value)}" for name, value in new.items() if value != old[name]
        )
        return Remedy(f"{self.advice} ({changes})", instruction(new, config), names)


def _is_like(value: Any, name: str) -> bool:
    """Return whether a value has the type of its parameter: a user's own configuration may hold anything."""
    if value is None:
        return name in CONSTRAINTS
    if name.endswith("_filters"):
        return isinstance(value, tuple) and all(isinstance(count, int) for count in value)
    if name in PART_NAMES:
        # Of another program, only the kind of the loss is known.
        return isinstance(value, str) and value != "cross-entropy"
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _as_value(value: Any) -> Any:
    # JSON turns tuples into lists.
    return tuple(value) if isinstance(value, list) else value


def times(factor: float) -> Callable[[float], float]:
    """Return the change of a number to a multiple of it."""
    return lambda value: value * factor


def whole(factor: float, least: int = 1) -> Callable[[int], int]:
    """Return the change of a whole number to about a multiple of it."""
    return lambda value: max(least, round(value * factor))


def wider(factor: float, kept: int) -> Callable[[Sequence[int]], tuple[int, ...]]:
    """Return a change of filters that keeps the last few of them, such as the channels of an image."""

    def change(filters: Sequence[int]) -> tuple[int, ...]:
        end = len(filters) - kept
        return (*(max(1, round(count * factor)) for count in filters[:end]), *filters[end:])

    return change


def instead(new: str, *old: str) -> Callable[[str], str]:
    """Return the change of a part to another, if it is one of a few."""
    return lambda value: new if value in old else value
