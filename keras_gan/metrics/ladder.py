"""Ladder of known degradations of real images, measured by the extractor that measures samples."""

import dataclasses
import hashlib
import json
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

from keras_gan.data import degradations
from keras_gan.files import replace_text
from keras_gan.metrics.extractors.extractor import FeatureExtractor
from keras_gan.metrics.frechet import frechet_distance
from keras_gan.metrics.precision_recall import density_coverage, precision_recall
from keras_gan.metrics.reference import summarize
from keras_gan.metrics.statistics import FeatureStatistics, feature_statistics
from keras_gan.progress import tracked
from keras_gan.rating import UNSEEN, Place, neighbours, position_among
from keras_gan.reading import read_json

#: Most images of each rung, and most samples that are placed.
LADDER_IMAGES = 1000

#: Least number of held-out images of a ladder.
LEAST_HELD_OUT = 50

#: What stands for a precision, recall, density or coverage of 0 of the unseen images.
LEAST_FIGURE = 1e-6

#: Version of the cached values; it is raised whenever their computation changes.
LADDER_VERSION = 1

#: What is done to the held-out images, by the name of the rung.
DEGRADATIONS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    UNSEEN: lambda images: images,
    "jpeg_10": lambda images: degradations.jpeg(images, 10),
    "blur_1": lambda images: degradations.blur(images, 1.0),
    "blur_2": lambda images: degradations.blur(images, 2.0),
    "shuffle_2": lambda images: degradations.shuffle_patches(images, 2, np.random.default_rng(0)),
    "shuffle_4": lambda images: degradations.shuffle_patches(images, 4, np.random.default_rng(0)),
    "noise": lambda images: degradations.gaussian_noise(images, np.random.default_rng(0)),
    "principal_8": lambda images: degradations.principal_components(images, 8),
    "mean": degradations.mean_image,
}


@dataclasses.dataclass(frozen=True)
class Ladder:
    """Distances of degraded held-out images to other real images.

    Attributes:
        count: Images of each rung.
        heights: Fréchet distance of each rung to the other real images, by the rung's name.
        unseen: Precision, recall, density and coverage of the held-out images as they are, by name.
    """

    count: int
    heights: Mapping[str, float]
    unseen: Mapping[str, float]

    def place(self, features: np.ndarray, reference: np.ndarray) -> Place:
        """Return the place of samples.

        Args:
            features: Features of the samples, `(samples, features)`, at least `count`. Several sets of `count` are
                compared one by one, up to some 1000 samples, and their figures averaged.
            reference: Features of the real images that the rungs were compared with.
        """
        sets = max(1, min(len(features), LADDER_IMAGES) // self.count)
        chunks = [features[start * self.count : (start + 1) * self.count] for start in range(sets)]
        statistics = feature_statistics(reference)
        distance = np.mean([_distance(chunk, statistics) for chunk in chunks])
        figures = [_manifold_figures(reference, chunk) for chunk in chunks]
        means = {name: float(np.mean([each[name] for each in figures])) for name in self.unseen}
        return self.place_of(float(distance), means)

    def place_of(self, distance: float, figures: Mapping[str, float]) -> Place:
        """Return the place of samples whose figures are known.

        Args:
            distance: Fréchet distance of as many samples as a rung has images.
            figures: Their precision, recall, density and coverage, by name.
        """
        shares = {name: figures[name] / self.unseen[name] for name in self.unseen}
        weakest = min(shares, key=lambda name: shares[name])
        worse_than, better_than = neighbours(distance, self.heights)
        position = position_among(distance, self.heights)
        return Place(position, worse_than, better_than, shares[weakest], weakest)


def measure_ladder(extractor: FeatureExtractor, held_out: np.ndarray, reference: np.ndarray) -> Ladder:
    """Pass degraded images through the extractor and measure how far they are from other real images.

    Args:
        extractor: The feature extractor.
        held_out: Real images `(count, height, width, channels)`, uint8, which `reference` does not hold.
        reference: Features of the other real images.

    Returns:
        The ladder.
    """
    shown = tracked(DEGRADATIONS.items(), "Degraded real images", len(DEGRADATIONS))
    features = {name: extract(extractor, degrade(held_out)) for name, degrade in shown}
    statistics = feature_statistics(reference)
    heights = {name: _distance(each, statistics) for name, each in features.items()}
    unseen = _manifold_figures(reference, features[UNSEEN])
    # A figure of 0 has no shares.
    return Ladder(len(held_out), heights, {name: max(value, LEAST_FIGURE) for name, value in unseen.items()})


def cached_ladder(
    path: Path | None, extractor: FeatureExtractor, held_out: np.ndarray, reference: np.ndarray
) -> Ladder:
    """Return the ladder that is kept in a file; measure and keep it if there is none.

    Args:
        path: The file; None for an extractor whose weights are unknown, of which nothing is kept.
        extractor: As in `measure_ladder`.
        held_out: As in `measure_ladder`.
        reference: As in `measure_ladder`.
    """
    ladder = None if path is None else _read(path)
    if ladder is None:
        ladder = measure_ladder(extractor, held_out, reference)
        if path is not None:
            _write(path, ladder)
    return ladder


def ladder_path(reference_path: Path | None, count: int) -> Path | None:
    """Return the file of a ladder beside that of the reference's statistics.

    Args:
        reference_path: File of the statistics, named by a hash of extractor and images; None if they are not kept.
        count: Images of each rung.
    """
    if reference_path is None:
        return None
    facts = (LADDER_VERSION, reference_path.stem, count, LADDER_IMAGES, *DEGRADATIONS)
    return reference_path.with_name(f"ladder_{hashlib.sha256(repr(facts).encode()).hexdigest()}.json")


def extract(extractor: FeatureExtractor, images: np.ndarray) -> np.ndarray:
    """Return the features of at most 5000 images, as an evaluator keeps them.

    Args:
        extractor: The feature extractor.
        images: uint8 images `(count, height, width, channels)`.
    """
    size = extractor.batch_size
    parts = (np.ascontiguousarray(images[start : start + size]) for start in range(0, len(images), size))
    return summarize(extractor, parts, len(images)).features


def _distance(features: np.ndarray, statistics: FeatureStatistics) -> float:
    return frechet_distance(feature_statistics(features), statistics)


def _manifold_figures(reference: np.ndarray, features: np.ndarray) -> dict[str, float]:
    precision, recall = precision_recall(reference, features)
    density, coverage = density_coverage(reference, features)
    return {"precision": precision, "recall": recall, "density": density, "coverage": coverage}


def _read(path: Path) -> Ladder | None:
    try:
        kept = read_json(path)
        heights, unseen = ({name: float(value) for name, value in kept[key].items()} for key in ("heights", "unseen"))
        ladder = Ladder(int(kept["count"]), heights, unseen)
        if set(ladder.heights) != set(DEGRADATIONS):
            raise ValueError(f"its rungs are {sorted(ladder.heights)}")
        return ladder
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError, TypeError, LookupError, AttributeError, OverflowError) as error:
        warnings.warn(f"{path} cannot be read and is made anew: {error}", stacklevel=2)
        return None


def _write(path: Path, ladder: Ladder) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_text(path, json.dumps(dataclasses.asdict(ladder), indent=2) + "\n")
    except OSError as error:
        warnings.warn(f"The ladder cannot be kept in {path.parent}: {error}", stacklevel=2)
