"""Work that may fail or hang without stopping training."""

import queue
import threading
from collections.abc import Callable

#: Seconds that work waits for more of it.
PAUSE = 1.0


def call_within(seconds: float, function: Callable[..., object], *arguments: object) -> None:
    """Call a function, but wait for it no longer than so many seconds.

    Args:
        seconds: How long to wait; the function goes on in its thread.
        function: What to call.
        *arguments: Its arguments.

    Raises:
        TimeoutError: If it is not done by then.
        Exception: Whatever it raises; `RuntimeError` for what would end the process.
    """
    failures = []

    def call() -> None:
        try:
            function(*arguments)
        except Exception as error:
            failures.append(error)
        except BaseException as error:  # SystemExit: it is not for others to end the process.
            failures.append(RuntimeError(repr(error)))

    thread = threading.Thread(target=call, daemon=True)
    thread.start()
    thread.join(seconds)
    if thread.is_alive():
        raise TimeoutError(f"no answer within {seconds:g} seconds")
    if failures:
        raise failures[0]


class Background:
    """A thread that calls functions one after another, once a second all that have come, until one of them fails.

    Attributes:
        failure: What that one raised; None before.
    """

    def __init__(self) -> None:
        self.failure: Exception | None = None
        self._calls: queue.SimpleQueue[tuple[Callable[..., object], tuple[object, ...]]] = queue.SimpleQueue()
        self._closing = threading.Event()
        # It must not keep the process alive.
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    def submit(self, function: Callable[..., object], *arguments: object) -> None:
        """Have a function called when its turn comes."""
        self._calls.put((function, arguments))

    def close(self, seconds: float) -> None:
        """Wait until all is called, but no longer than so many seconds; then there is a `failure`."""
        self._closing.set()
        self._thread.join(seconds)
        if self._thread.is_alive():
            self.failure = TimeoutError(f"no answer within {seconds:g} seconds")

    def _work(self) -> None:
        # Not at once: two threads that take turns at every step cost a short one more than the work itself does.
        try:
            while not self._closing.wait(PAUSE):
                self._call_waiting()
            self._call_waiting()
        except Exception as error:  # Whatever it is, it must not stop training.
            self.failure = error

    def _call_waiting(self) -> None:
        while not self._calls.empty():
            function, arguments = self._calls.get()
            function(*arguments)
