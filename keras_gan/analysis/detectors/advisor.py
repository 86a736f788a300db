"""What is wrong with a run, on what evidence, and what to change first."""

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from keras_gan.analysis.detectors import critic_curves, cross_entropy_curves
from keras_gan.analysis.detectors import samples as sample_detectors
from keras_gan.analysis.detectors.findings import Diagnosis, Finding
from keras_gan.analysis.detectors.remedies import Remedy, remedies
from keras_gan.analysis.run.saved_run import LEAST_EPOCHS, SavedRun
from keras_gan.data.grids import read_grid
from keras_gan.data.images import in_range

Detector = Callable[[SavedRun], Finding | None]

#: What the curves of a critic's scores are searched for.
CRITIC_DETECTORS: tuple[Detector, ...] = (
    critic_curves.weak_constraint,
    critic_curves.oscillation,
    critic_curves.generator_dominates,
    critic_curves.vanishing_gradients,
    critic_curves.persistent_clipping,
    critic_curves.critic_dominates,
    sample_detectors.non_convergence,
)

#: What the curves of a discriminator's cross-entropy are searched for.
CROSS_ENTROPY_DETECTORS: tuple[Detector, ...] = (
    cross_entropy_curves.mode_collapse,
    cross_entropy_curves.vanishing_gradients,
    cross_entropy_curves.critic_dominates,
    cross_entropy_curves.oscillation,
    sample_detectors.non_convergence,
)

#: Real images, evenly chosen, that samples are compared with but for copies.
REAL_IMAGES = 512

#: Epochs that a change is to be given before it is judged.
PATIENCE = 200


@dataclasses.dataclass(frozen=True)
class Advice:
    """What was found, and what to do about it.

    Attributes:
        finding: What is wrong, and on what evidence.
        remedies: What to change, the first thing first; without what earlier findings change already.
    """

    finding: Finding
    remedies: tuple[Remedy, ...]


def diagnose(
    run: SavedRun, samples: np.ndarray | None = None, training_images: np.ndarray | None = None
) -> list[Finding]:
    """Search a run for everything that the training guides know.

    Args:
        run: The run. Without `quality`, samples or pictures only its curves are searched.
        samples: Images `(count, height, width, channels)` in [−1, 1]. Defaults to None, those of its last picture.
        training_images: All images that it was trained on, likewise or uint8, for finding copies of them. Defaults to
            None, not to search for copies; what else needs real images takes those of `samples/real.png`.

    Returns:
        What was found, in the order in which to mend it.

    Raises:
        ValueError: If images are not of one shape, or a picture cannot be read.
    """
    if samples is None and run.pictures:
        samples = read_grid(run.pictures[-1][1])
    real = None
    if training_images is not None:
        real = in_range(training_images[:: -(-len(training_images) // REAL_IMAGES) or 1])
    elif run.real_picture is not None:
        real = read_grid(run.real_picture)
    _check_images(samples, real)
    found = [*findings_of_curves(run), *_findings_of_samples(run, samples, real, training_images)]
    if any(one.diagnosis is Diagnosis.MODE_COLLAPSE for one in found) and sample_detectors.was_diverse(run):
        # The critic's distance is large because samples are all alike, not the other way round.
        found = [one for one in found if one.diagnosis is not Diagnosis.CRITIC_DOMINATES]
    order = list(Diagnosis)
    return sorted(found, key=lambda one: order.index(one.diagnosis))


def advise(findings: Iterable[Finding], config: Mapping[str, Any]) -> list[Advice]:
    """Return what to change about each finding.

    Args:
        findings: What was found.
        config: What the run was trained with, as far as it is known.
    """
    advice: list[Advice] = []
    changed: set[str] = set()
    for finding in findings:
        # What an earlier finding changes would be changed back by some: of the two, it is to be mended first.
        remaining = [one for one in remedies(finding.diagnosis, config) if not one.parameters & changed]
        advice.append(Advice(finding, tuple(remaining)))
        changed.update(*(one.parameters for one in remaining))
    return advice


def findings_of_curves(run: SavedRun) -> list[Finding]:
    """Return what a run's curves alone say."""
    exploding = critic_curves.exploding_losses(run)
    if exploding is not None:
        # Of losses that are no numbers nothing else can be said.
        return [exploding]
    if run.epochs < LEAST_EPOCHS:
        return []
    detectors = CROSS_ENTROPY_DETECTORS if run.is_cross_entropy else CRITIC_DETECTORS
    found = (detector(run) for detector in detectors)
    return [finding for finding in found if finding is not None]


def _findings_of_samples(
    run: SavedRun, samples: np.ndarray | None, real: np.ndarray | None, training_images: np.ndarray | None
) -> list[Finding]:
    found = [sample_detectors.mode_collapse(run, samples, real)]
    if samples is not None and training_images is not None:
        found.append(sample_detectors.memorisation(samples, training_images))
    elif run.copies:
        found.append(Finding(Diagnosis.MEMORISATION, run.copies))
    if samples is not None and real is not None:
        found += [
            sample_detectors.checkerboard(samples, real),
            sample_detectors.blur(samples, real),
            sample_detectors.washed_out_colour(samples, real),
        ]
    return [finding for finding in found if finding is not None]


def _check_images(samples: np.ndarray | None, real: np.ndarray | None) -> None:
    for name, images in (("samples", samples), ("real images", real)):
        if images is not None and (images.ndim != 4 or len(images) == 0 or not np.all(np.abs(images) <= 1.001)):
            raise ValueError(
                f"The {name} must be images (count, height, width, channels) in [−1, 1]. Received: {images.shape} "
                f"in [{np.min(images, initial=0):.4g}, {np.max(images, initial=0):.4g}]"
            )
    if samples is not None and real is not None and samples.shape[1:] != real.shape[1:]:
        raise ValueError(f"Samples {samples.shape[1:]} and real images {real.shape[1:]} must have one shape")
