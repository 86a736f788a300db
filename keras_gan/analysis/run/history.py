"""Losses of a run, read from its file."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

import numpy as np

#: Number of characters that are parsed at a time: a million rows of Python strings would not fit into memory.
PART = 2_000_000


def read_losses(path: str | Path, is_growing: bool = False) -> dict[str, np.ndarray]:
    """Read a `losses.csv`.

    Args:
        path: The file. It has a header row, then one row of numbers for each epoch; missing values are empty cells.
        is_growing: Whether the file may still be written, or was when its run was killed. If so, a last line without a
            newline is ignored. Defaults to False.

    Returns:
        The columns by name, float64, all of the same length, with NaN for an empty cell.

    Raises:
        ValueError: If the file is empty or is not text, two columns have the same name, the length of a row is not that
            of the header, or a value is not a number.
    """
    with open(path, newline="", encoding="utf-8") as file:
        try:
            header = [name.strip() for name in next(csv.reader([file.readline()]), [])]
            check_header(header, path)
            parts = [_parse(lines, first, len(header), path) for lines, first in _parts(file, is_growing)]
        except (UnicodeDecodeError, csv.Error) as error:
            raise ValueError(f"{path} must be a text file of rows. Received: {error}") from error
    parts = parts or [np.empty((0, len(header)))]
    return {name: np.concatenate([part[:, index] for part in parts]) for index, name in enumerate(header)}


def check_header(header: list[str], path: str | Path) -> None:
    """Check that a table has columns, and that their names differ.

    Args:
        header: Names of the columns.
        path: File of the table, for error messages.

    Raises:
        ValueError: If there are no columns, or two have the same name.
    """
    if not header:
        raise ValueError(f"{path} must have a header row. Received: an empty file")
    doubles = sorted({name for name in header if header.count(name) > 1})
    if doubles:
        raise ValueError(f"{path} must have columns of different names. Received twice: {doubles}")


def _parts(file: TextIO, is_growing: bool) -> Iterator[tuple[list[str], int]]:
    """Yield parts of the file: some lines, and the number of the first of them."""
    number = 2
    while lines := file.readlines(PART):
        if is_growing and not lines[-1].endswith("\n"):
            lines.pop()
        if lines:
            yield lines, number
        number += len(lines)


def _parse(lines: list[str], first: int, width: int, path: str | Path) -> np.ndarray:
    text = "".join(lines).replace("\r\n", "\n")
    # A replacement fills only every other one of adjacent empty cells, so it is done twice.
    filled = text.replace(",,", ",nan,").replace(",,", ",nan,").replace(",\n", ",nan\n").replace("\n,", "\nnan,")
    values: np.ndarray | None
    try:
        values = np.loadtxt(io.StringIO(filled), delimiter=",", comments=None, quotechar='"', ndmin=2)
    except ValueError:
        values = None
    if values is None or values.shape[1] != width or len(values) != len(lines):
        return _parse_slowly(lines, first, width, path)
    return values


def _parse_slowly(lines: list[str], first: int, width: int, path: str | Path) -> np.ndarray:
    """Parse lines that NumPy cannot parse, or raise an error that names the invalid line."""
    rows = []
    for number, row in enumerate(csv.reader(lines), start=first):
        if not row:
            continue
        if len(row) != width:
            raise ValueError(f"{path}, line {number} must have {width} values. Received: {len(row)}")
        try:
            rows.append([float(cell or "nan") for cell in row])
        except ValueError as error:
            raise ValueError(f"{path}, line {number} must hold numbers alone: {error}") from error
    return np.array(rows).reshape(-1, width)
