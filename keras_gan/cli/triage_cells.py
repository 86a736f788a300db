"""The cells of a triage grid: their folders, and their outcomes."""

from pathlib import Path
from typing import TYPE_CHECKING

import filelock

from keras_gan.analysis.run.saved_run import load_run
from keras_gan.analysis.triage import Cell, Outcome, classify

if TYPE_CHECKING:
    from keras_gan.cli.triage import TriageOptions

#: Files of a cell: the output of its training, a lock against other processes, and the mark of complete training.
LOG, LOCK, COMPLETE = "training.log", ".lock", "complete"


def cell_folder(options: "TriageOptions", seed: int, batch_size: int) -> Path:
    """Return the folder of a cell.

    Args:
        options: Options of the grid.
        seed: The cell's seed.
        batch_size: The cell's batch size.
    """
    return options.out / f"seed_{seed}_batch_{batch_size}"


def read_cell(options: "TriageOptions", seed: int, batch_size: int) -> Cell:
    """Return the outcome of a cell, from its files.

    Args:
        options: Options of the grid.
        seed: The cell's seed.
        batch_size: The cell's batch size.
    """
    folder = cell_folder(options, seed, batch_size)
    if is_complete(folder):
        return Cell(seed, batch_size, *_outcome(folder))
    if not (folder / LOG).exists():
        return Cell(seed, batch_size, Outcome.MISSING)
    lock = filelock.FileLock(folder / LOCK)
    try:
        lock.acquire(blocking=False)
    except filelock.Timeout:
        return Cell(seed, batch_size, Outcome.RUNNING, "by another process")
    lock.release()
    return Cell(seed, batch_size, Outcome.FAILED, f"see {folder / LOG}")


def runs_of(folder: Path) -> list[Path]:
    """Return the runs in a cell's folder: one, unless others were added by hand.

    Args:
        folder: The cell's folder.
    """
    return sorted(path.parent for path in folder.glob("*/config.json"))


def is_complete(folder: Path) -> bool:
    """Return whether the training of a cell is complete.

    Args:
        folder: The cell's folder.
    """
    return (folder / COMPLETE).exists() and bool(runs_of(folder))


def has_ended(folder: Path) -> bool:
    """Return whether a failed training has nothing left to train: it diverged, or failed after its last epoch.

    Args:
        folder: The cell's folder.
    """
    runs = runs_of(folder)
    if not runs:
        return False
    try:
        run = load_run(runs[-1])
    except (ValueError, OSError):
        return False
    is_whole = (runs[-1] / "generator.keras").exists() and run.epochs == run.config.get("epochs")
    return is_whole or classify(run)[0] is Outcome.DIVERGED


def _outcome(folder: Path) -> tuple[Outcome, str]:
    try:
        return classify(load_run(runs_of(folder)[-1]))
    except (ValueError, OSError) as error:
        return Outcome.FAILED, str(error)
