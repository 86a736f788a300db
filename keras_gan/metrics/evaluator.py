"""Evaluator: all figures of sample quality from one pass over the samples."""

import functools
import warnings
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, TypedDict

import numpy as np
import platformdirs

from keras_gan.checks import Level, check_count, check_instance, check_number, checked_path
from keras_gan.data.images import checked_levels, fingerprint, to_uint8
from keras_gan.data.ranges import ImageError, RangeCheck
from keras_gan.metrics.diversity import feature_diversity
from keras_gan.metrics.evaluation import Evaluation, Provenance
from keras_gan.metrics.extractors.extractor import FeatureExtractor, FeatureFunction, Features, as_extractor
from keras_gan.metrics.frechet import bootstrap_frechet_distances, bootstrap_interval, fid_infinity, frechet_distance
from keras_gan.metrics.held_out import measure_held_out
from keras_gan.metrics.kernel import kernel_distance, largest_subset
from keras_gan.metrics.ladder import LADDER_IMAGES, LEAST_HELD_OUT, Ladder, cached_ladder, ladder_path
from keras_gan.metrics.precision_recall import density_coverage, precision_recall
from keras_gan.metrics.reference import ReferenceCache, SampleSet, summarize
from keras_gan.metrics.sliced_wasserstein import sliced_wasserstein
from keras_gan.metrics.statistics import feature_statistics
from keras_gan.processes import share_out
from keras_gan.progress import tracked
from keras_gan.rating import Place
from keras_gan.sharding import undivided

#: Largest number of real images that quality is measured against unless another is given: that of the usual FID-50k.
LARGEST_REFERENCE = 50_000

#: Images of a mapped set whose range is checked.
CHECKED_IMAGES = 5000

#: Least number of samples for a place on the ladder, and so for a word.
LEAST_RATED = 500

#: Least number of images in a set: the Inception score has ten splits, and each half of the real set needs neighbours.
LEAST_IMAGES = 20


class _Floors(TypedDict):
    fid_floor: float
    kernel_distance_floor: float
    sliced_wasserstein_floor: float


