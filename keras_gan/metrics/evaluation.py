"""Figures of sample quality, and their provenance, which says which figures may be compared."""

import dataclasses
import json

from keras_gan.checks import Count, check_fields, check_instance, shortened
from keras_gan.metrics.comparison import Comparison
from keras_gan.rating import Place


@dataclasses.dataclass(frozen=True)
class Provenance:
    """All that figures depend on besides the samples. Only figures with equal provenances may be compared."""

    extractor: str
    """Name of the feature extractor."""
    weights_sha256: str | None
    """Hash of the extractor's weights; None for a function whose weights are unknown."""
    resize: str
    """How images are resized to the extractor's input size."""
    reference_sha256: str
    """Hash of the real images."""
    n_real: Count
    """Number of real images."""
    n_samples: Count
    """Number of samples."""

    def __post_init__(self) -> None:
        check_fields(self)


@dataclasses.dataclass(frozen=True)
class Evaluation:
    """Figures that an `Evaluator` measures on a set of samples."""

    provenance: Provenance
    """All that the figures depend on besides the samples."""
    fid_score: float
    """Fréchet distance to the real set; FID where the extractor is Inception."""
    fid_floor: float
    """Fréchet distance between two disjoint halves of the real set."""
    kernel_distance: float
    """Unbiased kernel distance to the real set."""
    kernel_distance_std: float
    """Standard deviation of the kernel distance over the subsets."""
    kernel_distance_floor: float
    """Kernel distance between two disjoint halves of the real set."""
    sliced_wasserstein: float
    """Sliced Wasserstein distance of the features to those of the real set."""
    sliced_wasserstein_floor: float
    """Sliced Wasserstein distance between two disjoint halves of the real set."""
    precision: float
    """Share of samples that lie within the manifold of the real images."""
    recall: float
    """Share of real images that lie within the manifold of the samples."""
    density: float
    """Density of real images around the samples."""
    coverage: float
    """Share of real images that have a sample nearby."""
    feature_diversity: float
    """Spread of the samples' features, as a ratio to that of the real images' features."""
    pixel_variance: float
    """Variance over the samples, averaged over pixels and channels."""
    inception_score_mean: float | None
    """Inception score; None if the extractor has no classifier."""
    inception_score_std: float | None
    """Standard deviation of the Inception score over the splits; None if the extractor has no classifier."""
    floor_images: Count | None = None
    """Images in each of the halves that floors are measured between; None in a record that does not say it."""
    place: Place | None = None
    """Place among known degradations of the real images; None if there are too few images for one."""
    fid_held_out: float | None = None
    """Fréchet distance to images that were not trained on; None if none were held out."""
    fid_as_many_seen: float | None = None
    """Fréchet distance to as many images that were trained on, to compare with; None if none were held out."""
    fid_infinity: float | None = None
    """Fréchet distance extrapolated to infinitely many samples; None if it was not requested."""
    fid_interval: tuple[float, float] | None = None
    """95 % bootstrap interval of `fid_score`; None if it was not requested."""
    second_opinion: tuple[Comparison, ...] | None = None
    """The same figures by other packages; None if they were not requested."""

    def __post_init__(self) -> None:
        check_fields(self)

    def figures(self) -> dict[str, float]:
        """Return the figures that are single numbers, by name."""
        values = ((field.name, getattr(self, field.name)) for field in dataclasses.fields(self))
        figures = {name: value for name, value in values if isinstance(value, float)}
        if self.place is not None:
            figures.update(ladder_position=self.place.position, ladder_agreement=self.place.agreement)
        return figures

    def changes_since(self, earlier: "Evaluation") -> dict[str, float]:
        """Return how much each figure has increased since an earlier evaluation.

        Args:
            earlier: The evaluation to compare with.

        Raises:
            ValueError: If the provenances differ; the message names the differences.
        """
        check_instance(earlier, "earlier", Evaluation)
        require_equal_provenances(earlier.provenance, self.provenance)
        before = earlier.figures()
        return {name: value - before[name] for name, value in self.figures().items() if name in before}

    def to_json(self) -> str:
        """Return the evaluation as a JSON object. It has the key `second_opinion` only if one was requested."""
        values = dataclasses.asdict(self)
        del values["second_opinion"]
        if self.second_opinion is not None:
            values["second_opinion"] = [comparison.as_dict() for comparison in self.second_opinion]
        return json.dumps(values, indent=2) + "\n"

    @classmethod
    def from_json(cls, text: str) -> "Evaluation":
        """Return the evaluation that `to_json` wrote.

        Raises:
            ValueError: If the text is not such an object.
        """
        try:
            values = json.loads(text)
            interval, comparisons = values.pop("fid_interval"), values.pop("second_opinion", None)
            place = values.pop("place", None)
            return cls(
                provenance=Provenance(**values.pop("provenance")),
                place=None if place is None else Place(**place),
                fid_interval=None if interval is None else tuple(interval),
                second_opinion=None if comparisons is None else tuple(map(Comparison.from_dict, comparisons)),
                **values,
            )
        except (ValueError, TypeError, AttributeError, LookupError, RecursionError) as error:
            raise ValueError(f"An evaluation must have the keys of Evaluation: {shortened(error)}") from error


def require_equal_provenances(one: Provenance, other: Provenance) -> None:
    """Check that figures with these provenances may be compared.

    Raises:
        ValueError: If the provenances differ, or the weights are unknown; the message names the differences.
    """
    pairs = zip(dataclasses.asdict(one).items(), dataclasses.asdict(other).values())
    differences = [f"{name}: {first} and {second}" for (name, first), second in pairs if first != second]
    if one is not other and one.weights_sha256 is other.weights_sha256 is None:
        differences.append(f"weights_sha256: those of {one.extractor} are not known")
    if differences:
        raise ValueError(
            f"Figures with different provenances cannot be compared. They differ in {'; '.join(differences)}"
        )
