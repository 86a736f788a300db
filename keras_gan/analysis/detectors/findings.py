"""What can be wrong with a run."""

import dataclasses
import enum


class Status(enum.Enum):
    """How bad something is."""

    GOOD = "✅ Good"
    WARNING = "⚠️ Warning"
    BAD = "❌ Bad"


class Diagnosis(enum.Enum):
    """What is wrong, those first that are to be mended first."""

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
    BLUR = "blur"
    WASHED_OUT_COLOUR = "washed-out colour"

    @property
    def title(self) -> str:
        """Its name at the beginning of a line."""
        return self.value[0].upper() + self.value[1:]


@dataclasses.dataclass(frozen=True)
class Finding:
    """That something is wrong.

    Attributes:
        diagnosis: What.
        evidence: Which figures say so.
        status: `Status.BAD`, or `Status.WARNING` where it is slight or rests on indirect evidence. Defaults to bad.
    """

    diagnosis: Diagnosis
    evidence: str
    status: Status = Status.BAD
