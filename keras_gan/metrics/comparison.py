"""A figure beside the value that another package computes for it."""

import dataclasses
from collections.abc import Mapping
from typing import Any


@dataclasses.dataclass(frozen=True)
class Comparison:
    """Our value of a figure, and the value of a peer, which is another package that computes the same figure."""

    metric: str
    """Name of the figure in an `Evaluation`."""
    scope: str
    """Data that both values are computed from, in words."""
    ours: float
    """Our value."""
    peer: str
    """Name of the peer."""
    theirs: float
    """Value of the peer."""

    @property
    def relative_difference(self) -> float:
        """`|ours − theirs| / max(|ours|, |theirs|)`, from 0 to 2; 0 if both are 0."""
        larger = max(abs(self.ours), abs(self.theirs))
        return abs(self.ours - self.theirs) / larger if larger else 0.0

    def as_dict(self) -> dict[str, str | float]:
        """Return the fields and the relative difference, by name."""
        return {**dataclasses.asdict(self), "relative_difference": self.relative_difference}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Comparison":
        """Return the comparison that `as_dict` wrote.

        Raises:
            TypeError: If the keys are not those of `as_dict`.
        """
        return cls(**{name: value for name, value in values.items() if name != "relative_difference"})
