"""Diagnosis of a run, and advice on what to change first."""

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from keras_gan.analysis.detectors import critic_curves, cross_entropy_curves, pictures
from keras_gan.analysis.detectors import samples as sample_detectors
from keras_gan.analysis.detectors.copies import Originals, find_originals, memorisation
from keras_gan.analysis.detectors.findings import Diagnosis, Finding
from keras_gan.analysis.detectors.remedies import Remedy, remedies
from keras_gan.analysis.run.saved_run import LEAST_EPOCHS, SavedRun
from keras_gan.data.grids import read_grid
from keras_gan.data.images import in_range

Detector = Callable[[SavedRun], Finding | None]

#: Detectors for runs whose losses are means of a critic's scores.
CRITIC_DETECTORS: tuple[Detector, ...] = (
    critic_curves.weak_constraint,
    critic_curves.oscillation,
    critic_curves.generator_dominates,
    critic_curves.vanishing_gradients,
    critic_curves.persistent_clipping,
    critic_curves.critic_dominates,
    sample_detectors.non_convergence,
)

#: Detectors for runs whose losses are a discriminator's cross-entropies.
CROSS_ENTROPY_DETECTORS: tuple[Detector, ...] = (
    critic_curves.weak_constraint,
    critic_curves.persistent_clipping,
    cross_entropy_curves.mode_collapse,
    cross_entropy_curves.vanishing_gradients,
    cross_entropy_curves.critic_dominates,
    cross_entropy_curves.oscillation,
    sample_detectors.non_convergence,
)

#: Number of real images that samples are compared with. The search for copies uses all training images.
REAL_IMAGES = 512

#: Number of epochs to train before a change is judged.
PATIENCE = 200


@dataclasses.dataclass(frozen=True)
class Advice:
    """A finding and its remedies.

    Attributes:
        finding: The problem and the evidence for it.
        remedies: Changes to make, the most important first. Parameters that the remedies of earlier findings change are
            not changed again.
    """

    finding: Finding
    remedies: tuple[Remedy, ...]


def diagnose(
    run: SavedRun,
    samples: np.ndarray | None = None,
    training_images: np.ndarray | None = None,
    originals: Originals | None = None,
) -> list[Finding]:
    """Search a run for all problems that the training guides describe.

    Args:
        run: The run. If it has neither `quality` nor pictures and no samples are given, only its curves are searched.
        samples: Images `(count, height, width, channels)` in [−1, 1]. Defaults to None, the samples in the run's last
            picture. Those of a run with fewer than 20 epochs are not searched: it has hardly begun to learn.
        training_images: All images that the run was trained on, in [−1, 1] or uint8, which are searched for originals
            of the samples. Defaults to None: samples are not searched for copies, and other detectors take the real
            images in `samples/real.png`.
        originals: The nearest training images of the samples, if they were looked for already. Defaults to None.

    Returns:
        The findings, in the order in which to fix them.

    Raises:
        ValueError: If samples and real images differ in shape, values are out of range, or a picture cannot be read.
    """
    if run.epochs < LEAST_EPOCHS and samples is None:
        return findings_of_curves(run)
    if samples is None and run.pictures:
        samples = read_grid(run.pictures[-1][1])
    real = None
    if training_images is not None:
        real = in_range(training_images[:: -(-len(training_images) // REAL_IMAGES) or 1])
    elif run.real_picture is not None:
        real = read_grid(run.real_picture)
    _check_images(samples, real)
    found = [
        *findings_of_curves(run),
        *_findings_of_samples(run, samples, real),
        *_copies(run, samples, training_images, originals),
    ]
    if any(one.diagnosis is Diagnosis.MODE_COLLAPSE for one in found) and sample_detectors.was_diverse(run):
        # The collapse is the cause of the critic's large distance, not its effect.
        found = [one for one in found if one.diagnosis is not Diagnosis.CRITIC_DOMINATES]
    order = list(Diagnosis)
    return sorted(found, key=lambda one: order.index(one.diagnosis))


def advise(findings: Iterable[Finding], config: Mapping[str, Any]) -> list[Advice]:
    """Return each finding with its remedies.

    Args:
        findings: The findings, in the order in which to fix them.
        config: Configuration of the run, as far as it is known.
    """
    advice: list[Advice] = []
    changed: set[str] = set()
    for finding in findings:
        # A remedy might undo a change for an earlier finding, which is to be fixed first.
        remaining = [one for one in remedies(finding.diagnosis, config) if not one.parameters & changed]
        advice.append(Advice(finding, tuple(remaining)))
        changed.update(*(one.parameters for one in remaining))
    return advice


def findings_of_curves(run: SavedRun) -> list[Finding]:
    """Return the findings from a run's curves alone."""
    exploding = critic_curves.exploding_losses(run)
    if exploding is not None:
        # Nothing else can be read from losses that have exploded.
        return [exploding]
    if run.epochs < LEAST_EPOCHS:
        return []
    detectors = CROSS_ENTROPY_DETECTORS if run.is_cross_entropy else CRITIC_DETECTORS
    found = (detector(run) for detector in detectors)
    return [finding for finding in found if finding is not None]


def _copies(
    run: SavedRun, samples: np.ndarray | None, training_images: np.ndarray | None, originals: Originals | None
) -> list[Finding]:
    """Return whether samples are copies; what an earlier report found, if the training images are not there."""
    if originals is None and samples is not None and training_images is not None:
        originals = find_originals(samples, training_images)
    if originals is None:
        return [Finding(Diagnosis.MEMORISATION, run.copies)] if run.copies else []
    found = memorisation(originals)
    return [] if found is None else [found]


def _findings_of_samples(run: SavedRun, samples: np.ndarray | None, real: np.ndarray | None) -> list[Finding]:
    found = [sample_detectors.mode_collapse(run, samples, real)]
    if samples is not None and real is not None:
        found += [
            pictures.checkerboard(samples, real),
            pictures.lattice(samples, real),
            pictures.blur(samples, real),
            pictures.washed_out_colour(samples, real),
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
