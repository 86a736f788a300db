"""Triage: conclusions from a grid of runs over seeds and batch sizes."""

import dataclasses
import enum
from collections.abc import Sequence
from typing import TypeAlias

from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure

from keras_gan.analysis.detectors.advisor import diagnose
from keras_gan.analysis.detectors.findings import Diagnosis, Status
from keras_gan.analysis.run.saved_run import LEAST_EPOCHS, SavedRun


class Outcome(enum.Enum):
    """Outcome of a run."""

    HEALTHY = "healthy"
    COLLAPSE = "collapse"
    DIVERGED = "diverged"
    UNSTABLE = "unstable"
    FAILED = "failed"
    SHORT = "too short"
    RUNNING = "running"
    MISSING = "missing"


#: Outcomes that say nothing about a seed or a batch size.
UNKNOWN = (Outcome.FAILED, Outcome.SHORT, Outcome.RUNNING, Outcome.MISSING)

#: Colours of the outcomes, in the order of `Outcome`.
COLOURS = ("#66bb6a", "#ef5350", "#8e24aa", "#ffca28", "#78909c", "#bcaaa4", "#90caf9", "#eceff1")

#: A row of the guide's table: evidence, root cause, solution.
Row: TypeAlias = tuple[str, str, str]

COLUMNS = ("Evidence", "Root cause", "Solution")

#: Solution if neither the seed nor the batch size is the cause.
COMMON_FIXES = "Lower the learning rates, raise n_critic, reduce dropout; then other seeds and smaller batches"


@dataclasses.dataclass(frozen=True)
class Cell:
    """One run of the grid.

    Attributes:
        seed: Seed of the run.
        batch_size: Batch size of the run.
        outcome: Outcome of the run.
        evidence: Evidence for the outcome. Defaults to "".
    """

    seed: int
    batch_size: int
    outcome: Outcome
    evidence: str = ""

    @property
    def works(self) -> bool:
        """Whether the run is healthy."""
        return self.outcome is Outcome.HEALTHY


def classify(run: SavedRun) -> tuple[Outcome, str]:
    """Return the outcome of a run and the evidence for it.

    Args:
        run: The run.
    """
    found = {finding.diagnosis: finding for finding in diagnose(run)}
    for diagnosis, outcome in (
        (Diagnosis.EXPLODING_LOSSES, Outcome.DIVERGED),
        (Diagnosis.MODE_COLLAPSE, Outcome.COLLAPSE),
    ):
        if diagnosis in found:
            return outcome, found[diagnosis].evidence
    # Blur and pale colours come from too little training, not from the seed or the batch size.
    matters_of_time = (Diagnosis.BLUR, Diagnosis.WASHED_OUT_COLOUR)
    bad = [one for one in found.values() if one.status is Status.BAD]
    grave = [one for one in bad if one.diagnosis not in matters_of_time]
    if grave:
        return Outcome.UNSTABLE, f"{grave[0].diagnosis.value}: {grave[0].evidence}"
    if run.epochs < LEAST_EPOCHS:
        return Outcome.SHORT, f"{run.epochs} of the {LEAST_EPOCHS} epochs that a judgement needs"
    return Outcome.HEALTHY, ""


def conclude(cells: Sequence[Cell]) -> list[Row]:
    """Return the rows of the guide's table that a grid gives evidence for.

    Args:
        cells: The grid.
    """
    unknown = [cell for cell in cells if cell.outcome in UNKNOWN]
    if any(cell.outcome is Outcome.SHORT for cell in unknown):
        evidence = f"Some runs have fewer than {LEAST_EPOCHS} epochs"
        return [(evidence, "unknown", "Train another grid with more `--epochs`"), *_conclude_from_some(cells)]
    if unknown:
        evidence = f"{len(unknown)} of {len(cells)} cells are not trained"
        return [(evidence, "unknown", "Call this again; training.log says why one failed"), *_conclude_from_some(cells)]
    if all(cell.works for cell in cells):
        return [("All seeds and batch sizes work", "none", "Take the largest batch that is fast")]
    if not any(cell.works for cell in cells):
        return [("No seed and no batch size works", "neither", COMMON_FIXES)]
    return _conclude_from_some(cells) or _both(cells)


