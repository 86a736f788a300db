"""Table of comparisons for the console."""

from collections.abc import Iterator, Sequence

from keras_gan.metrics.comparison import Comparison
from keras_gan.metrics.second_opinion.peers import PEERS


def render(comparisons: Sequence[Comparison]) -> str:
    """Return a table with a line for each figure and two columns for each peer: its value and the relative difference.

    Args:
        comparisons: What `compare` returned.

    Returns:
        The lines of the table, then one line for each peer that is not installed, with the command that installs it.
        There is no final newline.
    """
    names = [peer.name for peer in PEERS if any(row.peer == peer.name for row in comparisons)]
    header = ["metric", "of", "keras-gan", *(title for name in names for title in (name, "difference"))]
    metrics = dict.fromkeys((row.metric, row.scope, row.ours) for row in comparisons)
    by_place = {(row.metric, row.peer): row for row in comparisons}
    body = [
        [metric, scope, _number(ours), *(cell for name in names for cell in _cells(by_place.get((metric, name))))]
        for metric, scope, ours in metrics
    ]
    absent = [f"{peer.name} is not installed: {peer.command}" for peer in PEERS if peer.name not in names]
    return "\n".join([*_aligned([header, *body]), *absent])


def _cells(comparison: Comparison | None) -> tuple[str, str]:
    if comparison is None:
        return "", ""
    difference = comparison.relative_difference
    return _number(comparison.theirs), f"{difference:.0e}" if difference else "0"


def _number(value: float) -> str:
    return f"{value:#.6g}"


def _aligned(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield one line for each row. The first two columns are words, and the others are numbers."""
    widths = [max(map(len, column)) for column in zip(*rows)]
    for row in rows:
        words = [cell.ljust(width) for cell, width in zip(row[:2], widths)]
        numbers = [cell.rjust(width) for cell, width in zip(row[2:], widths[2:])]
        yield "  ".join([*words, *numbers]).rstrip()
