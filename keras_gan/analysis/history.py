"""The history of a run, read from its files."""

import csv
from pathlib import Path

import numpy as np


def read_losses(path: str | Path) -> dict[str, np.ndarray]:
    """Read a `losses.csv`.

    Args:
        path: The file: a header, then one row of numbers an epoch, with empty cells where there was no value.

    Returns:
        One float64 array a column, all of one length, with NaN for an empty cell.

    Raises:
        ValueError: If the file is empty, a row has another length than the header, or a value is no number.
    """
    with open(path, newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    if not rows:
        raise ValueError(f"{path} must have a header row. Received: an empty file")
    header, *body = rows
    for number, row in enumerate(body, start=2):
        if len(row) != len(header):
            raise ValueError(f"{path}, line {number} must have {len(header)} values. Received: {len(row)}")
    try:
        values = np.array([[cell or "nan" for cell in row] for row in body], dtype=np.float64)
    except ValueError as error:
        raise ValueError(f"{path} must hold numbers alone: {error}") from error
    return dict(zip(header, values.reshape(len(body), len(header)).T))