def _conclude_from_some(cells: Sequence[Cell]) -> list[Row]:
    """Return conclusions from rows and columns of the grid that are fully trained."""
    return [*_random_initialisation(cells), *_batch_size(cells)]


def _shares(cells: Sequence[Cell], key: str) -> dict[int, float]:
    """Return the share of healthy cells by seed or by batch size, for those whose cells are all trained."""
    values = sorted({getattr(cell, key) for cell in cells})
    groups = {value: [cell for cell in cells if getattr(cell, key) == value] for value in values}
    whole = {value: group for value, group in groups.items() if not any(cell.outcome in UNKNOWN for cell in group)}
    return {value: sum(cell.works for cell in group) / len(group) for value, group in whole.items()}


def _random_initialisation(cells: Sequence[Cell]) -> list[Row]:
    shares = _shares(cells, "seed")
    good, bad = ([seed for seed, share in shares.items() if (share == 1) == is_good] for is_good in (True, False))
    if not (good and bad):
        return []
    evidence = f"All batch sizes work with seed {_list(good)}, some fail with {_list(bad)}"
    return [(evidence, "Random init", f"Use a known-good seed: `--seed {good[0]}`")]


def _batch_size(cells: Sequence[Cell]) -> list[Row]:
    shares = _shares(cells, "batch_size")
    good = [size for size, share in shares.items() if share == 1]
    bad = [size for size, share in shares.items() if share == 0]
    if not (good and bad and max(good) < max(bad)):
        return []
    evidence = f"{_list(good)} works, {_list(bad)} fails across seeds"
    return [(evidence, "Batch size", f"Reduce the batch, `--batch-size {max(good)}`, or scale the learning rates")]


def _both(cells: Sequence[Cell]) -> list[Row]:
    shares = list(_shares(cells, "batch_size").items())
    (smallest, small_share), (largest, large_share) = shares[0], shares[-1]
    if small_share <= large_share:
        return [("Failures follow neither seed nor batch size", "unknown", COMMON_FIXES)]
    evidence = f"Smaller batches are more robust: {small_share:.0%} work at {smallest}, {large_share:.0%} at {largest}"
    return [(evidence, "Both", f"Use a smaller batch, `--batch-size {smallest}`, or a better initialisation")]


def _list(values: Sequence[int]) -> str:
    return ", ".join(map(str, values))


def plot_triage(cells: Sequence[Cell]) -> Figure:
    """Return a heat map of outcomes, with one row for each seed and one column for each batch size.

    Args:
        cells: The grid.
    """
    outcomes = list(Outcome)
    seeds, sizes = (sorted({getattr(cell, key) for cell in cells}) for key in ("seed", "batch_size"))
    by_place = {(cell.seed, cell.batch_size): cell.outcome for cell in cells}
    grid = [[outcomes.index(by_place.get((seed, size), Outcome.MISSING)) for size in sizes] for seed in seeds]
    figure = Figure(figsize=(2 + 1.2 * len(sizes), 1.2 + 0.7 * len(seeds)), layout="constrained")
    axes = figure.subplots()
    axes.imshow(grid, cmap=ListedColormap(COLOURS), vmin=0, vmax=len(outcomes) - 1, aspect="auto")
    axes.set_xticks(range(len(sizes)), sizes)
    axes.set_yticks(range(len(seeds)), seeds)
    axes.set_xlabel("batch size")
    axes.set_ylabel("seed")
    for row, places in enumerate(grid):
        for column, index in enumerate(places):
            axes.text(column, row, outcomes[index].value, ha="center", va="center", fontsize=9)
    return figure
