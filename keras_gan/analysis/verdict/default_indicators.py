"""The five indicators of the default rules."""

from collections.abc import Mapping

import numpy as np

from keras_gan.analysis.detectors.critic_curves import IMPROVED, NOISE
from keras_gan.analysis.detectors.findings import Diagnosis, Finding, Status
from keras_gan.analysis.detectors.instructions import measuring
from keras_gan.analysis.run.curves import height, late, smoothed, wasserstein_distance
from keras_gan.analysis.run.quality_history import QualityHistory
from keras_gan.analysis.run.saved_run import SavedRun
from keras_gan.analysis.verdict.indicators import Indicator
from keras_gan.analysis.verdict.observations import (
    distance_name,
    has_few_samples,
    last_figure,
    last_measured,
    late_gradient_norm,
    movement,
    ranking,
    sample_count,
)

#: Diagnoses that make each indicator bad.
MONOTONICITY = (Diagnosis.EXPLODING_LOSSES, Diagnosis.OSCILLATION, Diagnosis.WEAK_CONSTRAINT)
BALANCE = (Diagnosis.EXPLODING_LOSSES, Diagnosis.GENERATOR_DOMINATES, Diagnosis.CRITIC_DOMINATES)
MODE_COLLAPSE = (Diagnosis.MODE_COLLAPSE, Diagnosis.MEMORISATION)
GRADIENT_SIGNAL = (Diagnosis.EXPLODING_LOSSES, Diagnosis.VANISHING_GRADIENTS)

#: A critic works if it scores reals above fakes in at least this share of epochs.
RANKED = 0.8

#: Recall below which samples leave out too much of the real set. With `Cifar10ResNet` and CIFAR-10's horses, unseen
#: horses have 0.79, horses blurred by a pixel 0.11 and deer 0.17.
FEW_REACHED = 0.3

#: Precision below which too few samples are like real images for their spread to mean variety. With `Cifar10ResNet` and
#: CIFAR-10's horses, unseen horses have 0.71, horses blurred by a pixel 0.47 and deer 0.03.
FEW_LIKE_REAL = 0.1

#: Figures of the last evaluation that show how the samples are spread.
SPREAD = ("feature_diversity", "recall", "precision", "pixel_variance")

#: The critic's distance is averaged over windows of the length of the run divided by this number.
WINDOWS = 20


def monotonicity(run: SavedRun, findings: list[Finding]) -> Indicator:
    """Judge whether W moves without swings; the indicator is a warning if it does not move away from 0."""
    reached = height(wasserstein_distance(run.history))
    if reached <= NOISE:
        text = f"{distance_name(run)} stays at 0: the critic does not tell reals from fakes"
        return _unless("Monotonicity", MONOTONICITY, findings, text, otherwise=Status.WARNING)
    return _unless("Monotonicity", MONOTONICITY, findings, movement(run))


def balance(run: SavedRun, findings: list[Finding]) -> Indicator:
    """Judge whether the critic scores reals above fakes; the indicator is a warning if it often does not."""
    share, text = ranking(run)
    return _unless("Balance", BALANCE, findings, text, otherwise=Status.GOOD if share >= RANKED else Status.WARNING)


def mode_collapse(run: SavedRun, findings: list[Finding]) -> Indicator:
    """Judge whether samples are as diverse as real images; the indicator is a warning if that was not measured."""
    name, quality = "Mode Collapse", run.fresh_quality
    if quality is None or last_figure(quality, "feature_diversity") is None:
        when = last_measured(run) if quality is None else " in the last evaluation"
        text = f"Diversity was not measured{when}: measure it with {measuring(run.config)}"
        return _unless(name, MODE_COLLAPSE, findings, text, otherwise=Status.WARNING)
    figures = {name: last_figure(quality, name) for name in SPREAD}
    text = f"Spread of {sample_count(quality)}: " + ", ".join(
        f"{name} {value:.3g}" for name, value in figures.items() if value is not None
    )
    doubts = _doubts(figures)
    if doubts:
        return _unless(name, MODE_COLLAPSE, findings, f"{doubts}. {text}", otherwise=Status.WARNING)
    return _unless(name, MODE_COLLAPSE, findings, text, otherwise=_good_unless(has_few_samples(quality)))


