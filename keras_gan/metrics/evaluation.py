"""Figures of sample quality, and the provenance that says what they may be compared with."""

import dataclasses
import json


@dataclasses.dataclass(frozen=True)
class Provenance:
    """What figures depend on besides the samples: figures compare under equal provenances only."""

    extractor: str
    """Name of the feature extractor."""
    weights_sha256: str | None
    """Hash of the extractor's weights; None for a function whose weights are not known."""
    resize: str
    """How images get the extractor's size."""
    reference_sha256: str
    """Hash of the real images."""
    n_real: int
    """Number of real images."""
    n_samples: int
    """Number of samples."""


@dataclasses.dataclass(frozen=True)
class Evaluation:
    """What an `Evaluator` says of a set of samples. Each floor is the same distance between two halves of the reals."""

    provenance: Provenance
    """What the figures depend on."""
    fid_score: float
    """Fréchet distance to the real set; FID where the extractor is Inception."""
    fid_floor: float
    """The same between two disjoint halves of the real set."""
    kernel_distance: float
    """Unbiased kernel distance to the real set."""
    kernel_distance_std: float
    """Its standard deviation over the subsets."""
    kernel_distance_floor: float
    """Kernel distance between the halves."""
    sliced_wasserstein: float
    """Sliced Wasserstein distance to the real set, in features."""
    sliced_wasserstein_floor: float
    """The same between the halves."""
    precision: float
    """Share of samples among the real images."""
    recall: float
    """Share of real images among the samples."""
    density: float
    """How densely real images surround the samples."""
    coverage: float
    """Share of real images with a sample near by."""
    feature_diversity: float
    """Spread of the samples' features in units of the real images'."""
    pixel_variance: float
    """Variance over the samples at each pixel, averaged."""
    inception_score_mean: float | None
    """Inception score; None if the extractor has no classifier."""
    inception_score_std: float | None
    """Its standard deviation over the splits."""
    fid_infinity: float | None = None
    """Fréchet distance extrapolated to endless samples, where asked for."""
    fid_interval: tuple[float, float] | None = None
    """95 % bootstrap interval of `fid_score`, where asked for."""

    def figures(self) -> dict[str, float]:
        """Return the figures that are single numbers, by name."""
        values = ((field.name, getattr(self, field.name)) for field in dataclasses.fields(self))
        return {name: value for name, value in values if isinstance(value, float)}

    def changes_since(self, earlier: "Evaluation") -> dict[str, float]:
        """Return how much each figure has grown.

        Args:
            earlier: The figures to compare with.

        Raises:
            ValueError: If the provenances differ, naming in what.
        """
        require_equal_provenances(earlier.provenance, self.provenance)
        before = earlier.figures()
        return {name: value - before[name] for name, value in self.figures().items() if name in before}

    def to_json(self) -> str:
        """Return the evaluation as a JSON object."""
        return json.dumps(dataclasses.asdict(self), indent=2) + "\n"

    @classmethod
    def from_json(cls, text: str) -> "Evaluation":
        """Return the evaluation that `to_json` wrote.

        Raises:
            ValueError: If the text is no such object.
        """
        try:
            values = json.loads(text)
            interval = values.pop("fid_interval")
            return cls(
                provenance=Provenance(**values.pop("provenance")),
                fid_interval=None if interval is None else tuple(interval),
                **values,
            )
        except (TypeError, AttributeError, LookupError) as error:
            raise ValueError(f"An evaluation must have the keys of Evaluation: {error}") from error


def require_equal_provenances(one: Provenance, other: Provenance) -> None:
    """Refuse to compare figures that depend on different things.

    Raises:
        ValueError: If the provenances differ, naming in what.
    """
    pairs = zip(dataclasses.asdict(one).items(), dataclasses.asdict(other).values())
    differences = [f"{name}: {first} and {second}" for (name, first), second in pairs if first != second]
    if one is not other and one.weights_sha256 is other.weights_sha256 is None:
        differences.append(f"weights_sha256: those of {one.extractor} are not known")
    if differences:
        raise ValueError(
            f"Figures with different provenances cannot be compared. They differ in {'; '.join(differences)}"
        )
