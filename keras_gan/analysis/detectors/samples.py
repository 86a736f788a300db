"""Detectors for a run's samples and their quality."""

import numpy as np

from keras_gan.analysis.detectors.findings import Diagnosis, Finding, Status
from keras_gan.analysis.run.curves import late
from keras_gan.analysis.run.saved_run import SavedRun

#: Samples are too similar if the spread of their features or pixels is below this share of the real images' spread.
ALIKE = 0.3

#: Pixel variance below which the training guide calls samples collapsed, for any data.
ALIKE_PIXELS = 0.1

#: The scores of fakes are frozen if the generator's loss is below minus this value, and its standard deviation is below
#: this share of its size. A run must have at least this number of epochs.
VERY_NEGATIVE, FROZEN_SPREAD, FROZEN_EPOCHS = 10.0, 0.1, 100

#: A score has converged if it ends within this multiple of its best value, and its last values vary by at most this
#: share of their mean.
SETTLED, STEADY = 1.3, 0.25

#: Least number of evaluations for a judgement of convergence.
LEAST_EVALUATIONS = 5


def mode_collapse(run: SavedRun, samples: np.ndarray | None, real: np.ndarray | None) -> Finding | None:
    """Find samples that are too similar to each other.

    Their features decide. If these were not measured, their pixels are compared with the real images' pixels, or else
    the logged pixel variance or the generator's loss is used.

    Args:
        run: The run.
        samples: Images `(count, height, width, channels)` in [−1, 1], or None.
        real: Real images of the same size, or None.
    """
    quality = run.fresh_quality
    if quality is not None and (diversity := quality.last("feature_diversity")) is not None:
        if diversity >= ALIKE:
            return None
        text = f"the samples' features have {diversity:.0%} of the real images' spread (feature_diversity)"
        return Finding(Diagnosis.MODE_COLLAPSE, text)
    if samples is not None and real is not None and np.var(real, axis=0).any():
        return alike_pixels(samples, real)
    measured = run.history.get("pixel_variance", np.empty(0))
    measured = measured[np.isfinite(measured)]
    if len(measured) > 0:
        if measured[-1] >= ALIKE_PIXELS:
            return None
        text = f"pixel_variance is {measured[-1]:.3g}; below {ALIKE_PIXELS} the images of most sets are too similar"
        return Finding(Diagnosis.MODE_COLLAPSE, text, Status.WARNING)
    return _frozen_score(run)


def alike_pixels(samples: np.ndarray, real: np.ndarray) -> Finding | None:
    """Find samples whose pixels vary less from sample to sample than those of real images do.

    Args:
        samples: Images `(count, height, width, channels)`.
        real: Real images of the same size, which differ.
    """
    share = float(np.mean(np.var(samples, axis=0)) / np.mean(np.var(real, axis=0)))
    if share >= ALIKE:
        return None
    return Finding(Diagnosis.MODE_COLLAPSE, f"the samples' pixels have {share:.0%} of the real images' variance")


def _frozen_score(run: SavedRun) -> Finding | None:
    """Find fakes that all get the same very high score: the guide's sign of collapse without measured samples."""
    losses = late(run.history["g_loss"])
    level, spread = float(np.median(losses)), float(np.std(losses))
    if run.is_cross_entropy or run.epochs < FROZEN_EPOCHS or level > -VERY_NEGATIVE or spread > FROZEN_SPREAD * -level:
        return None
    text = f"g_loss stays at {level:.4g} in the last third, very negative and stable; the samples were not measured"
    return Finding(Diagnosis.MODE_COLLAPSE, text, Status.WARNING)


def was_diverse(run: SavedRun) -> bool:
    """Return whether earlier samples had enough spread.

    If they had, a lack of spread now is a collapse, and not a generator that has not learnt yet.
    """
    diversity = None if run.quality is None else run.quality.figures.get("feature_diversity")
    return diversity is not None and bool((diversity >= ALIKE).any())


def non_convergence(run: SavedRun) -> Finding | None:
    """Find a score that ends far above its best value, or still varies."""
    quality = run.fresh_quality
    if quality is None:
        return None
    fid = quality.finite("fid_score")
    if len(fid) < LEAST_EVALUATIONS:
        return None
    last = fid[-max(3, len(fid) // 3) :]
    best, ends = float(fid.min()), float(np.median(last))
    if best <= 0:
        # It cannot get better, and nothing is a multiple of it.
        return None
    varies = float(last.std() / last.mean())
    name = f"FID{quality.label}"
    if ends > SETTLED * best:
        text = f"{name} ends at {ends:.1f}, the median of its last {len(last)}, after {best:.1f} at its best"
        return Finding(Diagnosis.NON_CONVERGENCE, text)
    if varies > STEADY:
        text = f"the last {len(last)} {name} vary by {varies:.0%} of their mean"
        return Finding(Diagnosis.NON_CONVERGENCE, text, Status.WARNING)
    return None
