"""Detectors for the curves of a critic's scores.

Each detector takes a `SavedRun` and returns a `Finding` or None. The thresholds were chosen on runs and curves of
`benchmarks/detectors.py`, which measures on other runs and curves how often the detectors are right.
"""

import numpy as np

from keras_gan.analysis.detectors.findings import Diagnosis, Finding, Status
from keras_gan.analysis.run.curves import SMOOTHING, height, late, reversals, smoothed, wasserstein_distance
from keras_gan.analysis.run.saved_run import SavedRun

#: Columns whose values must be finite, and columns whose values must also stay in bounds.
WATCHED = (
    *("d_loss", "g_loss", "wasserstein_distance", "gradient_penalty", "critic_weight_mean", "critic_weight_std"),
    *("generator_weight_mean", "generator_weight_std"),
)
LOSSES = ("d_loss", "g_loss", "wasserstein_distance")

#: Size that no healthy loss reaches.
ABSURD = 1e6

#: A loss explodes if it exceeds this value and this multiple of its median.
EXPLOSION, EXPLOSION_FACTOR = 1e3, 1e2

#: An oscillation is this number of turns of the critic's distance, each of at least this share of its height and this
#: multiple of its noise.
TURNS, TURN, TURN_NOISE = 3, 0.5, 6.0

#: Distance that may be due to rounding of float32 scores.
NOISE = 1e-6

#: Standard deviation of a curve from its moving mean, as a share of its height, above which it is more than the noise
#: of small batches.
FAST_SWING = 0.5

#: Gradient penalty at a gradient norm of 3, where it should be 1.
WEAK_PENALTY = 4.0

#: The critic has lost if it scores reals above fakes in less than this share of the late epochs.
LOST = 0.2

#: A positive critic loss is large from this share of its height on.
LARGE_SHARE = 0.3

#: Change of the generator's loss, as a share of its size, that counts as no change.
NO_CHANGE = 1e-3

#: Gradients vanish if their norm is below this value, or below this share of its height.
NO_GRADIENT, NO_GRADIENT_SHARE = 1e-4, 1e-3

#: Share of clipped weights above which the threshold is too small.
CLIPPED = 0.5

#: The critic's distance is on a plateau above this share of its height. Without measured samples, the plateau must also
#: reach this distance.
PLATEAU, LARGE_DISTANCE = 0.8, 10.0

#: Samples are those of a generator that has hardly begun if untrained weights are more than this share of its average.
UNTRAINED = 0.1

#: The distance to the real set has improved if it has fallen below this share of its first value.
IMPROVED = 0.95


def exploding_losses(run: SavedRun) -> Finding | None:
    """Find losses that are NaN or infinite, above 10⁶, or above both 1000 and 100 times their median."""
    if run.diverged is not None:
        return Finding(Diagnosis.EXPLODING_LOSSES, f"training was stopped because {run.diverged}")
    for name in (name for name in WATCHED if name in run.history):
        losses = run.history[name]
        spoilt = np.flatnonzero(~np.isfinite(losses))
        if len(spoilt) > 0:
            return Finding(
                Diagnosis.EXPLODING_LOSSES, f"{name} is {losses[spoilt[0]]} in epoch {_epoch(run, spoilt[0])}"
            )
        if name not in LOSSES:
            continue
        sizes = np.abs(losses)
        worst = int(np.argmax(sizes))
        if sizes[worst] > min(ABSURD, max(EXPLOSION, EXPLOSION_FACTOR * np.median(sizes))):
            text = (
                f"{name} is {losses[worst]:.4g} in epoch {_epoch(run, worst)}, with a median of {np.median(losses):.4g}"
            )
            return Finding(Diagnosis.EXPLODING_LOSSES, text)
    return None


def weak_constraint(run: SavedRun) -> Finding | None:
    """Find a gradient penalty so large that the critic's gradient norm is far above 1."""
    if "gradient_penalty" not in run.history or run.is_clipped:
        return None
    penalty = float(np.median(late(run.history["gradient_penalty"])))
    if not penalty > WEAK_PENALTY:
        return None
    norm = 1 + penalty**0.5
    text = f"the gradient penalty is {penalty:.3g} in the last third: norms of about {norm:.1f} where 1 is asked for"
    return Finding(Diagnosis.WEAK_CONSTRAINT, text)


def oscillation(run: SavedRun) -> Finding | None:
    """Find a critic's distance that swings by half of its height, slowly or from epoch to epoch.

    The generator's loss is not searched. It drifts in healthy runs too, because scores have no fixed zero.
    """
    distance, name = wasserstein_distance(run.history), "the critic's distance"
    return fast_swings(distance, name) or slow_swings(distance, name)


def fast_swings(values: np.ndarray, name: str) -> Finding | None:
    """Find a curve that swings from epoch to epoch.

    Args:
        values: The curve.
        name: Name of the curve in the evidence.
    """
    reached = height(values)
    if not (np.isfinite(reached) and reached > NOISE):
        return None
    swing = float(np.std(late(values - smoothed(values, _window(values))))) / reached
    if swing <= FAST_SWING:
        return None
    text = f"{name} swings from epoch to epoch by {swing:.0%} of its height of {reached:.3g}"
    return Finding(Diagnosis.OSCILLATION, text)


