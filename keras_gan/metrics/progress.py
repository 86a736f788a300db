"""A progress bar for what takes long outside of training."""

from collections.abc import Iterable, Iterator
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

Item = TypeVar("Item")


def tracked(items: Iterable[Item], description: str, total: int) -> Iterator[Item]:
    """Yield items, with a bar and the time left on standard error until the last of them, if that is a terminal.

    Args:
        items: The items.
        description: What stands before the bar.
        total: How many items will be taken.
    """
    console = Console(stderr=True)
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    display = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
    with display:
        task = display.add_task(description, total=total)
        for done, item in enumerate(items, start=1):
            # Whoever takes the items may not ask for one more.
            if done == total:
                display.stop()
            yield item
            display.advance(task)
