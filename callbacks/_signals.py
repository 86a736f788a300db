"""Signals that ask this process to end: the first one asks, the second one is not asked twice."""

import contextlib
import os
import signal
import socket
import threading
from collections.abc import Callable
from time import monotonic
from types import FrameType
from typing import Any

#: Ctrl-C; what `kill`, Slurm and others send before they kill; a closed terminal; Slurm's early warning.
SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGUSR1") if hasattr(signal, name))

#: What a closing terminal sends; None on Windows.
SIGHUP = getattr(signal, "SIGHUP", None)

#: Seconds in which a SIGHUP is part of the request before it: the shell and the kernel both send one when a terminal
#: closes, and systemd sends one after its SIGTERM.
SAME_REQUEST = 1.0

#: Seconds that Python gets to end the process by itself.
GRACE = 0.5


class EndSignals:
    """Inside `with`, call a function at the first of `SIGNALS`, and end the process at once at the second.

    A second Ctrl-C raises `KeyboardInterrupt`, and any other second signal `SystemExit`, so that files that are only
    half written are removed. Python calls its handlers between two of its own instructions. So neither would come
    before the end of a long step on the device, and two signals of one kind would be taken for one. Therefore a thread
    reads the signals as well, from a socket that Python's C code writes them to when they come. If Python does not end
    the process soon, the thread does. This leaves no half-written files, because Python is not writing any then.

    Handlers can be set in the main thread only; elsewhere, nothing happens.

    Args:
        first: Called at the first signal, with its number.
        advice: Printed when the thread has ended the process. Defaults to an empty text.
    """

    def __init__(self, first: Callable[[int], None], advice: str = "") -> None:
        self._first = first
        self._farewell = f"Ended at once, in the middle of a step. What was saved before is whole. {advice}".rstrip()

    def __enter__(self) -> "EndSignals":
        self._previous: dict[int, Any] = {}
        if threading.current_thread() is not threading.main_thread():
            return self
        self._requests, self._is_settled, self._is_late = _Requests(), threading.Event(), False
        self._reader, self._writer = socket.socketpair()
        self._writer.setblocking(False)
        self._wakeup = signal.set_wakeup_fd(self._writer.fileno(), warn_on_full_buffer=False)
        for number in SIGNALS:
            previous = signal.getsignal(number)
            # `nohup` ignores SIGHUP, which must stay so. A handler of C code could not be put back.
            if previous is not None and (number, previous) != (SIGHUP, signal.SIG_IGN):
                self._previous[number] = signal.signal(number, self._handle)
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        _entered.append(self)
        return self

    def __exit__(self, *exception: object) -> None:
        if self not in _entered:
            return
        self._put_back(self._wakeup)
        self._is_settled.set()
        self._writer.close()
        self._thread.join()
        self._reader.close()

    def _put_back(self, wakeup: int) -> None:
        """Let signals do what they did before."""
        _entered.remove(self)
        for number, handler in self._previous.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(wakeup)

    def _handle(self, number: int, frame: FrameType | None) -> None:
        """Answer a signal between two instructions of Python."""
        if not self._requests.is_second(number) and not self._is_late:
            self._first(number)
            return
        self._is_settled.set()
        if number == signal.SIGINT:
            raise KeyboardInterrupt
        raise SystemExit(128 + number)

    def _watch(self) -> None:
        """Wait in a thread for the second request, and see to it that it is answered."""
        requests = _Requests()
        while received := self._reader.recv(64):
            for number in received:
                if number in self._previous:
                    if requests.is_second(number):
                        self._insist(number)
                elif self._wakeup != -1:
                    # Other signals are for whoever was told of them before.
                    os.write(self._wakeup, bytes([number]))

    def _insist(self, number: int) -> None:
        """End the process if Python does not answer the second request soon."""
        if self._is_settled.wait(GRACE):
            return
        # Python may have taken two signals for one, and have called its handler once.
        self._is_late = True
        os.kill(os.getpid(), number)
        if not self._is_settled.wait(GRACE):
            with contextlib.suppress(OSError):  # The terminal may be gone.
                os.write(2, f"{self._farewell}\n".encode())
            os._exit(128 + number)


class _Requests:
    """Requests to end as one reader of signals sees them."""

    def __init__(self) -> None:
        self._first: float | None = None

    def is_second(self, number: int) -> bool:
        """Return whether a signal that has just come is a request of its own, after an earlier one."""
        now = monotonic()
        if self._first is None:
            self._first = now
            return False
        return number != SIGHUP or now - self._first > SAME_REQUEST


#: What is entered, the latest last.
_entered: list[EndSignals] = []


def _forget() -> None:
    """Take nothing of this over to a forked process, which its parent ends by SIGTERM: it shares the socket."""
    while _entered:
        _entered[-1]._put_back(-1)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
