"""The reference rules: checks of losses for comparisons with old reports.

They were derived from a run whose critic had lost: D > 0 means that fakes score above reals, and R ≈ F was an effect of
averaging both losses over the whole run.
"""

import numpy as np

from keras_gan.analysis.detectors.findings import Status
from keras_gan.analysis.verdict.indicators import Indicator, Verdict

#: Number of epochs in a window of the first check, and between the starts of two windows.
WINDOW, STRIDE = 100, 50

#: A plateau is this number of epochs in which the generator's loss changes by less than this per epoch.
PLATEAU, PLATEAU_CHANGE = 200, 1e-3

#: A jump is half of the whole change within this number of epochs.
JUMP = 10

VERDICTS = {
    5: ("STABLE", "Excellent", "Continue with current hyperparameters or experiment with variations"),
    4: ("STABLE", "Good", "Continue with current hyperparameters and watch the indicator that failed"),
    3: ("UNSTABLE", "Fair", "Adjust hyperparameters, one at a time, beginning with the indicators that failed"),
    2: ("UNSTABLE", "Fair", "Adjust hyperparameters, one at a time, beginning with the indicators that failed"),
}

#: The old report's explanation of the losses.
INTERPRETATION = """\
**Wasserstein Loss Understanding:**
- **D loss = E[critic(real)] - E[critic(fake)]**: Critic maximizes this
- **G loss = -E[critic(fake)]**: Generator minimizes this

**Expected WGAN Behavior:**
- D loss should be positive and gradually increasing
- |G loss| should increase as generator improves
- Real/Fake discrimination should remain balanced"""

FAILED = ("FAILED", "Poor", "Start again with lower learning rates or another seed")


def judge(history: dict[str, np.ndarray]) -> Verdict:
    """Judge a run by the checks of old reports.

    Args:
        history: Columns `d_loss`, `d_loss_real`, `d_loss_fake` and `g_loss`, such as `read_losses` returns.

    Returns:
        The verdict.
    """
    indicators = (
        monotonicity(history["d_loss"], history["g_loss"]),
        balance(history["d_loss_real"], history["d_loss_fake"]),
        mode_collapse(history["g_loss"]),
        gradient_signal(history["d_loss"]),
        wasserstein_distance(history["g_loss"]),
    )
    passed = sum(indicator.passed for indicator in indicators)
    stability, quality, recommendation = VERDICTS.get(passed, FAILED)
    return Verdict(indicators, stability, quality, recommendation, INTERPRETATION)


def roughness(losses: np.ndarray) -> float:
    """Return the mean standard deviation within windows, as a share of the change from the first to the last loss."""
    starts = range(0, max(1, len(losses) - WINDOW + 1), STRIDE)
    within = np.mean([np.std(losses[start : start + WINDOW]) for start in starts])
    change = abs(losses[-1] - losses[0])
    return float(within / change) if change > 0 else float("inf")


def monotonicity(d_loss: np.ndarray, g_loss: np.ndarray) -> Indicator:
    """Judge whether the losses change smoothly, which means that the `roughness` of both is below 0.3."""
    worst = max(roughness(d_loss), roughness(g_loss))
    if worst < 0.3:
        return Indicator("Monotonicity", Status.GOOD, "D and G losses change smoothly without oscillations")
    return Indicator("Monotonicity", Status.BAD, f"Losses oscillate by {worst:.2f} of their whole change")


def balance(d_loss_real: np.ndarray, d_loss_fake: np.ndarray) -> Indicator:
    """Judge whether mean |R − F| is below 0.5."""
    difference = float(np.mean(np.abs(d_loss_real - d_loss_fake)))
    if difference < 0.5:
        text = f"D_loss_real ≈ D_loss_fake throughout training (avg diff: {difference:.3f})"
        return Indicator("Balance", Status.GOOD, text)
    return Indicator("Balance", Status.BAD, f"D_loss_real and D_loss_fake differ (avg diff: {difference:.3f})")


def mode_collapse(g_loss: np.ndarray) -> Indicator:
    """Judge whether the generator's loss has neither plateaus nor jumps."""
    if len(g_loss) <= JUMP or not np.isfinite(g_loss).all():
        text = f"G loss has {int(np.isfinite(g_loss).sum())} finite values in {len(g_loss)} epochs, too few to tell"
        return Indicator("Mode Collapse", Status.WARNING, text)
    longest = _longest_run(np.abs(np.diff(g_loss)) < PLATEAU_CHANGE)
    if longest >= PLATEAU:
        return Indicator("Mode Collapse", Status.BAD, f"G loss does not change for {longest} epochs")
    jump = float(np.max(np.abs(g_loss[JUMP:] - g_loss[:-JUMP]), initial=0.0))
    if jump > 0.5 * abs(g_loss[-1] - g_loss[0]):
        return Indicator("Mode Collapse", Status.BAD, f"G loss jumps by {jump:.2f} within {JUMP} epochs")
    return Indicator("Mode Collapse", Status.GOOD, "No sudden plateaus or repetitive outputs observed")


def gradient_signal(d_loss: np.ndarray) -> Indicator:
    """Judge whether the critic's loss ends above 0 and still changes."""
    spread = float(np.std(d_loss[-WINDOW:]))
    if d_loss[-1] > 0 and spread > 1e-3:
        return Indicator("Gradient Signal", Status.GOOD, "Critic maintains discrimination ability")
    text = f"D loss ends at {d_loss[-1]:.4f}, with a standard deviation of {spread:.4f} in its last {WINDOW} epochs"
    return Indicator("Gradient Signal", Status.BAD, text)


def wasserstein_distance(g_loss: np.ndarray) -> Indicator:
    """Judge whether the mean of |G| is larger in the last epochs than in the first."""
    first, last = (float(np.mean(np.abs(part))) for part in (g_loss[:WINDOW], g_loss[-WINDOW:]))
    figures = f"({first:.2f} → {last:.2f})"
    if last > first:
        return Indicator("Wasserstein Distance", Status.GOOD, f"|G loss| grows steadily {figures}")
    return Indicator("Wasserstein Distance", Status.BAD, f"|G loss| does not grow {figures}")


def _longest_run(flags: np.ndarray) -> int:
    """Return the length of the longest run of true values."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flags.astype(np.int8), [0]])))
    return int(np.max(edges[1::2] - edges[::2], initial=0))
