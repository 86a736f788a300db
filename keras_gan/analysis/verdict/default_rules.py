"""The default rules: they judge a run by the meaning of its quantities and the measured quality of its samples."""

from collections.abc import Sequence

import numpy as np

from keras_gan.analysis.detectors.advisor import advise
from keras_gan.analysis.detectors.findings import Diagnosis, Finding, Status
from keras_gan.analysis.detectors.instructions import measuring
from keras_gan.analysis.run.curves import height, late, smoothed, wasserstein_distance
from keras_gan.analysis.run.quality_history import QualityHistory
from keras_gan.analysis.run.saved_run import LEAST_EPOCHS, SavedRun
from keras_gan.analysis.verdict.indicators import Indicator, Verdict
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

#: Diagnoses that make each indicator bad.
MONOTONICITY = (Diagnosis.EXPLODING_LOSSES, Diagnosis.OSCILLATION, Diagnosis.WEAK_CONSTRAINT)
BALANCE = (Diagnosis.EXPLODING_LOSSES, Diagnosis.GENERATOR_DOMINATES, Diagnosis.CRITIC_DOMINATES)
MODE_COLLAPSE = (Diagnosis.MODE_COLLAPSE, Diagnosis.MEMORISATION)
GRADIENT_SIGNAL = (Diagnosis.EXPLODING_LOSSES, Diagnosis.VANISHING_GRADIENTS)

#: A critic works if it scores reals above fakes in at least this share of epochs.
RANKED = 0.8

#: Least number of passed indicators of a stable run. Three can be passed without measured quality.
LEAST_PASSED = 3

#: Recall below which samples leave out too much of the real set. With `Cifar10ResNet` and CIFAR-10's horses, unseen
#: horses have 0.79, horses blurred by a pixel 0.11 and deer 0.17.
FEW_REACHED = 0.3

#: Stability of a run that has too few epochs for a judgement.
TOO_SHORT = "TOO SHORT"

#: Number of bad indicators from which a run has failed.
FAILING = 3

#: The critic's distance is averaged over windows of the length of the run divided by this number.
WINDOWS = 20


def judge(run: SavedRun, findings: list[Finding]) -> Verdict:
    """Judge a run by the meaning of its quantities.

    Args:
        run: The run.
        findings: The findings of `diagnose`.

    Returns:
        The verdict. Its quality is never better than the measured quality.
    """
    if _is_too_short(run, findings):
        text = f"{run.epochs} epochs are too few to tell"
        return _verdict(run, findings, [Indicator(name, Status.WARNING, text) for name in NAMES])
    indicators = [
        _unless("Monotonicity", MONOTONICITY, findings, f"W moves smoothly, up to {_reached(run):.3g}"),
        balance(run, findings),
        mode_collapse(run, findings),
        _unless("Gradient Signal", GRADIENT_SIGNAL, findings, _gradient_text(run)),
        falling_distance(run, findings),
    ]
    return _verdict(run, findings, indicators)


def _is_too_short(run: SavedRun, findings: list[Finding]) -> bool:
    """Return whether a run has too few epochs for a judgement, and has not exploded in them."""
    return run.epochs < LEAST_EPOCHS and not _has_exploded(findings)


def _has_exploded(findings: list[Finding]) -> bool:
    return any(finding.diagnosis is Diagnosis.EXPLODING_LOSSES for finding in findings)


def balance(run: SavedRun, findings: list[Finding]) -> Indicator:
    """Judge whether the critic scores reals above fakes; the indicator is a warning if it often does not."""
    share = float(np.mean(late(wasserstein_distance(run.history)) > 0))
    text = f"The critic scores reals above fakes in {share:.0%} of the last third's epochs"
    return _unless("Balance", BALANCE, findings, text, otherwise=Status.GOOD if share >= RANKED else Status.WARNING)


def mode_collapse(run: SavedRun, findings: list[Finding]) -> Indicator:
    """Judge whether samples are as diverse as real images; the indicator is a warning if that was not measured."""
    quality = run.fresh_quality
    if quality is None or quality.last("feature_diversity") is None:
        text = f"Diversity was not measured{_last_measured(run)}: measure it with {measuring(run.config)}"
        return _unless("Mode Collapse", MODE_COLLAPSE, findings, text, otherwise=Status.WARNING)
    figures = {name: quality.last(name) for name in ("feature_diversity", "recall", "pixel_variance")}
    text = "Spread of the samples: " + ", ".join(
        f"{name} {value:.3g}" for name, value in figures.items() if value is not None
    )
    recall = figures["recall"]
    if recall is None or recall >= FEW_REACHED:
        return _unless("Mode Collapse", MODE_COLLAPSE, findings, text)
    text = f"The samples reach only {recall:.0%} of the real images (recall). {text}"
    return _unless("Mode Collapse", MODE_COLLAPSE, findings, text, otherwise=Status.WARNING)


