"""Detectors for the curves of a discriminator that is trained by cross-entropy.

They are for the files of other programs, and for runs with the losses `non_saturating` and `minimax`. Each detector
takes a `SavedRun` and returns a `Finding` or None.
"""

import numpy as np

from keras_gan.analysis.detectors.critic_curves import fast_swings, slow_swings
from keras_gan.analysis.detectors.findings import Diagnosis, Finding
from keras_gan.analysis.run.curves import late
from keras_gan.analysis.run.saved_run import SavedRun

#: The generator has collapsed if the discriminator's loss stays in this range with at most this standard deviation.
STUCK, STUCK_SPREAD = (0.72, 0.75), 0.01

#: Accuracy of a discriminator that guesses, and the largest deviation from it that still counts as guessing.
CHANCE, CHANCE_SPREAD = 0.5, 0.02

#: Accuracy from which a network has won.
WON = 0.99

#: Loss up to which a discriminator has won.
NEAR_ZERO = 0.05


def mode_collapse(run: SavedRun) -> Finding | None:
    """Find a discriminator that is stuck at its loss of collapse, or at chance while the generator always wins."""
    losses = late(mean_cross_entropy(run))
    if STUCK[0] <= np.median(losses) <= STUCK[1] and np.std(losses) < STUCK_SPREAD:
        return Finding(Diagnosis.MODE_COLLAPSE, f"d_loss is stuck at {np.median(losses):.3f} in the last third")
    d_accuracy, g_accuracy = (_accuracy(run, name) for name in ("d_accuracy", "g_accuracy"))
    if d_accuracy is None or g_accuracy is None:
        return None
    is_stuck = abs(np.median(d_accuracy) - CHANCE) < CHANCE_SPREAD and np.std(d_accuracy) < CHANCE_SPREAD
    if not (is_stuck and np.median(g_accuracy) > WON):
        return None
    text = f"d_accuracy is stuck at {np.median(d_accuracy):.0%} and g_accuracy is {np.median(g_accuracy):.1%}"
    return Finding(Diagnosis.MODE_COLLAPSE, text)


def vanishing_gradients(run: SavedRun) -> Finding | None:
    """Find a discriminator that is nearly always right, so that its gradients vanish."""
    accuracy = _accuracy(run, "d_accuracy")
    if accuracy is None or not np.median(accuracy) >= WON:
        return None
    return Finding(Diagnosis.VANISHING_GRADIENTS, f"d_accuracy is {np.median(accuracy):.1%} in the last third")


def critic_dominates(run: SavedRun) -> Finding | None:
    """Find a discriminator loss near 0 while the generator's loss grows."""
    d_loss, g_loss = late(mean_cross_entropy(run)), run.history["g_loss"]
    first, last = np.median(g_loss[: len(g_loss) // 3]), np.median(late(g_loss))
    if np.median(d_loss) > NEAR_ZERO or last <= first:
        return None
    text = f"d_loss is {np.median(d_loss):.3g} in the last third, and g_loss has grown from {first:.3g} to {last:.3g}"
    return Finding(Diagnosis.CRITIC_DOMINATES, text)


def oscillation(run: SavedRun) -> Finding | None:
    """Find a loss that swings by half of its height, slowly or from epoch to epoch."""
    for name in ("d_loss", "g_loss"):
        found = fast_swings(run.history[name], name) or slow_swings(run.history[name], name)
        if found is not None:
            return found
    return None


def mean_cross_entropy(run: SavedRun) -> np.ndarray:
    """Return the discriminator's mean loss over reals and fakes, which is log 2 where it cannot tell them apart.

    The d_loss of this package is the sum of both. Other programs log the mean, which is taken as it is if the two
    losses were not logged.

    Args:
        run: The run.
    """
    halves = [run.history[name] for name in ("d_loss_real", "d_loss_fake") if name in run.history]
    return np.mean(halves, axis=0) if len(halves) == 2 else run.history["d_loss"]


def _accuracy(run: SavedRun, name: str) -> np.ndarray | None:
    """Return the last third of a column of shares or percentages, as shares; None if it has no values there."""
    if name not in run.history:
        return None
    values = run.history[name]
    values = late(values / 100 if np.nanmax(values, initial=0.0) > 1 else values)
    values = values[np.isfinite(values)]
    return values if len(values) else None
