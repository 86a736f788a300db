"""The quality of a run's samples over its epochs, and the word for it."""

import csv
import dataclasses
from collections.abc import Mapping
from pathlib import Path

import numpy as np

#: Words for FID below a bound, of the training guide. They hold for Inception's features.
INCEPTION_BANDS = ((50.0, "Excellent"), (100.0, "Good"), (200.0, "Moderate"), (400.0, "Fair"))

#: Words for other features, whose scale is another for each set of images: multiples of the floor that 5000 real images
#: have. With `Cifar10ResNet`, unseen horses are at 5 times the floor of CIFAR-10's, horses blurred by a pixel at 110,
#: deer at 290 and static at 420.
FLOOR_BANDS = ((10.0, "Excellent"), (50.0, "Good"), (150.0, "Moderate"), (300.0, "Fair"))

#: Real images that the floor of `FLOOR_BANDS` is of; a floor is inversely proportional to their number.
FLOOR_IMAGES = 5000

#: Samples that a word is for.
LEAST_SAMPLES = 500

#: What no band bounds.
WORST = "Poor"

#: Columns that tell what the figures depend on.
PROVENANCE = ("extractor", "weights_sha256", "resize", "reference_sha256", "n_real", "n_samples")


@dataclasses.dataclass(frozen=True)
class QualityHistory:
    """What `quality.csv` says.

    Attributes:
        provenance: What they depend on, by the names of `PROVENANCE`.
        figures: Columns by name, among them "epoch" and "fid_score", one value an evaluation, NaN for none.
    """

    provenance: Mapping[str, str]
    figures: dict[str, np.ndarray]

    def __post_init__(self) -> None:
        if not {"epoch", "fid_score"} <= set(self.figures) or len(self.figures["epoch"]) == 0:
            raise ValueError(
                "`figures` must have the columns epoch and fid_score, of one evaluation at least. "
                f"Received: {sorted(self.figures)}"
            )

    @property
    def extractor(self) -> str:
        """Name of the feature extractor."""
        return self.provenance["extractor"]

    @property
    def n_real(self) -> int:
        """Real images that were measured against."""
        return int(self.provenance["n_real"])

    @property
    def n_samples(self) -> int:
        """Samples that were measured."""
        return int(self.provenance["n_samples"])

    @property
    def label(self) -> str:
        """What stands behind "FID" where it is not Inception's."""
        return "" if self.extractor == "inception" else f"[{self.extractor}]"

    @property
    def bands(self) -> tuple[tuple[float, str], ...]:
        """Words for `fid_score` below a bound, the best first; none if these features have no scale."""
        if self.extractor == "inception":
            return INCEPTION_BANDS
        floor = self.last("fid_floor")
        if floor is None or floor <= 0:
            return ()
        unit = floor * self.n_real / FLOOR_IMAGES
        return tuple((multiple * unit, word) for multiple, word in FLOOR_BANDS)

    def last(self, name: str) -> float | None:
        """Return the last value of a figure; None if there is none."""
        values = self.finite(name)
        return float(values[-1]) if len(values) else None

    def finite(self, name: str) -> np.ndarray:
        """Return the values of a figure that are numbers; none if it was not measured."""
        values = self.figures.get(name, np.empty(0))
        return values[np.isfinite(values)]

    def word(self) -> str | None:
        """Return the word for the last `fid_score`; None if it cannot be rated, or is of too few samples to be."""
        fid, bands = self.last("fid_score"), self.bands
        if fid is None or not bands or self.n_samples < LEAST_SAMPLES:
            return None
        return next((word for bound, word in bands if fid < bound), WORST)

    def differences(self, other: "QualityHistory") -> list[str]:
        """Return why figures of two runs do not compare: the names of what they depend on, and differ in."""
        is_unknown = not self.provenance["weights_sha256"]
        return [name for name in PROVENANCE if self.provenance[name] != other.provenance[name]] or (
            ["weights_sha256, which is not known"] if is_unknown else []
        )


def read_quality(path: str | Path) -> QualityHistory | None:
    """Read a `quality.csv`.

    Args:
        path: The file that `QualityMonitor` writes.

    Returns:
        Its figures; None if it has no evaluation.

    Raises:
        ValueError: If the file has not the columns that `QualityMonitor` writes, or a figure is no number.
    """
    with open(path, newline="", encoding="utf-8") as file:
        # A run that was killed may have left half a line.
        rows = list(csv.DictReader(line for line in file if line.endswith("\n")))
    if not rows:
        return None
    try:
        columns = {name: [float(row[name] or "nan") for row in rows] for name in rows[0] if name not in PROVENANCE}
        figures = {name: np.array(values) for name, values in columns.items()}
        provenance = {name: rows[-1][name] for name in PROVENANCE}
        for name in ("n_real", "n_samples"):
            int(provenance[name])
        return QualityHistory(provenance, figures)
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{path} must be a file that QualityMonitor writes: {error!r}") from error
