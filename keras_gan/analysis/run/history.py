"""Losses of a run, read from its file."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from keras_gan.checks import shortened
from keras_gan.reading import FileError, reading
from keras_gan.tables import check_header, split_row, table_lines

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
    return parse_losses(table_lines(path, is_growing), path)


def parse_losses(lines: Iterator[str], path: str | Path) -> dict[str, np.ndarray]:
    """Return the columns of a `losses.csv` from its lines, as `read_losses` does.

    Args:
        lines: The header, then the rows.
        path: The file, for errors.

    Raises:
        ValueError: As `read_losses`.
    """
    with reading(path, "a text file of rows"):
        header = [name.strip() for name in split_row(next(lines, ""))]
        check_header(header, path)
        parts = [_parse(part, first, len(header), path) for part, first in _parts(lines)]
    parts = parts or [np.empty((0, len(header)))]
    return {name: np.concatenate([part[:, index] for part in parts]) for index, name in enumerate(header)}


def _parts(lines: Iterator[str]) -> Iterator[tuple[list[str], int]]:
    """Yield parts of the file: some lines, and the number of the first of them."""
    part: list[str] = []
    size, first = 0, 2
    for line in lines:
        part.append(line)
        size += len(line)
        if size >= PART:
            yield part, first
            part, size, first = [], 0, first + len(part)
    if part:
        yield part, first


def _parse(lines: list[str], first: int, width: int, path: str | Path) -> np.ndarray:
    text = "".join(lines)
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
            raise FileError(f"{path}, line {number} must have {width} values. Received: {len(row)}")
        try:
            rows.append([float(cell or "nan") for cell in row])
        except ValueError as error:
            raise FileError(f"{path}, line {number} must hold numbers alone: {shortened(error)}") from error
    return np.array(rows).reshape(-1, width)
