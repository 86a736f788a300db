"""A program beside each of several processes that train together: it ends its process when another one has died.

It is a process of its own, so that it goes on where JAX ends the training, or waits for ever. The lookout of the first
process is the hub, to which the others are connected. Its arguments are the name and the folder of its process, and the
host, the port and the token of the hub. The hub has none of these three, and prints the port and the token. On standard
input it reads `advice TEXT`, then `done`, or `failed`, which ends the other processes alone. If the input ends without
these, its process has died. It closes its output to end its process, and kills it if that does not help.
"""

import contextlib
import functools
import os
import re
import secrets
import selectors
import shutil
import signal
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

#: Seconds without traffic, between probes, and the number of probes after which a silent host is lost.
KEEPALIVE = {"TCP_KEEPIDLE": 10, "TCP_KEEPINTVL": 5, "TCP_KEEPCNT": 4}

#: Seconds in which a lookout reaches the hub.
PATIENCE = 60

#: Seconds in which a process ends by itself when it is told to.
GRACE = 5

#: File in the folder of a process with what JAX's libraries print.
NATIVE_LOG = "native.log"

#: The process that this program is for.
PARENT = os.getppid()


class Lookout:
    """What one lookout sees.

    Args:
        name: Name of its process.
        folder: Folder that is removed after the process.
        hub: Host and port of the hub; None in the hub itself.
        token: What the hub knows lookouts by.
    """

    def __init__(self, name: str, folder: str, hub: tuple[str, int] | None, token: str) -> None:
        self.name = name
        self.folder = folder
        self.token = token
        self.advice = ""
        self._is_hub, self._is_done = hub is None, False
        self._has_ended, self._has_failed = False, False
        self._selector = selectors.DefaultSelector()
        self._names: dict[socket.socket, str] = {}
        self._listen(sys.stdin, self._hear_own)
        if hub is None:
            is_dual = socket.has_dualstack_ipv6()
            family = socket.AF_INET6 if is_dual else socket.AF_INET
            server = socket.create_server(("", 0), family=family, dualstack_ipv6=is_dual)
            self._listen(server, lambda: self._add(server.accept()[0]))
            print(server.getsockname()[1], token, flush=True)
        else:
            connection = socket.create_connection(hub, PATIENCE)
            self._add(connection)
            self._names[connection] = "the first process"
            self._tell(f"name {token} {name}")

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
            self._is_done, self._has_ended, self._has_failed = word == "done", word != "done", word == "failed"
            if self._has_ended and self._is_hub:
                self._end(self.name)
            if not self._is_hub:
                # Only the hub knows whether another process died before.
                self._tell("done" if self._is_done else "died")
            return

    def _hear(self, connection: socket.socket) -> None:
        for line in _lines(connection.recv) or ["died"]:
            word, _, text = line.partition(" ")
            if connection not in self._names:
                # Whoever looks for open ports is none of ours.
                if word != "name" or text.partition(" ")[0] != self.token:
                    self._drop(connection)
                    return
                self._names[connection] = text.partition(" ")[2]
            elif word == "done":
                self._drop(connection)
                del self._names[connection]
                return
            elif self._is_hub or not self._is_done:
                self._end(text or self._names[connection])

    def _drop(self, connection: socket.socket) -> None:
        self._selector.unregister(connection)
        connection.close()

    def _end(self, lost: str) -> None:
        """End this process, and by the hub all others, because one has died."""
        if self._is_hub:
            self._tell(f"lost {lost}")
        # A process that has failed has said why.
        if not self._has_failed:
            said = _native_errors(self.folder) if lost == self.name else []
            line = f"{lost[:1].upper()}{lost[1:]} has ended, and ends this run. {self.advice}".rstrip()
            print(*said, line, sep="\n", file=sys.stderr, flush=True)
        os.close(sys.stdout.fileno())
        # The parent of a process whose own has died is another one.
        if not _is_gone(GRACE) and not self._has_ended:
            os.kill(PARENT, signal.SIGKILL)
        if _is_gone(PATIENCE):
            shutil.rmtree(self.folder, ignore_errors=True)
        os._exit(0)

    def _tell(self, line: str) -> None:
        for connection in self._names:
            with contextlib.suppress(OSError):
                connection.sendall(f"{line}\n".encode())

    def _add(self, connection: socket.socket) -> None:
        # Lines come whole, but not from whoever looks for open ports.
        connection.settimeout(1)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for option, value in KEEPALIVE.items():
            if hasattr(socket, option):
                connection.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), value)
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


def _is_gone(seconds: float) -> bool:
    """Wait for the end of the process that this program is for; return whether it has come."""
    until = time.monotonic() + seconds
    while os.getppid() == PARENT and time.monotonic() < until:
        time.sleep(0.05)
    return os.getppid() != PARENT


def _native_errors(folder: str) -> list[str]:
    """Return the lines in which JAX's libraries say why they have ended the process."""
    try:
        text = (Path(folder) / NATIVE_LOG).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []
    return [line[:300] for line in re.findall(r"^(?:F\d{4} .*|  what\(\):.*|.*CHECK failed.*)", text, re.MULTILINE)][:3]


def main(name: str, folder: str, host: str = "", port: str = "", token: str = "") -> None:
    """Watch, deaf to signals that are for the training."""
    for number in ("SIGINT", "SIGTERM", "SIGHUP", "SIGUSR1"):
        signal.signal(getattr(signal, number), signal.SIG_IGN)
    Lookout(name, folder, (host, int(port)) if host else None, token or secrets.token_hex(8)).watch()


if __name__ == "__main__":
    main(*sys.argv[1:])
