"""What a run is judged by: five indicators, and the verdict that they make."""

import dataclasses
import enum


class Status(enum.Enum):
    """How an indicator stands."""

    GOOD = "✅ Good"
    WARNING = "⚠️ Warning"
    BAD = "❌ Bad"


@dataclasses.dataclass(frozen=True)
class Indicator:
    """One of the five.

    Attributes:
        name: "Monotonicity", "Balance", "Mode Collapse", "Gradient Signal" or "Wasserstein Distance".
        status: How it stands.
        observation: On what evidence, with its figures.
    """

    name: str
    status: Status
    observation: str

    @property
    def passed(self) -> bool:
        """Whether it counts for the score."""
        return self.status is Status.GOOD


@dataclasses.dataclass(frozen=True)
class Verdict:
    """What the indicators say together.

    Attributes:
        stability: "STABLE", "UNSTABLE" or "FAILED".
        quality: "Excellent", "Good", "Moderate", "Fair" or "Poor", with the figure that says so; or "Unmeasured".
        passed: How many indicators passed.
        total: Of how many.
        recommendation: What to do next.
    """

    stability: str
    quality: str
    passed: int
    total: int
    recommendation: str
