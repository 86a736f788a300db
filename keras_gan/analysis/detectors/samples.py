"""Detectors for a run's samples and their quality."""

from collections.abc import Iterator

import numpy as np

from keras_gan.analysis.detectors.findings import Diagnosis, Finding, Status
from keras_gan.analysis.run.curves import late
from keras_gan.analysis.run.saved_run import SavedRun
from keras_gan.data.images import in_range

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

#: A sample is a copy if its distance to the nearest training image is below this share of the distance from that image
#: to its own nearest neighbour. For samples of the same distribution, half of these ratios are above 1.
COPY = 0.8

#: Number of training images that are compared at a time.
BLOCK = 1000

#: Distance per pixel value below which two images are the same.
SAME = 1e-4

#: Share of copies among the samples from which they count as memorised.
COPIES = 0.5


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


def memorisation(samples: np.ndarray, training: np.ndarray) -> Finding | None:
    """Find samples that are copies: much nearer to a training image than its nearest neighbour among the others.

    Args:
        samples: Images `(count, height, width, channels)` in [−1, 1].
        training: All training images, in [−1, 1] or uint8.
    """
    made = samples.reshape(len(samples), -1).astype(np.float64)
    nearest, index = _nearest(made, training)
    chosen, places = np.unique(index, return_inverse=True)
    originals = in_range(training[chosen]).reshape(len(chosen), -1)
    # For an image that occurs several times, the nearest different image counts.
    between, _ = _nearest(originals, training, least=SAME * np.sqrt(made.shape[1]))
    is_near = nearest < COPY * between[places]
    # The mean of many images is nearer to each of them than they are to each other, but is not a copy of any.
    is_far_from_mean = nearest < COPY * np.linalg.norm(made - _mean(training), axis=1)
    copies = float(np.mean(is_near & is_far_from_mean))
    if copies < COPIES:
        return None
    text = (
        f"{copies:.0%} of {len(samples)} samples are less than {COPY} times as far from a training image as that "
        f"image is from its nearest neighbour; they repeat {len(chosen)} of {len(training)} images"
    )
    return Finding(Diagnosis.MEMORISATION, text)


def _blocks(images: np.ndarray) -> Iterator[tuple[int, np.ndarray]]:
    """Yield blocks of images in [−1, 1], one row per image, with the index of the first; a block fits into memory."""
    for start in range(0, len(images), BLOCK):
        block = images[start : start + BLOCK]
        yield start, in_range(block).reshape(len(block), -1)


def _nearest(rows: np.ndarray, images: np.ndarray, least: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """Return the distance from each row to its nearest image at a distance of at least `least`, and its index."""
    best, index = np.full(len(rows), np.inf), np.zeros(len(rows), int)
    for start, block in _blocks(images):
        squares = np.sum(rows**2, axis=1)[:, None] + np.sum(block**2, axis=1) - 2 * rows @ block.T
        distances = np.sqrt(np.maximum(squares, 0.0))
        distances[distances < least] = np.inf
        closest = distances.argmin(axis=1)
        found = distances[np.arange(len(rows)), closest]
        index = np.where(found < best, start + closest, index)
        best = np.minimum(found, best)
    return best, index


def _mean(images: np.ndarray) -> np.ndarray:
    return sum(block.sum(axis=0) for _, block in _blocks(images)) / len(images)
