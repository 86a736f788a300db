"""The cells of a triage grid: a folder each, and what its files say."""

from pathlib import Path
from typing import TYPE_CHECKING

import filelock

from keras_gan.analysis.run.saved_run import load_run
from keras_gan.analysis.triage import Cell, Outcome, classify

if TYPE_CHECKING:
    from keras_gan.cli.triage import TriageOptions

#: What a cell's training prints, what keeps two processes from one cell, and what tells that no more is to be trained.
LOG, LOCK, COMPLETE = "training.log", ".lock", "complete"


def cell_folder(options: "TriageOptions", seed: int, batch_size: int) -> Path:
    """Return the folder of a cell.

    Args:
        options: The grid, and where its runs are.
        seed: The cell's seed.
        batch_size: Its batch size.
    """
    return options.out / f"seed_{seed}_batch_{batch_size}"


def read_cell(options: "TriageOptions", seed: int, batch_size: int) -> Cell:
    """Return what became of a cell, from its files.

    Args:
        options: The grid, and where its runs are.
        seed: The cell's seed.
        batch_size: Its batch size.
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
    """Return the runs in a cell's folder; one, unless somebody has added others.

    Args:
        folder: The cell's folder.
    """
    return sorted(path.parent for path in folder.glob("*/config.json"))


def is_complete(folder: Path) -> bool:
    """Return whether a cell has no more to train.

    Args:
        folder: The cell's folder.
    """
    return (folder / COMPLETE).exists() and bool(runs_of(folder))


def has_ended(folder: Path) -> bool:
    """Return whether a cell has no more to train though its script failed: it diverged, or only its end went wrong.

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