def slow_swings(values: np.ndarray, name: str) -> Finding | None:
    """Find a curve that turns repeatedly, by far more than its noise.

    Args:
        values: The curve.
        name: Name of the curve in the evidence.
    """
    reached = height(values)
    if not (np.isfinite(reached) and reached > NOISE):
        return None
    window = _window(values)
    noise = float(np.std(np.diff(values))) / (2 * window) ** 0.5
    # The first third is left out: there the critic's distance rises.
    turns = reversals(smoothed(values, window)[len(values) // 3 :], max(TURN * reached, TURN_NOISE * noise))
    if turns < TURNS:
        return None
    text = f"{name} turns {turns} times by more than half of its height of {reached:.3g}"
    return Finding(Diagnosis.OSCILLATION, text)


def _window(values: np.ndarray) -> int:
    return max(SMOOTHING, len(values) // 60)


def generator_dominates(run: SavedRun) -> Finding | None:
    """Find a critic that scores fakes above reals."""
    if "wasserstein_distance" in run.history:
        share = float(np.mean(late(run.history["wasserstein_distance"]) > 0))
        if share >= LOST:
            return None
        text = f"the critic scores reals above fakes in {share:.0%} of the last third's epochs"
        return Finding(Diagnosis.GENERATOR_DOMINATES, text)
    losses = late(run.history["d_loss"])
    middle = float(np.median(losses))
    if np.mean(losses > 0) <= 1 - LOST or middle < LARGE_SHARE * height(run.history["d_loss"]):
        return None
    return Finding(Diagnosis.GENERATOR_DOMINATES, f"d_loss stays above 0, at {middle:.3g} in the last third")


def vanishing_gradients(run: SavedRun) -> Finding | None:
    """Find a generator whose gradients vanish or, if these were not logged, whose loss does not change."""
    norms = run.history.get("generator_gradient_norm", np.empty(0))
    finite = late(norms)[np.isfinite(late(norms))]
    if len(finite) > 0:
        norm, norms = float(np.median(finite)), norms[np.isfinite(norms)]
        if norm < max(NO_GRADIENT, NO_GRADIENT_SHARE * height(norms)):
            text = f"the generator's gradient has a norm of {norm:.2g} in the last third"
            return Finding(Diagnosis.VANISHING_GRADIENTS, text)
        return None
    if np.isinf(late(norms)).any():
        return None
    losses = run.history["g_loss"]
    moved = float(np.ptp(late(losses)))
    if moved < NO_CHANGE * np.max(np.abs(losses)) or moved == 0:
        return Finding(Diagnosis.VANISHING_GRADIENTS, f"g_loss changes by {moved:.2g} in the whole last third")
    return None


def persistent_clipping(run: SavedRun) -> Finding | None:
    """Find a critic that has more than half of its weights at the clipping threshold."""
    if "clip_ratio" not in run.history:
        return None
    shares = late(run.history["clip_ratio"])
    shares = shares[np.isfinite(shares)]
    share = float(np.median(shares)) if len(shares) else 0.0
    if not share > CLIPPED:
        return None
    return Finding(Diagnosis.PERSISTENT_CLIPPING, f"Clip% is {share:.0%} in the last third", Status.WARNING)


def critic_dominates(run: SavedRun) -> Finding | None:
    """Find a critic's distance that stays near its height while the samples do not get better."""
    distance = wasserstein_distance(run.history)
    reached, stays = height(distance), float(np.median(late(distance)))
    if not (stays > 0 and stays > PLATEAU * reached):
        return None
    text = f"the critic's distance stays at {stays:.3g}, near its height of {reached:.3g}"
    quality = run.fresh_quality
    fid = np.empty(0) if quality is None else quality.finite("fid_score")
    if quality is None or len(fid) < 2:
        if stays < LARGE_DISTANCE:
            return None
        return Finding(Diagnosis.CRITIC_DOMINATES, f"{text}; no samples were measured", Status.WARNING)
    if np.min(fid[1:]) < IMPROVED * fid[0] or _share_untrained(run) > UNTRAINED:
        return None
    text += f", while FID{quality.label} has not fallen below {IMPROVED:.0%} of its first {fid[0]:.1f}"
    return Finding(Diagnosis.CRITIC_DOMINATES, text)


def _share_untrained(run: SavedRun) -> float:
    """Return the share of the first weights in the average that samples are made by, 0 if there is none."""
    momentum, steps = run.config.get("averaging_momentum"), run.history.get("steps", np.empty(0))
    return float(momentum ** steps[-1]) if isinstance(momentum, float) and len(steps) else 0.0


def _epoch(run: SavedRun, index: int) -> int:
    epoch = run.history["epoch"][index] if "epoch" in run.history else index
    return int(epoch) if np.isfinite(epoch) else int(index)
