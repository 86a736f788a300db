"""Quality of a run's samples over its epochs, and its rating in words."""

import dataclasses
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from keras_gan.checks import shortened
from keras_gan.rating import WORST, Place
from keras_gan.reading import reading
from keras_gan.tables import read_records

#: The training guide's ratings for an FID below a bound. They hold for Inception's features.
INCEPTION_BANDS = ((50.0, "Excellent"), (100.0, "Good"), (200.0, "Moderate"), (400.0, "Fair"))

#: Least number of samples for a rating.
LEAST_SAMPLES = 500

#: Columns that describe the place of the samples in words.
PLACE = ("worse_than", "better_than", "weakest")

#: Columns that hold the provenance of the figures.
PROVENANCE = ("extractor", "weights_sha256", "resize", "reference_sha256", "n_real", "n_samples")


@dataclasses.dataclass(frozen=True)
class QualityHistory:
    """Figures of quality from a run's `quality.csv`.

    Attributes:
        provenance: Values of the columns in `PROVENANCE`, on which the figures depend.
        figures: Columns of figures by name, with one value for each evaluation, and NaN for a missing value. They
            include "epoch" and "fid_score".
        place: Place of the last samples among known degradations of the real images. Defaults to None, as in files in
            which it was not measured.

    Raises:
        ValueError: If one of these two columns is missing, or there is no evaluation.
    """

    provenance: Mapping[str, str]
    figures: dict[str, np.ndarray]
    place: Place | None = None

    def __post_init__(self) -> None:
        if not {"epoch", "fid_score"} <= set(self.figures) or len(self.figures["epoch"]) == 0:
            raise ValueError(
                "`figures` must have the columns epoch and fid_score, with at least one evaluation. "
                f"Received: {shortened(sorted(self.figures))}"
            )

    @property
    def extractor(self) -> str:
        """Name of the feature extractor."""
        return self.provenance["extractor"]

    @property
    def n_real(self) -> int:
        """Number of real images that the samples were compared with."""
        return int(self.provenance["n_real"])

    @property
    def n_samples(self) -> int:
        """Number of samples in each evaluation."""
        return int(self.provenance["n_samples"])

    @property
    def label(self) -> str:
        """Suffix of "FID" that names the extractor; empty for Inception."""
        return "" if self.extractor == "inception" else f"[{self.extractor}]"

    @property
    def guide_word(self) -> str | None:
        """The training guide's rating of the last `fid_score`, which holds for Inception; None for other features."""
        fid = self.last("fid_score")
        if fid is None or self.extractor != "inception" or self.n_samples < LEAST_SAMPLES:
            return None
        return next((word for bound, word in INCEPTION_BANDS if fid < bound), WORST)

    def last(self, name: str) -> float | None:
        """Return the last finite value of a figure; None if it has no such value."""
        values = self.finite(name)
        return float(values[-1]) if len(values) else None

    def finite(self, name: str) -> np.ndarray:
        """Return the finite values of a figure; an empty array if it was not measured."""
        values = self.figures.get(name, np.empty(0))
        return values[np.isfinite(values)]

    def word(self) -> str | None:
        """Return the rating of the last samples; None without a value, a place or enough samples.

        It follows from their place, or from the training guide's bands where only these are known.
        """
        if self.last("fid_score") is None or self.n_samples < LEAST_SAMPLES:
            return None
        return self.guide_word if self.place is None else self.place.word

    def differences(self, other: "QualityHistory") -> list[str]:
        """Return the reasons why the figures of two runs cannot be compared: names of provenances that differ."""
        is_unknown = not self.provenance["weights_sha256"]
        return [name for name in PROVENANCE if self.provenance[name] != other.provenance[name]] or (
            ["weights_sha256, which is not known"] if is_unknown else []
        )


def read_quality(path: str | Path) -> QualityHistory | None:
    """Read a `quality.csv`.

    Args:
        path: The file that `QualityMonitor` writes.

    Returns:
        The figures; None if the file has no evaluation.

    Raises:
        ValueError: If the file does not have the columns that `QualityMonitor` writes, or a figure is not a number.
    """
    # A run that was killed may leave an incomplete last line.
    rows = [row for _, row in read_records(path)[1]]
    if not rows:
        return None
    with reading(path, "a file that QualityMonitor writes"):
        names = [name for name in rows[0] if name not in (*PROVENANCE, *PLACE)]
        columns = {name: [float(row[name] or "nan") for row in rows] for name in names}
        figures = {name: np.array(values) for name, values in columns.items()}
        provenance = {name: rows[-1][name] for name in PROVENANCE}
        for name in ("n_real", "n_samples"):
            int(provenance[name])
        return QualityHistory(provenance, figures, _place(rows[-1]))


def _place(row: Mapping[str, str]) -> Place | None:
    """Return the place that a row of the file describes; None if it has none."""
    if not row.get("ladder_position"):
        return None
    return Place(
        position=float(row["ladder_position"]),
        worse_than=row["worse_than"] or None,
        better_than=row["better_than"] or None,
        agreement=float(row["ladder_agreement"]),
        weakest=row["weakest"],
    )