def falling_distance(run: SavedRun, findings: list[Finding]) -> Indicator:
    """Judge whether W falls after its peak while the samples get better."""
    name = "Wasserstein Distance"
    bad = (Diagnosis.EXPLODING_LOSSES, Diagnosis.NON_CONVERGENCE)
    distance = smoothed(wasserstein_distance(run.history), max(1, run.epochs // WINDOWS))
    peak, last = float(np.max(distance)), float(distance[-1])
    moves = f"W {peak:.3g} at its peak, {last:.3g} at the end"
    quality = run.fresh_quality
    if quality is None:
        text = f"{moves}; the samples were not measured{_last_measured(run)}"
        return _unless(name, bad, findings, text, otherwise=Status.WARNING)
    fid = quality.finite("fid_score")
    if len(fid) == 0:
        return Indicator(name, Status.WARNING, f"{moves}; no FID could be measured")
    text = f"{moves}; FID{quality.label} {fid[0]:.1f} → {fid[-1]:.1f}"
    improves = len(fid) > 1 and fid[-1] < fid[0]
    if not improves:
        return _unless(name, bad, findings, f"{text}: no improvement", otherwise=Status.WARNING)
    is_falling = last < peak
    return _unless(name, bad, findings, text, otherwise=Status.GOOD if is_falling else Status.WARNING)


def _unless(
    name: str,
    diagnoses: tuple[Diagnosis, ...],
    findings: list[Finding],
    text: str,
    otherwise: Status = Status.GOOD,
) -> Indicator:
    """Return an indicator with the worst finding among the diagnoses; without such a finding, with the given text."""
    against = [finding for finding in findings if finding.diagnosis in diagnoses]
    if not against:
        return Indicator(name, otherwise, text)
    worst = next((finding for finding in against if finding.status is Status.BAD), against[0])
    return Indicator(name, worst.status, f"{worst.diagnosis.title}: {worst.evidence}")


def _reached(run: SavedRun) -> float:
    return height(wasserstein_distance(run.history))


def _gradient_text(run: SavedRun) -> str:
    norms = run.history.get("generator_gradient_norm")
    if norms is None:
        return "The generator's loss still moves"
    return f"The generator's gradient has a norm of {np.median(late(norms)):.3g} in the last third"


def _verdict(run: SavedRun, findings: list[Finding], indicators: Sequence[Indicator]) -> Verdict:
    passed = sum(indicator.passed for indicator in indicators)
    bad = sum(indicator.status is Status.BAD for indicator in indicators)
    has_exploded = _has_exploded(findings)
    is_stable = bad == 0 and passed >= LEAST_PASSED
    stability = "FAILED" if has_exploded or bad >= FAILING else "STABLE" if is_stable else "UNSTABLE"
    if _is_too_short(run, findings):
        stability = TOO_SHORT
    quality = _quality(run, indicators, has_exploded)
    recommendation, place = _recommendation(run, findings), _place(run.fresh_quality)
    return Verdict(tuple(indicators), stability, quality, recommendation, INTERPRETATION, place)


def _quality(run: SavedRun, indicators: Sequence[Indicator], has_exploded: bool) -> str:
    """Return the rating of the measured quality; it is the worst if samples have collapsed, whatever their score."""
    quality = run.fresh_quality
    word = None if quality is None else quality.word()
    if quality is None or word is None:
        return f"{UNMEASURED}{_last_measured(run)}"
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


def _last_measured(run: SavedRun) -> str:
    """Return when samples were last measured, if that is too long ago to describe the present samples."""
    if run.quality is None or run.fresh_quality is not None:
        return ""
    return f" since epoch {run.quality.figures['epoch'][-1]:.0f}"


def _recommendation(run: SavedRun, findings: list[Finding]) -> str:
    first = next((one for one in advise(findings, run.config) if one.remedies), None)
    if first is not None:
        remedy = first.remedies[0]
        code = "" if remedy.code is None else f": {remedy.code}"
        return f"Against {first.finding.diagnosis.value}: {remedy.advice}{code}"
    if run.epochs < LEAST_EPOCHS:
        return f"Train for at least {LEAST_EPOCHS} epochs before you judge"
    if run.fresh_quality is None:
        return f"Measure the samples, for example with {measuring(run.config)}"
    return "Continue with current hyperparameters, or train longer"
