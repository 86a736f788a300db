"""The history of a run, read from its files."""

import csv
import itertools
from collections.abc import Iterator
from pathlib import Path

import numpy as np

#: Rows that are parsed at a time.
PART = 10_000


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
        header = next(csv.reader(file), None)
        if header is None:
            raise ValueError(f"{path} must have a header row. Received: an empty file")
        # In parts, because a million rows of Python floats would not fit into memory.
        parts = [_parse(part, len(header), path) for part in _parts(csv.reader(file))]
    values = np.concatenate(parts) if parts else np.empty((0, len(header)))
    return dict(zip(header, np.ascontiguousarray(values.T)))


def _parts(rows: Iterator[list[str]]) -> Iterator[list[tuple[int, list[str]]]]:
    """Yield rows with the numbers of their lines, so many at a time."""
    numbered = enumerate(rows, start=2)
    while part := list(itertools.islice(numbered, PART)):
        yield part


def _parse(part, width, path):
    for number, row in part:
        if len(row) != width:
            raise ValueError(f"{path}, line {number} must have {width} values. Received: {len(row)}")
    try:
        return np.array([[float(cell or "nan") for cell in row] for _, row in part])
    except ValueError as error:
        raise ValueError(f"{path} must hold numbers alone: {error}") from error
