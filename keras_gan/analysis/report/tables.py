"""Tables in Markdown."""

from collections.abc import Iterable, Sequence


def header(columns: Sequence[str]) -> str:
    """Return the first two lines of a table; each rule of dashes is two characters longer than its column's name.

    Args:
        columns: Names of the columns.
    """
    return f"{row(columns)}|{'|'.join('-' * (len(column) + 2) for column in columns)}|\n"


def row(cells: Iterable[object]) -> str:
    """Return one line of a table.

    Args:
        cells: Contents of its cells.
    """
    return f"| {' | '.join(map(str, cells))} |\n"


def cell(value: object) -> str:
    """Return a value as text that is safe in a cell: without line breaks, and with escaped bars.

    Args:
        value: The value.
    """
    return " ".join(str(value).replace("|", "\\|").split())
