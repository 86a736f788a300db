"""The experiment log: a table with one row for each run."""

import contextlib
from collections.abc import Callable, Iterable
from pathlib import Path

import filelock

from keras_gan.analysis.report import tables
from keras_gan.analysis.report.markdown import STABILITY_SIGNS
from keras_gan.analysis.run.saved_run import SavedRun
from keras_gan.analysis.verdict.indicators import Verdict
from keras_gan.files import replace_text
from keras_gan.reading import read_text

LOG = "experiment_log.md"

COLUMNS = ("Run", "Date", "W&B URL", "Batch", "Epochs", "Stability", "D Loss", "G Loss", "Notes")

HEADER = f"# Master Experiment Log\n\n{tables.header(COLUMNS)}"

#: Seconds to wait while another process writes the log.
LOCK_PATIENCE = 60


def log_row(run: SavedRun, verdict: Verdict, name: str | None = None) -> str:
    """Return the row of a run.

    Args:
        run: The run.
        verdict: The verdict on the run.
        name: Name of the run in the log. Defaults to None, the name of its folder.
    """
    stability = verdict.stability
    cells = (
        name or run.name,
        run.started,
        "" if run.wandb_url is None else f"[View]({run.wandb_url})",
        run.config.get("batch_size", ""),
        run.epochs,
        f"{STABILITY_SIGNS[stability]} {stability.capitalize()}",
        f"{run.history['d_loss'][-1]:.2f}",
        f"{run.history['g_loss'][-1]:.1f}",
        ". ".join(filter(None, (verdict.quality, run.notes))),
    )
    return tables.row(map(tables.cell, cells))


def add_to_log(folder: str | Path, run: SavedRun, verdict: Verdict) -> None:
    """Add a run to the log that it belongs to, or replace its row there.

    Args:
        folder: The run's folder.
        run: The run.
        verdict: The verdict on the run.

    Raises:
        OSError: As `update_log`.
        ValueError: As `update_log`.
    """
    path = log_path(folder)
    update_log(path, log_row(run, verdict, Path(folder).absolute().relative_to(path.parent).as_posix()))


def update_log(path: str | Path, row: str) -> None:
    """Add a run's row to the log, or replace the row of the same run.

    Several processes may do this at the same time.

    Args:
        path: The log. It is created if it does not exist.
        row: A row from `log_row`.

    Raises:
        OSError: If the log cannot be written, or another process has locked it for a minute.
        ValueError: If the file exists and is not such a log.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with _lock(path):
        rows = [] if not path.exists() else _read(path)
        names = [_name(other) for other in rows]
        if _name(row) in names:
            rows[names.index(_name(row))] = row
        else:
            rows.append(row)
        _write(path, rows)


def rewrite_log(path: str | Path, make_rows: Callable[[], Iterable[str]]) -> None:
    """Replace the whole log.

    Args:
        path: The log. It is created if it does not exist.
        make_rows: Function that returns the rows, each from `log_row`. No run can add its row while it is called.

    Raises:
        OSError: If the log cannot be written, or another process has locked it for a minute.
    """
    path = Path(path)
    with _lock(path):
        _write(path, make_rows())


def log_path(folder: str | Path) -> Path:
    """Return the log of a run: in the nearest folder `runs` that contains the run, or else next to the run's folder.

    Args:
        folder: The run's folder.
    """
    folder = Path(folder).absolute()
    home = next((parent for parent in folder.parents if parent.name == "runs"), folder.parent)
    return home / LOG


def run_folders(folder: str | Path) -> list[Path]:
    """Return the folders of all runs in a folder and its sub-folders, in the order of their names.

    Args:
        folder: The folder that contains the runs.
    """
    return sorted(path.parent for path in Path(folder).rglob("losses.csv"))


def _lock(path: Path) -> contextlib.AbstractContextManager[object]:
    try:
        # Unlike others, this lock leaves no file behind.
        return filelock.SoftFileLock(path.with_name(f".{path.name}.lock"), timeout=LOCK_PATIENCE).acquire()
    except filelock.Timeout as error:
        raise OSError(f"{path} is locked by another process: {error}") from error


def _read(path: Path) -> list[str]:
    text = read_text(path)
    if not text.startswith(HEADER):
        raise ValueError(f"{path} must be an experiment log with the columns {COLUMNS}. Received: another file")
    # After an edit by hand, the last line may not end with a newline.
    return [f"{line}\n" for line in text.removeprefix(HEADER).splitlines() if line]


def _write(path: Path, rows: Iterable[str]) -> None:
    replace_text(path, HEADER + "".join(rows))


def _name(row: str) -> str:
    return row.split(" | ")[0]
