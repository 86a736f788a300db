"""The one process that may write to a run's folder."""

import datetime
import json
import os
import socket
import time
from pathlib import Path

import filelock
import keras

from keras_gan.callbacks._stages import Stage
from keras_gan.console import say
from keras_gan.files import replace_text

#: The lock of a run, and what is known of the process that holds it.
LOCK, OWNER = "run.lock", "owner.json"

#: Seconds without a sign of life after which a process on another machine counts as dead.
PATIENCE = 30.0

#: Seconds to wait for the owner of a lock that names no process. `filelock` takes it over after two: the machine lost
#: power, or its disk was full, when the lock was made. A living process writes its name at once.
PATIENCE_WITH_UNKNOWN = 4.0


class Ownership:
    """The right to write to a run's folder, until it is released or the process dies.

    The lock of a process that has died on this machine is taken over at once. A process on another machine, which
    shares the file system, renews its lock every ten seconds. If it has not done so for half a minute, its lock is
    taken over too.

    Args:
        folder: The run's folder.

    Raises:
        RunInUseError: If another process owns the run.
        OSError: If the lock cannot be written.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        # Any thread may release it: a notebook may train in one.
        self._lock = filelock.SoftFileLease(folder / LOCK, lease_duration=PATIENCE, thread_local=False)
        if not (self._acquire(0) or self._acquire_from_unknown() or self._acquire(self._patience())):
            raise RunInUseError(folder, self._owner())
        host, now = socket.gethostname(), datetime.datetime.now().isoformat(sep=" ", timespec="seconds")
        replace_text(folder / OWNER, json.dumps({"pid": os.getpid(), "host": host, "started": now}) + "\n")

    def check(self) -> None:
        """Refuse to go on if another process has taken the run over, because this one gave no sign of life.

        Raises:
            RunInUseError: If it has.
        """
        if self._lock.compromise is not None:
            raise RunInUseError(self.folder, self._owner())

    def close(self) -> None:
        """Let others own the run."""
        if self._lock.is_locked and self._lock.compromise is None:
            (self.folder / OWNER).unlink(missing_ok=True)
        self._lock.release(force=True)

    def _acquire(self, seconds: float) -> bool:
        try:
            self._lock.acquire(timeout=seconds)
        except filelock.Timeout:
            return False
        return True

    def _acquire_from_unknown(self) -> bool:
        """Wait until the owner of a lock is known, or can be taken for dead."""
        until = time.monotonic() + PATIENCE_WITH_UNKNOWN
        while self._lock.pid is None and time.monotonic() < until:
            if self._acquire(0.1):
                return True
        return False

    def _owner(self) -> dict[str, object]:
        try:
            owner = json.loads((self.folder / OWNER).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return owner if isinstance(owner, dict) else {}

    def _patience(self) -> float:
        """Return the seconds to wait for an owner that may be dead, and say so if they are many."""
        host = self._owner().get("host", socket.gethostname())
        if host == socket.gethostname():
            return 0
        say(f"{self.folder} is in use on {host}. Waiting {PATIENCE:g} seconds for a sign of life.")
        return PATIENCE + 5


class RunInUseError(OSError):
    """A run's folder is in use by another process.

    Args:
        folder: The run's folder.
        owner: What is known of that process: its `pid`, `host` and start.
    """

    def __init__(self, folder: Path, owner: dict[str, object]) -> None:
        about = "process {pid} on {host}, since {started}".format_map({"pid": "?", "host": "?", "started": "?"} | owner)
        advice = "Wait for it, or stop it"
        if not owner:
            # The lock may be empty: its machine lost power when it was made.
            about, advice = "another process", f"{advice}. If there is none, delete {folder / LOCK}"
        super().__init__(f"{folder} is in use by {about}. {advice}")


class OwnershipCheck(keras.callbacks.Callback):
    """End training when another process has taken the run over.

    Args:
        ownership: The right of this process.
    """

    stage = Stage.GUARD

    def __init__(self, ownership: Ownership) -> None:
        super().__init__()
        self._ownership = ownership

    def reads_model(self, epoch: int) -> bool:
        """Return whether the callback looks at the model after an epoch."""
        return False

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        self._ownership.check()
