"""The default rules: they judge a run by the meaning of its quantities and the measured quality of its samples."""

from collections.abc import Sequence

from keras_gan.analysis.detectors.advisor import advise
from keras_gan.analysis.detectors.findings import Diagnosis, Finding, Status
from keras_gan.analysis.detectors.instructions import measuring
from keras_gan.analysis.run.quality_history import LEAST_SAMPLES, QualityHistory
from keras_gan.analysis.run.saved_run import LEAST_EPOCHS, SavedRun
from keras_gan.analysis.verdict import default_indicators
from keras_gan.analysis.verdict.indicators import Indicator, Verdict
from keras_gan.analysis.verdict.observations import (
    has_few_samples,
    last_measured,
    too_few,
)
from keras_gan.rating import WORST, word_of

#: Rating of samples that were not measured.
UNMEASURED = "Unmeasured"

INTERPRETATION = """\
**What the quantities mean:**
- **W = E[critic(real)] - E[critic(fake)]**: the critic's distance between reals and fakes; it is above 0 if the critic
  tells them apart
- **D loss**: the critic minimises it; it is -W or -W/2, plus the penalty, and below 0 for a critic that works
- **G loss = -E[critic(fake)]**: the generator minimises it; its level says nothing, because scores have no fixed zero

**What a healthy run shows:**
- W rises while the critic learns, then falls while the samples get better
- The critic scores reals above fakes throughout
- The samples' measured distance to the real images falls; the quality in the verdict is never better than this"""

NAMES = ("Monotonicity", "Balance", "Mode Collapse", "Gradient Signal", "Wasserstein Distance")

#: Least number of passed indicators of a stable run. Three can be passed without measured quality.
LEAST_PASSED = 3

#: Stability of a run that has too few epochs for a judgement.
TOO_SHORT = "TOO SHORT"

#: Number of bad indicators from which a run has failed.
FAILING = 3


def judge(run: SavedRun, findings: list[Finding]) -> Verdict:
    """Judge a run by the meaning of its quantities.

    Args:
        run: The run.
        findings: The findings of `diagnose`.

    Returns:
        The verdict. Its quality is never better than the measured quality.
    """
    if _is_too_short(run, findings):
        text = too_few(run.epochs)
        return _verdict(run, findings, [Indicator(name, Status.WARNING, text) for name in NAMES])
    indicators = [
        default_indicators.monotonicity(run, findings),
        default_indicators.balance(run, findings),
        default_indicators.mode_collapse(run, findings),
        default_indicators.gradient_signal(run, findings),
        default_indicators.falling_distance(run, findings),
    ]
    return _verdict(run, findings, indicators)


def _is_too_short(run: SavedRun, findings: list[Finding]) -> bool:
    """Return whether a run has too few epochs for a judgement, and has not exploded in them."""
    return run.epochs < LEAST_EPOCHS and not _has_exploded(findings)


def _has_exploded(findings: list[Finding]) -> bool:
    return any(finding.diagnosis is Diagnosis.EXPLODING_LOSSES for finding in findings)


def _verdict(run: SavedRun, findings: list[Finding], indicators: Sequence[Indicator]) -> Verdict:
    passed = sum(indicator.passed for indicator in indicators)
    bad = sum(indicator.status is Status.BAD for indicator in indicators)
    has_exploded = _has_exploded(findings)
    is_stable = bad == 0 and passed >= LEAST_PASSED
    stability = "FAILED" if has_exploded or bad >= FAILING else "STABLE" if is_stable else "UNSTABLE"
    if _is_too_short(run, findings):
        stability = TOO_SHORT
    quality = _quality(run, indicators, has_exploded)
    recommendation, place = _recommendation(run, findings, indicators), _place(run.fresh_quality)
    return Verdict(tuple(indicators), stability, quality, recommendation, INTERPRETATION, place)


def _quality(run: SavedRun, indicators: Sequence[Indicator], has_exploded: bool) -> str:
    """Return the rating of the measured quality; it is the worst if samples have collapsed, whatever their score."""
    quality = run.fresh_quality
    word = None if quality is None else quality.word()
    if quality is None or word is None:
        return f"{UNMEASURED}{last_measured(run)}"
    is_collapsed = any(one.name == "Mode Collapse" and one.status is Status.BAD for one in indicators)
    fid = quality.last("fid_score")
    return f"{WORST if is_collapsed or has_exploded else word} (FID{quality.label} {fid:.1f})"


def _place(quality: QualityHistory | None) -> str:
    """Return what the word for quality follows from, and what disagrees with it."""
    if quality is None:
        return ""
    place, guide = quality.place, quality.guide_word
    sentences = []
    if place is not None:
        sentences.append(f"The samples are {place.describe()}")
    if place is not None and (by_distance := word_of(place.position)) != place.word:
        sentences.append(f"By their distance alone they would be {by_distance}, but {place.doubt()}")
    if guide is not None:
        sentences.append(f"The training guide's bands of FID say {guide}")
    return ". ".join(sentences)


def _recommendation(run: SavedRun, findings: list[Finding], indicators: Sequence[Indicator]) -> str:
    first = next((one for one in advise(findings, run.config) if one.remedies), None)
    if first is not None:
        remedy = first.remedies[0]
        code = "" if remedy.code is None else f": {remedy.code}"
        return f"Against {first.finding.diagnosis.value}: {remedy.advice}{code}"
    if findings:
        return f"Look into {findings[0].diagnosis.value}, against which no further change is known"
    if run.epochs < LEAST_EPOCHS:
        return f"Train for at least {LEAST_EPOCHS} epochs before you judge"
    if run.fresh_quality is None:
        return f"Measure the samples, for example with {measuring(run.config)}"
    if has_few_samples(run.fresh_quality):
        return f"Measure at least {LEAST_SAMPLES} samples, which figures of quality need"
    open_ones = [one.name for one in indicators if not one.passed]
    if open_ones:
        return f"Train longer, and watch what has not passed: {', '.join(open_ones)}"
    return "Continue with current hyperparameters, or train longer"
