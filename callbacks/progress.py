"""A live progress bar with the time that is left."""

from rich import get_console
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from keras_gan.callbacks._observer import Observer
from keras_gan.checks import check_instance, check_text


def progress_display(console: Console | None = None) -> Progress:
    """Return a display for `TrainingProgress`: bar, count, time spent and time left.

    It shows nothing where there is no terminal. Use it as a context manager around `fit`, so that the terminal is
    restored however training ends.

    Args:
        console: Where to show it. Defaults to None, the standard output.
    """
    console = get_console() if console is None else console
    check_instance(console, "console", Console)
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
        console=console,
        disable=not console.is_terminal,
    )


class ProgressStream:
    """Text stream that prints above a running display, as it is: the display itself would wrap and colour the lines.

    Args:
        display: A running `rich.progress.Progress` on a terminal.
    """

    def __init__(self, display: Progress) -> None:
        check_instance(display, "display", Progress)
        self._console = display.console
        self.encoding = display.console.encoding

    def write(self, text: str) -> int:
        self._console.print(text, end="", soft_wrap=True, markup=False, highlight=False, emoji=False)
        return len(text)

    def flush(self) -> None:
        """Do nothing: the console prints at once."""


class TrainingProgress(Observer):
    """Advance a progress display by one each epoch.

    Args:
        display: A running `rich.progress.Progress`, such as `progress_display()`.
        description: What stands before the bar. Defaults to "Training".
    """

    def __init__(self, display: Progress, description: str = "Training") -> None:
        super().__init__()
        check_instance(display, "display", Progress)
        check_text(description, "description")
        self.display = display
        self.description = description

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
        self._task = self.display.add_task(self.description, total=(self.params or {}).get("epochs"))

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        self.display.update(self._task, completed=epoch)

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        self.display.update(self._task, completed=epoch + 1)
