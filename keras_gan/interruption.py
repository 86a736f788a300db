"""Ctrl-C while a command starts."""

import contextlib
import signal
import threading
from collections.abc import Iterator
from types import FrameType


@contextlib.contextmanager
def heeding_ctrl_c() -> Iterator[None]:
    """Raise `KeyboardInterrupt` at the end for a Ctrl-C whose exception was lost.

    Python prints and drops an exception in a callback of the garbage collector, such as JAX's, or in a finalizer.

    Raises:
        KeyboardInterrupt: At the end, if there was a Ctrl-C.
    """
    is_ours = threading.current_thread() is threading.main_thread()
    if not is_ours or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield
        return
    pressed = []

    def interrupt(number: int, frame: FrameType | None) -> None:
        pressed.append(number)
        raise KeyboardInterrupt

    signal.signal(signal.SIGINT, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if pressed:
        raise KeyboardInterrupt
