"""What the figures of a run show, in sentences that claim no more than these figures."""

import numpy as np

from keras_gan.analysis.run.curves import late, smoothed, wasserstein_distance
from keras_gan.analysis.run.quality_history import LEAST_SAMPLES, QualityHistory
from keras_gan.analysis.run.saved_run import SavedRun


def too_few(epochs: int) -> str:
    """Return that so few epochs show nothing.

    Args:
        epochs: Number of epochs.
    """
    return "1 epoch is too few to tell" if epochs == 1 else f"{epochs} epochs are too few to tell"


def distance_name(run: SavedRun) -> str:
    """Return the name of the curve that stands for the critic's distance."""
    return "W" if "wasserstein_distance" in run.history else "−d_loss, in place of W,"


def movement(run: SavedRun) -> str:
    """Return between which values the critic's distance moves, without its noise."""
    distance = smoothed(wasserstein_distance(run.history))
    low, high = np.min(distance), np.max(distance)
    return f"{distance_name(run)} does not oscillate: it moves between {low:.3g} and {high:.3g}"


def ranking(run: SavedRun) -> tuple[float, str]:
    """Return how often reals score above fakes, as a share of the late epochs, and a sentence on it."""
    share = float(np.mean(late(wasserstein_distance(run.history)) > 0))
    # With a penalty, a critic's loss may be above 0 though it scores reals above fakes.
    what = "The critic scores reals above fakes" if "wasserstein_distance" in run.history else "d_loss is below 0"
    return share, f"{what} in {share:.0%} of the last third's epochs"


def last_figure(quality: QualityHistory, name: str) -> float | None:
    """Return a figure of the last evaluation; None if that does not have it, whatever earlier ones had.

    Args:
        quality: The evaluations.
        name: Name of the figure.
    """
    values = quality.figures.get(name)
    return float(values[-1]) if values is not None and np.isfinite(values[-1]) else None


def sample_count(quality: QualityHistory) -> str:
    """Return "the samples", or their number if there are too few for a judgement."""
    return f"only {quality.n_samples} samples" if has_few_samples(quality) else "the samples"


def has_few_samples(quality: QualityHistory) -> bool:
    """Return whether figures are of fewer samples than a judgement needs."""
    return quality.n_samples < LEAST_SAMPLES


def late_gradient_norm(run: SavedRun) -> float | None:
    """Return the median norm of the generator's gradient in the last third; None if it has no finite value there."""
    norms = late(run.history.get("generator_gradient_norm", np.empty(0)))
    norms = norms[np.isfinite(norms)]
    return float(np.median(norms)) if len(norms) else None


def last_measured(run: SavedRun) -> str:
    """Return when samples were last measured, if that is too long ago to describe the present samples."""
    if run.quality is None or run.fresh_quality is not None:
        return ""
    return f" since epoch {run.quality.figures['epoch'][-1]:.0f}"
