"""Diagnoses, and the findings that they are part of."""

import dataclasses
import enum


class Status(enum.Enum):
    """Severity of a finding, or result of an indicator."""

    GOOD = "✅ Good"
    WARNING = "⚠️ Warning"
    BAD = "❌ Bad"


class Diagnosis(enum.Enum):
    """A kind of problem. The problems to fix first come first."""

    EXPLODING_LOSSES = "exploding losses"
    WEAK_CONSTRAINT = "weak Lipschitz constraint"
    OSCILLATION = "oscillation"
    NON_CONVERGENCE = "non-convergence"
    GENERATOR_DOMINATES = "generator dominates"
    VANISHING_GRADIENTS = "vanishing gradients"
    PERSISTENT_CLIPPING = "persistent clipping"
    CRITIC_DOMINATES = "critic dominates"
    MODE_COLLAPSE = "mode collapse"
    MEMORISATION = "memorisation"
    CHECKERBOARD = "checkerboard"
    LATTICE = "lattice"
    BLUR = "blur"
    WASHED_OUT_COLOUR = "washed-out colour"

    @property
    def title(self) -> str:
        """Name with a capital letter, for the beginning of a line."""
        return self.value[0].upper() + self.value[1:]


@dataclasses.dataclass(frozen=True)
class Finding:
    """A problem that was found in a run.

    Attributes:
        diagnosis: The kind of problem.
        evidence: The figures that show it.
        status: `Status.BAD`, or `Status.WARNING` if the problem is slight or the evidence is indirect. Defaults to
            `Status.BAD`.
    """

    diagnosis: Diagnosis
    evidence: str
    status: Status = Status.BAD
