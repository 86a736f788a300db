"""Time as callbacks measure it."""

from time import monotonic


class Stopwatch:
    """A watch that runs from the start, by a clock that nobody can set back."""

    def __init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        """Begin again with 0."""
        self._start = monotonic()

    @property
    def seconds(self) -> float:
        """Seconds since the start."""
        return monotonic() - self._start
