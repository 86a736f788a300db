"""The losses of a run as a CSV file."""

import itertools
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from keras_gan.callbacks._recorder import EpochRecorder
from keras_gan.checks import check_count, check_flag, checked_path, shortened
from keras_gan.files import named_errors, whole_file
from keras_gan.tables import table_lines


class LossCsv(EpochRecorder):
    """Write one row an epoch, flushed to its file before the next epoch begins.

    The columns are `epoch` and the keys of the logs. Values are written in the shortest form that gives back the same
    float32. A key that only some epochs have, such as `fid_score`, gets its column when it first comes, and empty cells
    where it is missing. It takes the logs of any model, and of a loop that calls `on_train_begin` and `on_epoch_end`.

    Args:
        path: The file. Its folder is made if need be.
        append: Whether to continue an existing file: its rows from the first trained epoch on are dropped, as those of
            a run that was killed after its last checkpoint. Defaults to False, where an existing file is an error.

    Raises:
        FileExistsError: At the first epoch, if the file exists and is not to be continued, or has rows though training
            begins with epoch 0.
        FileNotFoundError: At the first epoch, if there is no file of the epochs before it.
        ValueError: At the first epoch, if the file lacks some of them.
        OSError: At the end of an epoch, if its row cannot be written; the message names the file.
    """

    def __init__(self, path: str | Path, append: bool = False) -> None:
        super().__init__()
        check_flag(append, "append")
        self.path = checked_path(path, "path")
        self.append = append

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
        super().on_train_begin(logs)
        self._columns: list[str] = []
        self._started = False

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        if self._started:
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        if self.append and epoch == 0:
            check_empty(self.path)
        if self.append and (epoch > 0 or self.path.exists()):
            self._columns = _keep_rows(self.path, epoch)
        else:
            self.path.touch(exist_ok=False)
        self._started = True

    def record(self, epoch: int, logs: dict[str, float]) -> None:
        # A loop of the user's own may not tell of the beginning of epochs.
        self.on_epoch_begin(epoch)
        if not self._columns:
            self._columns = ["epoch", *logs]
            self._append(self._columns)
        self._add_columns([key for key in logs if key not in self._columns])
        self._append(self._row(epoch, logs))

    def amend(self, epoch: int, logs: dict[str, float], late: dict[str, float]) -> None:
        self._add_columns([key for key in late if key not in self._columns])
        self._replace_last(self._row(epoch, logs))

    def _row(self, epoch: int, logs: dict[str, float]) -> list[object]:
        return [epoch, *(str(np.float32(logs[key])) if key in logs else "" for key in self._columns[1:])]

    def _add_columns(self, names: list[str]) -> None:
        if not names:
            return
        header, *rows = self.path.read_text(encoding="utf-8").splitlines()
        lines = [",".join([header, *names]), *(row + "," * len(names) for row in rows)]
        with whole_file(self.path) as new:
            new.write_text("\n".join(lines) + "\n", encoding="utf-8")
        self._columns += names

    def _append(self, row: Sequence[object]) -> None:
        # A file that was deleted under the run must not begin anew without its header and its past.
        with named_errors(self.path), open(self.path, "r+", encoding="utf-8") as file:
            file.seek(0, os.SEEK_END)
            file.write(_line(row))

    def _replace_last(self, row: Sequence[object]) -> None:
        lines = self.path.read_text(encoding="utf-8").splitlines(keepends=True)
        with whole_file(self.path) as new:
            new.write_text("".join([*lines[:-1], _line(row)]), encoding="utf-8")


def _line(row: Sequence[object]) -> str:
    return ",".join(map(str, row)) + "\n"


def check_empty(path: Path) -> None:
    """Refuse to begin anew with a file that has rows of epochs.

    Args:
        path: The file, which need not exist.

    Raises:
        FileExistsError: If it has rows.
    """
    if not path.exists():
        return
    rows = sum(1 for _ in table_lines(path, is_growing=True)) - 1
    if rows > 0:
        raise FileExistsError(
            f"{path} has rows of {rows} epochs: give `fit` the `initial_epoch` that training goes on with, "
            "or take another file. Received: initial_epoch=0"
        )


def kept_rows(path: Path, first_epoch: int) -> list[str]:
    """Return the lines of a file that a run keeps when it goes on from an epoch: the header, and a row an epoch before.

    Args:
        path: The file.
        first_epoch: Index of the epoch that the run goes on with.

    Returns:
        Whole lines; none if the run was killed before its first.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If the rows are not those of the epochs before.
    """
    path = checked_path(path, "path")
    check_count(first_epoch, "first_epoch", 0)
    kept = list(itertools.islice(table_lines(path, is_growing=True), 1 + first_epoch))
    epochs = [line.split(",", 1)[0] for line in kept[1:]]
    if len(epochs) < first_epoch or epochs != [str(epoch) for epoch in range(first_epoch)]:
        raise ValueError(
            f"{path} must hold the epochs 0 to {first_epoch - 1} to be continued. "
            f"Received: {len(epochs)} rows, the last of epoch {shortened(epochs[-1]) if epochs else 'none'}"
        )
    return kept


def _keep_rows(path: Path, first_epoch: int) -> list[str]:
    """Cut a file back to what is kept; return its columns, none if it has not even these."""
    kept = kept_rows(path, first_epoch)
    with whole_file(path) as new:
        new.write_text("".join(kept), encoding="utf-8")
    return kept[0].rstrip("\n").split(",") if kept else []
