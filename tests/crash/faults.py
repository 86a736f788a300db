"""Places where a process may be killed: before and in the middle of each write of a file."""

import builtins
import io
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any


class Faults:
    """Count the writes below a folder, and kill this process at one of them, as a loss of power would.

    Each synchronisation of a file, each renaming (before and after) and each write of a file that Python has opened is
    a place. Of the write at which the process is killed, half reaches the file.

    Args:
        folder: The folder.
        target: Number of the place to be killed at, from 1; 0 for none.
    """

    def __init__(self, folder: Path, target: int) -> None:
        self.folder, self.target, self.count = str(folder), target, 0

    def install(self) -> None:
        """Watch the writes of this process from now on."""
        os.replace = self._guarded(os.replace, is_after=True)
        os.rename = self._guarded(os.rename, is_after=True)
        os.fsync = self._guarded(os.fsync, is_after=False)
        builtins.open = io.open = self._opening(io.open)

    def _is_due(self) -> bool:
        self.count += 1
        return self.count == self.target

    def _place(self) -> None:
        if self._is_due():
            os.kill(os.getpid(), signal.SIGKILL)

    def _guarded(self, function: Callable[..., Any], is_after: bool) -> Callable[..., Any]:
        def guarded(*arguments: Any, **settings: Any) -> Any:
            self._place()
            result = function(*arguments, **settings)
            if is_after:
                self._place()
            return result

        return guarded

    def _opening(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def opening(file: Any, mode: str = "r", *arguments: Any, **settings: Any) -> Any:
            opened = function(file, mode, *arguments, **settings)
            if set(mode) & set("wax+") and str(file).startswith(self.folder):
                self._watch(opened)
            return opened

        return opening

    def _watch(self, file: Any) -> None:
        write = file.write

        def torn(content: Any) -> int:
            if self._is_due():
                write(content[: len(content) // 2])
                file.flush()
                os.kill(os.getpid(), signal.SIGKILL)
            return write(content)

        file.write = torn
