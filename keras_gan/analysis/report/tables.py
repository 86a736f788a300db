"""Tables in Markdown."""

from collections.abc import Iterable, Sequence


def header(columns: Sequence[str]) -> str:
    """Return a table's first two lines; each dashed rule is as wide as its column's name, and two more.

    Args:
        columns: Names of the columns.
    """
    return f"{row(columns)}|{'|'.join('-' * (len(column) + 2) for column in columns)}|\n"


def row(cells: Iterable[object]) -> str:
    """Return a line of a table.

    Args:
        cells: What stands in it.
    """
    return f"| {' | '.join(map(str, cells))} |\n"


def cell(value: object) -> str:
    """Return a value so that it stays in its cell.

    Args:
        value: What to write.
    """
    return " ".join(str(value).replace("|", "\\|").split())
