"""The report of a run on Weights & Biases."""

import warnings
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from keras_gan.callbacks import wandb_run
from keras_gan.callbacks._background import call_within
from keras_gan.callbacks.wandb_run import current_run
from keras_gan.checks import check_mapping, checked_path, require

if TYPE_CHECKING:
    import wandb


def log_report(
    run: "wandb.Run | None",
    files: Iterable[str | Path],
    summary: Mapping[str, Any],
    tables: Mapping[str, tuple[Sequence[str], Sequence[Sequence[str]]]],
) -> None:
    """Log a report: its files as an artifact, its verdict into the run's summary, its tables as tables.

    A service that fails or hangs costs a warning: the report's own files are there.

    Args:
        run: The `wandb.Run`; None for the one that was begun last.
        files: The report's files.
        summary: What is added to the run's summary, under "report/".
        tables: Columns and rows by name, logged under "report/".

    Raises:
        ValueError: If there is no run.
    """
    check_mapping(summary, "summary")
    check_mapping(tables, "tables")
    require(isinstance(files, Iterable) and not isinstance(files, str), "files", "an iterable of paths", repr(files))
    paths = [checked_path(file, "files") for file in files]
    run = current_run(run)
    try:
        call_within(wandb_run.END_TIMEOUT, _send, run, paths, summary, tables)
    except Exception as error:  # Whatever it is, training has ended well.
        warnings.warn(f"Weights & Biases has not taken the report: {error!r}", stacklevel=2)


def _send(
    run: "wandb.Run",
    files: Iterable[str | Path],
    summary: Mapping[str, Any],
    tables: Mapping[str, tuple[Sequence[str], Sequence[Sequence[str]]]],
) -> None:
    import wandb

    artifact = wandb.Artifact(f"report-{run.id}", type="report")
    for file in files:
        artifact.add_file(str(file))
    run.log_artifact(artifact)
    logged = {name: wandb.Table(list(columns), [list(row) for row in rows]) for name, (columns, rows) in tables.items()}
    run.log({f"report/{name}": table for name, table in logged.items()})
    run.summary.update({f"report/{name}": value for name, value in summary.items()})
