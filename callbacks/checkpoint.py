"""Checkpoints that a run continues from as if it had never stopped, and the best of them."""

import json
import math
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal

import keras
from keras import ops
from keras.backend import is_float_dtype

from keras_gan.callbacks._clock import Stopwatch
from keras_gan.callbacks._formats import FORMATS, Format
from keras_gan.callbacks._periodic import Periodic
from keras_gan.callbacks._stages import Stage
from keras_gan.callbacks.charts import CHARTS
from keras_gan.checks import Positive, check_count, check_number, check_text, checked_path, conform, require
from keras_gan.files import MODELS, numbered_files, remove, replace_text, steps_in_name
from keras_gan.manifest import check_facts
from keras_gan.processes import Vote
from keras_gan.reading import read_json, reading

#: Name of the best model, without what names its format.
BEST = "best"

#: What the best model is the best by.
BEST_RECORD = "best.json"

#: Its values, and their types.
BEST_FIELDS = {"monitor": str, "mode": str, "value": float, "epochs": int}


def checkpoints(folder: str | Path) -> list[tuple[int, Path]]:
    """Return a folder's checkpoints as (epochs done, file), the oldest first; none if there is no such folder."""
    return numbered_files(checked_path(folder, "folder"), *MODELS)


def steps_into_epoch(path: str | Path) -> int:
    """Return the `initial_step` of a `fit` that goes on from a checkpoint.

    Args:
        path: The checkpoint.

    Returns:
        Steps that are done of the epoch after those of the checkpoint; 0 if it was saved between epochs.
    """
    return steps_in_name(checked_path(path, "path"))


def read_best(folder: str | Path) -> dict[str, Any] | None:
    """Return what a folder's best model is the best by: `monitor`, `mode`, `value` and `epochs`; None if there is none.

    Args:
        folder: The folder of the checkpoints.

    Raises:
        ValueError: If its record is damaged.
    """
    path = checked_path(folder, "folder") / BEST_RECORD
    if not path.exists():
        return None
    record = read_json(path)
    with reading(path, "the record of a best model"):
        for name, kind in BEST_FIELDS.items():
            conform(record[name], kind, name)
    return record


def has_finite_weights(model: keras.Model) -> bool:
    """Return whether all weights of a model are finite.

    Args:
        model: The model.
    """
    return all(bool(ops.all(ops.isfinite(weight))) for weight in model.weights if is_float_dtype(weight.dtype))


