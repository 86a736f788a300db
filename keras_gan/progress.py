"""A progress bar for long computations outside of training."""

from collections.abc import Iterable, Iterator
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

Item = TypeVar("Item")


def tracked(items: Iterable[Item], description: str, total: int) -> Iterator[Item]:
    """Yield items, and show a progress bar with the remaining time if standard error is a terminal.

    Args:
        items: The items.
        description: Text before the bar.
        total: Number of items that will be taken. The bar goes when the last of them is taken.
    """
    console = Console(stderr=True)
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    display = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
    with display:
        task = display.add_task(description, total=total)
        for done, item in enumerate(items, start=1):
            # The consumer may stop after the last item, without asking for another.
            if done == total:
                display.stop()
            yield item
            display.advance(task)