class Evaluator:
    """Measure sets of samples against one set of real images.

    The constructor passes the real set through the extractor, or reads its statistics from the cache, in which they are
    stored under a hash of the images and the weights. The memory that a set takes does not grow with its size.

    Args:
        extractor: A `FeatureExtractor`, or any callable from uint8 images to features, or to features and logits.
        real: The real images, `(images, height, width, channels)`, uint8 or floats in [−1, 1], at least 20.
        n_samples: Number of samples in each evaluation, at least 20. Defaults to 5000.
        n_real: Number of real images to use. They are drawn at random, and are the same each time. Defaults to None,
            all real images, but at most 50,000.
        cache_dir: Folder of the cache. Defaults to None, the user's cache folder.
        held_out: Images that a generator was not trained on, uint8 or floats in [−1, 1]. An evaluation then has the
            distance to these, and to as many of the real images. Defaults to None.

    Raises:
        ValueError: If the real images have another shape, dtype or range, or a number is out of range.

    Example:
        ```python
        evaluator = Evaluator(Cifar10ResNet(), real_images)
        evaluation = evaluator.evaluate(gan.generate(5000, seed=0))
        print(evaluation.fid_score, evaluation.fid_floor)
        ```
    """

    def __init__(
        self,
        extractor: FeatureExtractor | FeatureFunction,
        real: np.ndarray,
        n_samples: int = 5000,
        n_real: int | None = None,
        cache_dir: str | Path | None = None,
        held_out: np.ndarray | None = None,
    ) -> None:
        self.extractor = as_extractor(extractor)
        folder = None if cache_dir is None else checked_path(cache_dir, "cache_dir")
        # A set that is mapped into memory is not read as a whole.
        is_mapped = isinstance(real, np.memmap) and real.dtype == np.uint8
        images = to_uint8(real, "The real images") if is_mapped else checked_levels(real, "The real images")
        n_real = min(len(images), LARGEST_REFERENCE) if n_real is None else n_real
        for name, value, most in (("n_samples", n_samples, np.inf), ("n_real", n_real, len(images))):
            check_count(value, name, 0)
            if not LEAST_IMAGES <= value <= most:
                limit = "" if most == np.inf else f" and at most {most}, the number of real images"
                raise ValueError(f"`{name}` must be at least {LEAST_IMAGES}{limit}. Received: {name}={value}")
        n_samples, n_real = int(n_samples), int(n_real)
        order = np.random.default_rng(0).permutation(len(images))[:n_real]
        if n_real < len(images):
            images, order = images[order], np.arange(n_real)
        if is_mapped:
            checked_levels(images[np.sort(order)[:CHECKED_IMAGES]], "The real images")
        self.n_samples = n_samples
        self.image_shape = images.shape[1:]
        self.provenance = Provenance(
            extractor=self.extractor.name,
            weights_sha256=self.extractor.weights_hash,
            resize=self.extractor.resize,
            reference_sha256=fingerprint(images),
            n_real=n_real,
            n_samples=n_samples,
        )
        cache = ReferenceCache(platformdirs.user_cache_path("keras-gan") if folder is None else folder)
        self.reference = self._summarize_reference(images, order, cache)
        #: Images in each of the halves that floors are measured between.
        self.floor_images = len(self.reference.features) // 2
        self.floors = self._measure_floors()
        self.ladder = self._measure_ladder(images, order, cache)
        self.held_out = None
        if held_out is not None:
            unseen = to_uint8(held_out, "The held-out images")
            self._check_shape(unseen, "The held-out images")
            self.held_out = measure_held_out(self.extractor, unseen, self.reference.features)
        self._warn_of_bias()

    def collect(self, images: np.ndarray | Iterable[np.ndarray]) -> SampleSet:
        """Pass samples through the extractor.

        Args:
            images: Images `(count, height, width, channels)`, uint8 or floats in [−1, 1], or an iterable of such
                batches. The first `n_samples` images are used. They must be in random order: shuffle images that are
                sorted by content.

        Returns:
            A summary of the samples, for `score`.

        Raises:
            ImageError: If there are too few images, their shape is not that of the real images, or a value is NaN or
                out of range.
        """
        parts: Iterable[Any] = [images] if hasattr(images, "shape") else images
        if not isinstance(parts, Iterable):
            raise ImageError(f"The samples must be images, or an iterable of batches. Received: {images!r}")
        # All processes of a run on several hosts collect the same samples.
        shared = functools.partial(share_out, self._compute)
        return summarize(shared, self._batches(parts), self.n_samples)

    def _compute(self, images: np.ndarray) -> Features:
        # The weights of the extractor lie on one device.
        with undivided():
            return self.extractor(images)

    def score(self, samples: SampleSet) -> Evaluation:
        """Return all figures of samples, given what `collect` returned for them."""
        check_instance(samples, "samples", SampleSet)
        real = self.reference
        kernel_mean, kernel_std = _kernel_distance(real.features, samples.features)
        precision, recall = precision_recall(real.features, samples.features)
        density, coverage = density_coverage(real.features, samples.features)
        score_mean, score_std = samples.inception_score or (None, None)
        held_out, as_many_seen = self.held_out.distances(samples) if self.held_out is not None else (None, None)
        return Evaluation(
            provenance=self.provenance,
            fid_score=frechet_distance(samples.statistics, real.statistics),
            kernel_distance=kernel_mean,
            kernel_distance_std=kernel_std,
            sliced_wasserstein=sliced_wasserstein(real.features, samples.features),
            precision=precision,
            recall=recall,
            density=density,
            coverage=coverage,
            feature_diversity=feature_diversity(samples.statistics, real.statistics),
            pixel_variance=samples.pixel_variance,
            inception_score_mean=score_mean,
            inception_score_std=score_std,
            floor_images=self.floor_images,
            place=self._place(samples),
            fid_held_out=held_out,
            fid_as_many_seen=as_many_seen,
            **self.floors,
        )

    def evaluate(self, images: np.ndarray | Iterable[np.ndarray]) -> Evaluation:
        """Return all figures of samples; this calls `collect`, then `score`."""
        return self.score(self.collect(images))

    def fid_infinity(self, samples: SampleSet) -> float:
        """Return the Fréchet distance to the real set, extrapolated to infinitely many samples.

        It is computed from the kept features of the samples.
        """
        check_instance(samples, "samples", SampleSet)
        return fid_infinity(samples.features, self.reference.statistics)

    def fid_interval(self, samples: SampleSet, replicates: int = 200, level: float = 0.95) -> tuple[float, float]:
        """Return a bootstrap interval of the mean Fréchet distance that sets of this many samples have.

        Args:
            samples: What `collect` returned.
            replicates: Number of draws. Defaults to 200.
            level: Probability that the interval contains the mean. Defaults to 0.95.

        Returns:
            Lower and upper end of the interval.
        """
        check_instance(samples, "samples", SampleSet)
        check_count(replicates, "replicates", 2)
        check_number(level, "level", Level)
        real = self.reference.statistics
        draws = bootstrap_frechet_distances(samples.features, real, replicates)
        distances = np.array(list(tracked(draws, "Bootstrap", replicates)))
        # The spread of the draws is that of the kept samples; it is inversely proportional to the root of their number.
        distances = distances.mean() + (distances - distances.mean()) * np.sqrt(len(samples.features) / self.n_samples)
        return bootstrap_interval(frechet_distance(samples.statistics, real), distances, level)

    def check(self, images: np.ndarray) -> None:
        """Check that an evaluation would accept images, apart from their number.

        Raises:
            ImageError: If their shape is not that of the real images, or a value is NaN or out of range.
        """
        self._check_shape(checked_levels(images, "The samples"))

    def _batches(self, batches: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
        """Yield the samples as checked uint8 batches, and check the range of the whole set at the end."""
        missing, values = self.n_samples, RangeCheck("The samples")
        for batch in batches:
            images = to_uint8(batch, "The samples")[:missing]
            self._check_shape(images)
            values.update(np.asarray(batch)[:missing])
            missing -= len(images)
            yield from self._split(images)
            if missing == 0:
                break
        if missing > 0:
            count = self.n_samples - missing
            raise ImageError(f"The samples must be {self.n_samples}, as `n_samples` says. Received: {count}")
        values.check()

    def _check_shape(self, images: np.ndarray, source: str = "The samples") -> None:
        made, real = images.shape[1:], self.image_shape
        if made != real:
            raise ImageError(f"{source} must have the real images' shape {real}. Received: {made}")

    def _split(self, items: np.ndarray) -> Iterator[np.ndarray]:
        size = self.extractor.batch_size
        return (items[start : start + size] for start in range(0, len(items), size))

    def _summarize_reference(self, images: np.ndarray, order: np.ndarray, cache: ReferenceCache) -> SampleSet:
        path = cache.path(self.extractor, self.provenance.reference_sha256)
        reference = cache.read(path)
        if reference is None:
            batches = list(self._split(order))
            shown = tracked((images[chosen] for chosen in batches), "Real images", len(batches))
            reference = summarize(self.extractor, shown, len(images))
            cache.write(path, reference)
        return reference

    def _measure_floors(self) -> _Floors:
        """Return the distances between two disjoint halves of the real set."""
        middle = self.floor_images
        halves = self.reference.features[:middle], self.reference.features[middle : 2 * middle]
        return {
            "fid_floor": frechet_distance(*map(feature_statistics, halves)),
            "kernel_distance_floor": _kernel_distance(*halves)[0],
            "sliced_wasserstein_floor": sliced_wasserstein(*halves),
        }

    def _measure_ladder(self, images: np.ndarray, order: np.ndarray, cache: ReferenceCache) -> Ladder | None:
        """Return the ladder; None if there are too few images of one kind for a place on it."""
        middle = self.floor_images
        count = min(LADDER_IMAGES, self.n_samples, len(images) - middle)
        if self.n_samples < LEAST_RATED or count < LEAST_HELD_OUT:
            return None
        held_out = images[np.sort(order[middle : middle + count])]
        path = ladder_path(cache.path(self.extractor, self.provenance.reference_sha256), count)
        return cached_ladder(path, self.extractor, held_out, self.reference.features[:middle])

    def _place(self, samples: SampleSet) -> Place | None:
        if self.ladder is None:
            return None
        return self.ladder.place(samples.features, self.reference.features[: self.floor_images])

    def _warn_of_bias(self) -> None:
        features = self.reference.features.shape[1]
        for name in ("n_samples", "n_real"):
            count = getattr(self.provenance, name)
            if count < 2 * features:
                warnings.warn(
                    f"{name}={count} is less than twice the {features} features of {self.extractor.name}: the Fréchet "
                    "distance is too large, by about C / n for n images, and may rank generators wrongly. Compare at "
                    "equal numbers of images, or use fid_infinity or the kernel distance, which is unbiased.",
                    stacklevel=3,
                )


def _kernel_distance(real: np.ndarray, generated: np.ndarray) -> tuple[float, float]:
    return kernel_distance(real, generated, subset_size=largest_subset(len(real), len(generated)))
