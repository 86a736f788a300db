"""Indicators, and the verdict that they make up."""

import dataclasses

from keras_gan.analysis.detectors.findings import Status


@dataclasses.dataclass(frozen=True)
class Indicator:
    """One of the five indicators of a verdict.

    Attributes:
        name: "Monotonicity", "Balance", "Mode Collapse", "Gradient Signal" or "Wasserstein Distance".
        status: Whether the indicator is good, a warning or bad.
        observation: Evidence for the status, with its figures.
    """

    name: str
    status: Status
    observation: str

    @property
    def passed(self) -> bool:
        """Whether the indicator counts towards the score."""
        return self.status is Status.GOOD


@dataclasses.dataclass(frozen=True)
class Verdict:
    """The verdict of a rule set on a run.

    Attributes:
        indicators: The five indicators.
        stability: "STABLE", "UNSTABLE" or "FAILED"; "TOO SHORT" if there are too few epochs for a judgement.
        quality: "Excellent", "Good", "Moderate", "Fair" or "Poor", by the default rules with the FID that it is based
            on; or "Unmeasured".
        recommendation: What to do next.
        interpretation: Paragraphs on how to read the indicators. Defaults to "".
        place: What the word for quality follows from, and what disagrees with it. Defaults to "", if that was not
            measured.
    """

    indicators: tuple[Indicator, ...]
    stability: str
    quality: str
    recommendation: str
    interpretation: str = ""
    place: str = ""

    @property
    def passed(self) -> int:
        """Number of passed indicators."""
        return sum(indicator.passed for indicator in self.indicators)

    @property
    def total(self) -> int:
        """Number of indicators."""
        return len(self.indicators)
