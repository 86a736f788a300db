"""Indicators, and the verdict that they make."""

import dataclasses

from keras_gan.analysis.detectors.findings import Status


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
    """What a rule set says of a run.

    Attributes:
        indicators: The five.
        stability: "STABLE", "UNSTABLE" or "FAILED".
        quality: "Excellent", "Good", "Moderate", "Fair" or "Poor", with the figure that says so; or "Unmeasured".
        recommendation: What to do next.
        interpretation: Paragraphs on how to read the indicators. Defaults to "".
    """

    indicators: tuple[Indicator, ...]
    stability: str
    quality: str
    recommendation: str
    interpretation: str = ""

    @property
    def passed(self) -> int:
        """How many indicators passed."""
        return sum(indicator.passed for indicator in self.indicators)

    @property
    def total(self) -> int:
        """How many indicators there are."""
        return len(self.indicators)