def _doubts(figures: Mapping[str, float | None]) -> str:
    """Return why the spread of samples is no sign of variety; "" if nothing is against it."""
    recall, precision = figures["recall"], figures["precision"]
    doubts = []
    if recall is None:
        doubts.append("Recall was not measured")
    elif recall < FEW_REACHED:
        doubts.append(f"The samples reach only {recall:.0%} of the real images (recall)")
    if precision is not None and precision < FEW_LIKE_REAL:
        doubts.append(f"Only {precision:.0%} of the samples are like real images (precision)")
    return ". ".join(doubts)


def gradient_signal(run: SavedRun, findings: list[Finding]) -> Indicator:
    """Judge whether gradients reach the generator; the indicator is a warning if they were logged, but not finite."""
    norm = late_gradient_norm(run)
    if norm is not None:
        text = f"The generator's gradient has a norm of {norm:.3g} in the last third"
    elif np.isinf(late(run.history.get("generator_gradient_norm", np.empty(0)))).any():
        text = "The generator's gradient is infinite in the last third"
        return _unless("Gradient Signal", GRADIENT_SIGNAL, findings, text, otherwise=Status.WARNING)
    else:
        moved = float(np.ptp(late(run.history["g_loss"])))
        text = f"g_loss changes by {moved:.3g} in the last third; the norm of the gradient was not logged"
    return _unless("Gradient Signal", GRADIENT_SIGNAL, findings, text)


def falling_distance(run: SavedRun, findings: list[Finding]) -> Indicator:
    """Judge whether W falls after its peak while the samples get better."""
    name = "Wasserstein Distance"
    bad = (Diagnosis.EXPLODING_LOSSES, Diagnosis.NON_CONVERGENCE)
    distance = smoothed(wasserstein_distance(run.history), max(1, run.epochs // WINDOWS))
    peak, last = float(np.max(distance)), float(distance[-1])
    moves = f"{distance_name(run)} {peak:.3g} at its peak, {last:.3g} at the end"
    is_falling = peak > 0 and last < IMPROVED * peak
    quality = run.fresh_quality
    if quality is None:
        text = f"{moves}; the samples were not measured{last_measured(run)}"
        return _unless(name, bad, findings, text, otherwise=Status.WARNING)
    fid = quality.finite("fid_score")
    if len(fid) == 0:
        return _unless(name, bad, findings, f"{moves}; no FID could be measured", otherwise=Status.WARNING)
    is_better, trend = _trend(quality, fid)
    fall = "" if is_falling else ": W has not fallen"
    status = _good_unless(not (is_falling and is_better))
    return _unless(name, bad, findings, f"{moves}{fall}; {trend}", otherwise=status)


def _trend(quality: QualityHistory, fid: np.ndarray) -> tuple[bool, str]:
    """Return whether the samples have got better, and a sentence on it."""
    label = f"FID{quality.label} of {sample_count(quality)}" if has_few_samples(quality) else f"FID{quality.label}"
    if len(fid) == 1:
        return False, f"{label} {fid[0]:.1f}, measured once"
    figures = f"{label} {fid[0]:.1f} → {fid[-1]:.1f}"
    if last_figure(quality, "fid_score") is None:
        return False, f"{figures}, and none in the last evaluation"
    if not fid[-1] < IMPROVED * fid[0]:
        return False, f"{figures}: no improvement by {1 - IMPROVED:.0%} or more"
    return not has_few_samples(quality), figures


def _good_unless(is_doubtful: bool) -> Status:
    return Status.WARNING if is_doubtful else Status.GOOD


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