class GanCheckpoint(Periodic):
    """Save the whole model every few epochs and when `fit` ends, early or not, unless by an exception.

    A `.keras` file holds both networks, both optimizers, the noise generators and the metrics' windows. The networks
    have the weights that are trained. If an optimizer keeps averages of them, a loaded model makes its averaged
    generator from these. The file appears under its name only once it is whole on disk. Its manifest has a checksum of
    each part, by which `kg.load_model` finds a file that was altered. A model that has diverged, as `DivergenceGuard`
    finds, is not saved. Nor is one with weights that are NaN or infinite, so that the last sound checkpoints stay; a
    warning says so.

    It saves any Keras model. Of a model of your own, it stores what the model's `save` stores.

    Args:
        folder: Where `epoch_000100.keras` and so on go; the number is that of the epochs done, and the `initial_epoch`
            of a `fit` that goes on. If `fit` was paused within an epoch, as by `GracefulStop`, the name also has the
            `initial_step`: `epoch_000100_step_000020.keras`. Made if need be.
        every: Epochs from one checkpoint to the next, at least 1; or an interval such as "500 steps" or "20 kimg".
            Defaults to 100.
        keep: How many of the latest checkpoints to keep, at least 1. Defaults to 3.
        monitor: Key of the logs, such as "fid_score": the model of the epoch with its best value is kept besides, in
            `best.keras`, with the value and the epochs done in `best.json`. Only epochs whose logs have the key count.
            A best model of earlier training in this folder stays until one is better. Defaults to None, for no best.
        mode: "min" if less is better, "max" if more is. Defaults to "min".
        facts: What the manifest of each checkpoint says besides the epochs, as values of JSON by name. Defaults to
            None, nothing.
        minutes: Save as well once so many minutes, more than 0, have passed since the last checkpoint or the start of
            training: after a step if `fit` trains on a feed, else at the end of an epoch. Defaults to None, by epochs
            alone.
        format: "keras" for `.keras` files. "orbax" for folders `epoch_000100.orbax`, which Orbax writes while training
            goes on; where several processes train together, each writes the parts of the weights that its devices
            have, and all must see `folder`. It needs the package orbax-checkpoint. `kg.load_model` loads both, and
            `keras-gan convert` turns one into the other. Defaults to "keras".

    Raises:
        ValueError: If `every` is no interval, `keep` no integer of at least 1, `mode` or `format` is another, or
            `minutes` no positive number; or when training begins, if the model has no `save`, or not all processes see
            the folder of Orbax's checkpoints.
    """

    stage = Stage.SAVE
    needs = ("save",)

    def __init__(
        self,
        folder: str | Path,
        every: int | str = 100,
        keep: int = 3,
        monitor: str | None = None,
        mode: Literal["min", "max"] = "min",
        facts: Mapping[str, Any] | None = None,
        minutes: float | None = None,
        format: Literal["keras", "orbax"] = "keras",
    ) -> None:
        super().__init__(every)
        check_count(keep, "keep")
        if mode not in ("min", "max"):
            raise ValueError(f'`mode` must be "min" or "max". Received: mode={mode!r}')
        if monitor is not None:
            check_text(monitor, "monitor")
        check_facts({} if facts is None else facts)
        require(format in tuple(FORMATS), "format", f"one of {', '.join(FORMATS)}", repr(format))
        if minutes is not None:
            check_number(minutes, "minutes", Positive)
        self.folder = checked_path(folder, "folder")
        self.keep = keep
        self.monitor = monitor
        self.mode = mode
        self.facts = {} if facts is None else dict(facts)
        self.minutes = minutes
        self._format: Format = FORMATS[format]()
        self._since_last = Stopwatch()
        # Where several processes train together, one whose clock is ahead must not save alone.
        self._vote = Vote()
        self._is_late = False

    def is_due(self, epoch: int) -> bool:
        return super().is_due(epoch) or self._is_due_by_time()

    def _is_due_by_time(self) -> bool:
        if self.minutes is None:
            return False
        # Kept until the model is saved: processes do not vote each time that they are asked.
        self._is_late = bool(self._vote.largest(int(self._since_last.seconds >= 60 * self.minutes))) or self._is_late
        if not self._is_late:
            return False
        # The state of an epoch in the middle of a dispatch is no longer there: the dispatch's last one is saved.
        return not getattr(self.model, "is_ahead", False)

    def reads_model(self, epoch: int) -> bool:
        # Figures of quality come in epochs in which QualityMonitor reads the model.
        may_be_any_epoch = self.monitor is not None and self.monitor not in CHARTS["quality"]
        return may_be_any_epoch or super().reads_model(epoch)

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
        super().on_train_begin(logs)
        self._format.begin(self.folder)
        self._is_started = False
        self._best: float | None = None
        self._best_epochs: int | None = None
        self._saved_epoch: int | None = None
        self._is_monitored = False
        self._is_sound = True
        self._is_paused = False
        self._latest: tuple[int, dict[str, float]] | None = None
        self._is_late = False
        self._since_last.restart()

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        if self._is_started:
            return
        self._is_started = True
        self._best = self._read_best()
        if epoch == 0 and self._best is not None:
            warnings.warn(
                f"{self.folder} has a best model of another training, by {self.monitor} {self._best:g}, which stays "
                "unless this training is better. Give another `folder` to keep them apart",
                stacklevel=2,
            )
        later = [path.name for number, path in checkpoints(self.folder) if number > epoch]
        if later:
            warnings.warn(f"{self.folder} has checkpoints of another training, which stay: {later}", stacklevel=2)

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        if getattr(self.model, "has_diverged", False):
            return
        logs = {} if logs is None else logs
        # Before the checkpoint: a process that dies in between trains this epoch again, and finds the same best.
        self._consider(epoch, logs)
        super().on_epoch_end(epoch, logs)
        self._latest = (epoch, logs)

    def on_epoch_part(self, epoch: int, steps: int, is_last: bool) -> None:
        super().on_epoch_part(epoch, steps, is_last)
        if is_last:
            self._latest, self._is_paused = None, True
        if (is_last or self._is_due_by_time()) and not getattr(self.model, "has_diverged", False):
            self._keep(epoch, steps)

    def on_train_end(self, logs: dict[str, float] | None = None) -> None:
        if getattr(self.model, "has_diverged", False):
            self._format.finish()
            return
        if self._latest is not None:
            # Figures of the last epoch may have come after its end.
            self._consider(*self._latest)
        super().on_train_end(logs)
        self._format.finish()
        if self.monitor is not None and not self._is_monitored and not self._is_paused:
            available = sorted(self._latest[1]) if self._latest else []
            warnings.warn(
                f"GanCheckpoint kept no best model: no epoch had {self.monitor!r} in its logs. Available: {available}",
                stacklevel=2,
            )

    def act(self, epoch: int, logs: dict[str, float]) -> None:
        if self._keep(epoch + 1):
            self._saved_epoch = epoch

    def _keep(self, epochs: int, steps: int = 0) -> bool:
        """Save a checkpoint of so many epochs and steps, and return whether the model was sound."""
        self._since_last.restart()
        self._is_late = False
        if not has_finite_weights(self.model):
            if self._is_sound:
                warnings.warn(
                    f"No checkpoint of epoch {epochs - (not steps)}: the model has weights that are NaN or infinite. "
                    "Checkpoints stay what they were. DivergenceGuard stops such a training",
                    stacklevel=3,
                )
            self._is_sound = False
            return False
        is_best = self._best_epochs == epochs and not steps
        same = self._best_path if is_best else None
        self._save(self._path(epochs, steps), epochs, steps, lambda: self._remove_old(epochs), same)
        return True

    def _remove_old(self, epochs: int) -> None:
        own = [path for number, path in checkpoints(self.folder) if number <= epochs]
        for path in own[: -self.keep]:
            remove(path)

    def _consider(self, epoch: int, logs: dict[str, float]) -> None:
        value = None if self.monitor is None else logs.get(self.monitor)
        if value is None:
            return
        self._is_monitored = True
        if not self._format.exists(self._best_paths):
            self._best = None
        is_better = self._best is None or (value < self._best if self.mode == "min" else value > self._best)
        if not is_better or not math.isfinite(value) or not has_finite_weights(self.model):
            return
        same = self._path(epoch + 1) if self._saved_epoch == epoch else None
        self._save(self._best_path, epoch + 1, 0, lambda: self._record_best(value, epoch + 1), same)
        self._best, self._best_epochs = value, epoch + 1

    def _record_best(self, value: float, epochs: int) -> None:
        record = {"monitor": self.monitor, "mode": self.mode, "value": float(value), "epochs": epochs}
        replace_text(self.folder / BEST_RECORD, json.dumps(record, indent=2) + "\n")
        for path in self._best_paths:
            if path != self._best_path and path.exists():
                remove(path)

    def _save(self, path: Path, epochs: int, steps: int, then: Callable[[], object], same: Path | None) -> None:
        facts = {"epochs": epochs, "steps": steps, "images": getattr(self.model, "images_seen", None)}
        self._format.save(self.model, path, {**facts, **self.facts}, then, same)

    @property
    def _best_paths(self) -> list[Path]:
        """Where a best model may be: a run that goes on may have had another format."""
        return [self.folder / f"{BEST}{suffix}" for suffix in MODELS]

    @property
    def _best_path(self) -> Path:
        return self.folder / f"{BEST}{self._format.suffix}"

    def _path(self, epochs: int, steps: int = 0) -> Path:
        within = f"_step_{steps:06d}" if steps else ""
        return self.folder / f"epoch_{epochs:06d}{within}{self._format.suffix}"

    def _read_best(self) -> float | None:
        """Return the best value of the training that goes on, or None if it has none by this key."""
        record = read_best(self.folder)
        if record is None or (record["monitor"], record["mode"]) != (self.monitor, self.mode):
            return None
        return record["value"]
