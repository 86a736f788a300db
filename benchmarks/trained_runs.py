"""Runs of `keras-gan train` that a benchmark needs, and the table of what was measured on them.

A run that was interrupted goes on from its last checkpoint. Runs that are in the table are not repeated.
"""

import csv
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from keras_gan.analysis.run.saved_run import read_remarks
from keras_gan.files import whole_file
from keras_gan.training.run_folder import load_config


def train(preset: str, folder: Path, *flags: object) -> Path:
    """Train a run, or the rest of it, and return its folder.

    Args:
        preset: Name of the preset.
        folder: Folder of this run alone.
        *flags: Flags of a new run.

    Raises:
        subprocess.CalledProcessError: If the command fails.
    """
    started = [run for run in sorted(folder.glob(f"*_{preset}")) if any(run.glob("checkpoints/*.keras"))]
    if started and read_remarks(started[-1]).get("closed") == str(load_config(started[-1]).run.epochs):
        return started[-1]
    arguments = ["--resume", started[-1]] if started else [preset, "--out", folder, *flags]
    subprocess.run([sys.executable, "-m", "keras_gan", "train", *map(str, arguments)], check=True)
    return sorted(folder.glob(f"*_{preset}"))[-1]


def read_rows(table: Path) -> list[dict[str, str]]:
    """Return the rows of a table, none if there is no such file."""
    if not table.exists():
        return []
    with table.open(newline="") as file:
        return list(csv.DictReader(file))


def add_row(table: Path, row: Mapping[str, Any]) -> None:
    """Add a row to a table."""
    rows = [*read_rows(table), {name: str(value) for name, value in row.items()}]
    with whole_file(table) as partial, partial.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(row))
        writer.writeheader()
        writer.writerows(rows)
