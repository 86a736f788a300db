"""Whether the words for quality agree with eyes.

63 grids of horses, drawn horses and emoji were sorted by eye, from the pictures alone, in random order and without
their names. Each grid has a score from 0, nothing, to 100, like the real images, and the faults that were seen.
The sorting is in quality_words/sorting.csv and the pictures are in quality_words/grids. quality_words_samples.py made
the samples.

Usage: python benchmarks/quality_words.py
"""

import csv
import dataclasses
import json
from pathlib import Path

import numpy as np
import scipy.stats

from keras_gan.analysis.detectors import pictures, samples
from keras_gan.data.grids import read_grid
from keras_gan.metrics.ladder import Ladder
from keras_gan.rating import Place

FOLDER = Path(__file__).parent / "quality_words"

#: Best word for shapeless blobs.
BLOBS_AT_BEST = ("Fair", "Poor")


@dataclasses.dataclass(frozen=True)
class Case:
    """A grid, what eyes said of it, and its place."""

    name: str
    score: int
    seen: tuple[str, ...]
    place: Place

    @property
    def set_name(self) -> str:
        """Name of the set that the images belong to."""
        return self.name.split("_")[0]

    @property
    def images(self) -> np.ndarray:
        """The images of the grid."""
        return read_grid(FOLDER / "grids" / f"{self.name}.png")


def read_cases() -> list[Case]:
    """Return all grids, best first."""
    records = json.loads((FOLDER / "ladders.json").read_text(encoding="utf-8"))
    ladders = {name: Ladder(**record) for name, record in records.items()}
    figures = {row.pop("grid"): {key: float(value) for key, value in row.items()} for row in _rows("figures.csv")}
    cases = []
    for row in _rows("sorting.csv"):
        name = row["grid"]
        place = ladders[name.split("_")[0]].place_of(figures[name].pop("distance"), figures[name])
        cases.append(Case(name, int(row["score"]), tuple(row["seen"].split()), place))
    return sorted(cases, key=lambda case: -case.score)


def correlation(cases: list[Case]) -> float:
    """Return the rank correlation of scores and places."""
    return -scipy.stats.spearmanr([case.score for case in cases], [case.place.position for case in cases]).statistic


def print_detectors(cases: list[Case]) -> None:
    """Print how often a detector finds what eyes saw, and how often eyes saw what it found."""
    real = {name: read_grid(FOLDER / "grids" / f"{name}.png") for name in sorted({case.set_name for case in cases})}
    found = {
        "blurred": lambda case: pictures.blur(case.images, real[case.set_name]),
        "lattice": lambda case: pictures.lattice(case.images, real[case.set_name]),
        "collapsed": lambda case: samples.alike_pixels(case.images, real[case.set_name]),
    }
    print("\ndetector   seen  found  precision  recall")
    for fault, detect in found.items():
        seen = np.array([fault in case.seen for case in cases])
        hits = np.array([detect(case) is not None for case in cases])
        both = int((seen & hits).sum())
        print(f"{fault:9} {seen.sum():5} {hits.sum():6} {both / hits.sum():10.2f} {both / seen.sum():7.2f}")


def main() -> None:
    """Print each grid's score and place, their rank correlation, and the detectors' accuracy."""
    cases = read_cases()
    print(f"{'grid':24} eyes  place  word       seen")
    for case in cases:
        print(f"{case.name:24} {case.score:4} {case.place.position:6.2f}  {case.place.word:9}  {', '.join(case.seen)}")
    print(f"\nRank correlation of {len(cases)} grids: {correlation(cases):.3f}")
    for name in sorted({case.set_name for case in cases}):
        print(f"  {name}: {correlation([case for case in cases if case.set_name == name]):.3f}")
    blobs = [case for case in cases if "blobs" in case.seen]
    above = [case.name for case in blobs if case.place.word not in BLOBS_AT_BEST]
    print(f"Blobs that are called better than Fair: {len(above)} of {len(blobs)} {above or ''}")
    print_detectors(cases)


def _rows(name: str) -> list[dict[str, str]]:
    with open(FOLDER / name, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


if __name__ == "__main__":
    main()
