"""Reading of tables in CSV files: the losses and figures of runs, and those of other programs."""

import collections
import csv
import io
from collections.abc import Iterator
from pathlib import Path

from keras_gan.checks import shortened
from keras_gan.reading import FileError, open_file, reading

#: Most characters of a row.
MAX_ROW = 2**20


def table_lines(path: str | Path, is_growing: bool = False) -> Iterator[str]:
    """Yield the rows of a table as lines that end with a newline, the last one perhaps without.

    Args:
        path: The file, in UTF-8.
        is_growing: Whether the file may still be written, or was when its run was killed. If so, a last line without a
            newline is left out. Defaults to False.

    Raises:
        OSError: If the file cannot be read.
        FileError: If it is no text, or a row has more than 2²⁰ characters.
    """
    with open_file(path) as file, reading(path, "a text file of rows"):
        text = io.TextIOWrapper(file, encoding="utf-8-sig")
        while line := text.readline(MAX_ROW + 1):
            if len(line) > MAX_ROW:
                raise FileError(f"{path} must have rows of at most {MAX_ROW} characters. Received: a longer one")
            if is_growing and not line.endswith("\n"):
                return
            yield line


def split_row(line: str, separator: str = ",") -> list[str]:
    """Return the cells of a row; none of an empty line."""
    return next(csv.reader([line], delimiter=separator), [])


def check_header(header: list[str], path: str | Path) -> None:
    """Check that a table has columns, and that their names differ.

    Args:
        header: Names of the columns.
        path: File of the table, for error messages.

    Raises:
        FileError: If there are no columns, or two have the same name.
    """
    if not header:
        raise FileError(f"{path} must have a header row. Received: an empty file")
    if len(set(header)) < len(header):
        doubles = [name for name, count in collections.Counter(header).items() if count > 1]
        raise FileError(f"{path} must have columns of different names. Received twice: {shortened(doubles)}")


def read_records(path: str | Path) -> tuple[str, list[tuple[str, dict[str, str]]]]:
    """Read a table that may still be written, or was when its run was killed.

    Args:
        path: The file.

    Returns:
        The header as text, empty if there is none; and the rows, each as text and by column.

    Raises:
        OSError: If the file cannot be read.
        FileError: If it is no table, or the length of a row is not that of the header.
    """
    lines = table_lines(path, is_growing=True)
    first = next(lines, "")
    if not first:
        return "", []
    records = []
    with reading(path, "a text file of rows"):
        header = split_row(first)
        check_header(header, path)
        for number, line in enumerate(lines, start=2):
            cells = split_row(line)
            if cells and len(cells) != len(header):
                raise FileError(f"{path}, line {number} must have {len(header)} values. Received: {len(cells)}")
            if cells:
                records.append((line, dict(zip(header, cells))))
    return first, records
