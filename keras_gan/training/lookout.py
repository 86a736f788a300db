"""A program beside each of several processes that train together: it ends its process when another one has died.

It is a process of its own, so that it goes on where JAX ends the training, or waits for ever. The lookout of the first
process is the hub, to which the others are connected. Its arguments are the name of its process, and the hub's host
and port. The hub has none of these two, and prints its port. On standard input it reads `advice TEXT`, then `done`, or
`failed`, which ends the other processes alone. If the input ends without these, its process has died.
"""

import contextlib
import functools
import os
import selectors
import signal
import socket
import sys
from collections.abc import Callable
from typing import Any

#: Seconds without traffic, between probes, and the number of probes after which a silent host is lost.
KEEPALIVE = {"TCP_KEEPIDLE": 10, "TCP_KEEPINTVL": 5, "TCP_KEEPCNT": 4}

#: Seconds in which a lookout reaches the hub.
PATIENCE = 60

#: The process that this program is for.
PARENT = os.getppid()


class Lookout:
    """What one lookout sees.

    Args:
        name: Name of its process.
        hub: Host and port of the hub; None in the hub itself.
    """

    def __init__(self, name: str, hub: tuple[str, int] | None) -> None:
        self.name = name
        self.advice = ""
        self._is_hub, self._is_done, self._has_ended = hub is None, False, False
        self._selector = selectors.DefaultSelector()
        self._names: dict[socket.socket, str] = {}
        self._listen(sys.stdin, self._hear_own)
        if hub is None:
            server = socket.create_server(("", 0))
            self._listen(server, lambda: self._add(server.accept()[0], "another process"))
            print(server.getsockname()[1], flush=True)
        else:
            self._add(socket.create_connection(hub, PATIENCE), "the first process")
            self._tell(f"name {name}")

    def watch(self) -> None:
        """Wait until all processes are done, or one has died."""
        # The hub stays for the others.
        while not self._is_done or (self._is_hub and self._names):
            for key, _ in self._selector.select():
                key.data()

    def _hear_own(self) -> None:
        for line in _lines(functools.partial(os.read, sys.stdin.fileno())) or ["died"]:
            word, _, text = line.partition(" ")
            if word == "advice":
                self.advice = text
                continue
            self._selector.unregister(sys.stdin)
            self._is_done, self._has_ended = word == "done", word != "done"
            if self._has_ended and self._is_hub:
                self._end(self.name)
            if not self._is_hub:
                # Only the hub knows whether another process died before.
                self._tell("done" if self._is_done else "died")
            return

    def _hear(self, connection: socket.socket) -> None:
        for line in _lines(connection.recv) or ["died"]:
            word, _, text = line.partition(" ")
            if word == "name":
                self._names[connection] = text
            elif word == "done":
                self._selector.unregister(connection)
                del self._names[connection]
                return
            elif self._is_hub or not self._is_done:
                self._end(text or self._names[connection])

    def _end(self, lost: str) -> None:
        """End this process, and by the hub all others, because one has died."""
        if self._is_hub:
            self._tell(f"lost {lost}")
        line = f"{lost[:1].upper()}{lost[1:]} has ended, and ends this run. {self.advice}".rstrip()
        print(line, file=sys.stderr, flush=True)
        # The parent of a process whose own has died is another one.
        if not self._has_ended and os.getppid() == PARENT:
            os.kill(PARENT, signal.SIGKILL)
        sys.exit()

    def _tell(self, line: str) -> None:
        for connection in self._names:
            with contextlib.suppress(OSError):
                connection.sendall(f"{line}\n".encode())

    def _add(self, connection: socket.socket, name: str) -> None:
        connection.setblocking(True)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for option, value in KEEPALIVE.items():
            if hasattr(socket, option):
                connection.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), value)
        self._names[connection] = name
        self._listen(connection, functools.partial(self._hear, connection))

    def _listen(self, source: Any, hear: Callable[[], None]) -> None:
        self._selector.register(source, selectors.EVENT_READ, hear)


def _lines(read: Callable[[int], bytes]) -> list[str]:
    """Return the lines that have come; none if the connection is lost."""
    received = b""
    with contextlib.suppress(OSError):
        while (part := read(4096)) and not (received := received + part).endswith(b"\n"):
            pass
    return received.decode(errors="replace").splitlines()


def main(name: str, host: str = "", port: str = "") -> None:
    """Watch, deaf to signals that are for the training."""
    for number in ("SIGINT", "SIGTERM", "SIGHUP", "SIGUSR1"):
        signal.signal(getattr(signal, number), signal.SIG_IGN)
    Lookout(name, (host, int(port)) if host else None).watch()


if __name__ == "__main__":
    main(*sys.argv[1:])
