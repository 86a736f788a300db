"""Saved runs, read from their folders."""

import dataclasses
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from keras_gan.analysis.run.history import read_losses
from keras_gan.analysis.run.quality_history import QualityHistory, read_quality
from keras_gan.checks import is_whole
from keras_gan.files import numbered_files, replace_text
from keras_gan.reading import FileError, read_json, reading
from keras_gan.settings import flatten

#: Columns that every run must have.
REQUIRED = ("d_loss", "g_loss")

#: Least number of epochs for a diagnosis.
LEAST_EPOCHS = 20

#: Losses whose values are a discriminator's cross-entropies: of other programs, and of runs of this package.
CROSS_ENTROPIES = ("cross-entropy", "non_saturating", "minimax")

#: File with remarks about a run.
RUN_NOTES = "run.json"

#: What that file may say of a run.
REMARKS = ("notes", "started", "wandb_url", "diverged", "copies", "nearest")

#: Picture of the run's training images, next to the pictures that `SampleGrid` saves.
REAL_PICTURE = "real.png"

#: Picture of the samples that are nearest to training images, above these images.
NEAREST_PICTURE = "nearest.png"


@dataclasses.dataclass(frozen=True)
class SavedRun:
    """A run and all that was saved of it.

    Attributes:
        name: Name of the run.
        history: Losses and other logged values: columns by name, float64, all of the same length.
        config: Configuration of the training. Defaults to an empty mapping.
        quality: Quality of the samples, or None if it was not measured. Defaults to None.
        pictures: Grids of samples as (number of epochs done, file), the oldest first. Defaults to an empty tuple.
        real_picture: A grid of real images, or None. Defaults to None.
        notes: The user's notes. Defaults to "".
        started: Date of the start, such as 2026-01-09, or "". Defaults to "".
        wandb_url: URL of the run on Weights & Biases, or None. Defaults to None.
        is_offline: Whether Weights & Biases has logged it on this machine alone. Defaults to False.
        diverged: Reason why training was stopped because it diverged, or None. Defaults to None.
        copies: Evidence that samples are copies of training images, from a report that had these images; "" if no
            copies were found, None if they were not searched for. Defaults to None.
        nearest: How many samples count as copies, in words, from the last such report. Defaults to None.
        nearest_picture: The samples that are nearest to training images, above these, or None. Defaults to None.
        changes: Settings that changed when the run was resumed, in words. Defaults to an empty tuple.

    Raises:
        ValueError: If a loss is missing or there is no epoch.
    """

    name: str
    history: dict[str, np.ndarray]
    config: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    quality: QualityHistory | None = None
    pictures: tuple[tuple[int, Path], ...] = ()
    real_picture: Path | None = None
    notes: str = ""
    started: str = ""
    wandb_url: str | None = None
    is_offline: bool = False
    diverged: str | None = None
    copies: str | None = None
    nearest: str | None = None
    nearest_picture: Path | None = None
    changes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        missing = [key for key in REQUIRED if key not in self.history]
        if missing:
            raise ValueError(f"A run's history must have {REQUIRED}. Missing: {missing} in {list(self.history)}")
        if len(self.history["d_loss"]) == 0:
            raise ValueError(f"The history of {self.name} must have at least one epoch. Received: no epochs")

    @property
    def epochs(self) -> int:
        """Number of epochs that are done."""
        return len(self.history["d_loss"])

    @property
    def progress(self) -> str:
        """What is done, in words: epochs, and steps and images where an epoch is not one step."""
        counted = [_counted(self.epochs, "epoch")]
        if "steps" in self.history:
            counted.append(_counted(int(self.history["steps"][-1]), "step"))
        if "kimg" in self.history:
            counted.append(f"{self.history['kimg'][-1]:.1f} thousand images")
        return ", ".join(counted)

    @property
    def fresh_quality(self) -> QualityHistory | None:
        """The quality, or None if the last evaluation is longer ago than the longest time between two evaluations."""
        if self.quality is None:
            return None
        measured = np.concatenate([[-1.0], self.quality.figures["epoch"]])
        last = self.history["epoch"][-1] if "epoch" in self.history else self.epochs - 1
        return self.quality if last - measured[-1] <= np.max(np.diff(measured)) else None

    @property
    def is_clipped(self) -> bool:
        """Whether the critic's weights were clipped."""
        return self.config.get("clip_threshold") is not None

    @property
    def is_cross_entropy(self) -> bool:
        """Whether the losses are cross-entropies, as in the original GAN, and not means of a critic's scores."""
        return has_cross_entropy(self.config)


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def has_cross_entropy(config: Mapping[str, Any]) -> bool:
    """Return whether a discriminator is trained by cross-entropy.

    Args:
        config: Configuration of the run under flat names, as far as it is known.
    """
    return config.get("loss") in CROSS_ENTROPIES


def is_of_command(config: Mapping[str, Any]) -> bool:
    """Return whether a run was started by `keras-gan train` or `kg.train`, and not by `fit` or another program.

    Args:
        config: Configuration of the run under flat names, as far as it is known.
    """
    # Only configurations of the command begin with a preset.
    return "preset" in config


def load_run(folder: str | Path) -> SavedRun:
    """Read a run's folder.

    Args:
        folder: Folder with `losses.csv`. The files `config.json`, `environment.json`, `run.json`, `quality.csv` and
            the folder `samples/` are read if they exist.

    Returns:
        The run.

    Raises:
        FileNotFoundError: If the folder has no losses.csv.
        ValueError: If a file is invalid; the message names it.
    """
    folder = Path(folder).absolute()
    losses, quality = folder / "losses.csv", folder / "quality.csv"
    real, nearest = (folder / "samples" / name for name in (REAL_PICTURE, NEAREST_PICTURE))
    if not losses.is_file():
        raise FileNotFoundError(f"{folder} is not a run folder: it has no losses.csv")
    about = read_remarks(folder)
    history = read_losses(losses, is_growing=True)
    if missing := [name for name in REQUIRED if name not in history]:
        raise FileError(f"{losses} must have columns {' and '.join(REQUIRED)}. Missing: {' and '.join(missing)}")
    epochs = len(history["d_loss"])
    if epochs == 0:
        raise FileError(f"{losses} must have at least one epoch. Received: no epochs")
    pictures = [pair for pair in numbered_files(folder / "samples", ".png") if pair[0] <= epochs]
    return SavedRun(
        name=folder.name,
        history=history,
        config=flatten(_read_object(folder / "config.json")),
        quality=read_quality(quality) if quality.is_file() else None,
        pictures=tuple(pictures),
        real_picture=real if real.is_file() else None,
        notes=about.get("notes") or "",
        started=about.get("started") or "",
        wandb_url=about.get("wandb_url"),
        is_offline=any(folder.glob("wandb/offline-run-*")),
        diverged=about.get("diverged"),
        copies=about.get("copies"),
        nearest=about.get("nearest"),
        nearest_picture=nearest if nearest.is_file() else None,
        changes=_read_changes(folder / "environment.json"),
    )


def read_remarks(folder: str | Path) -> dict[str, str | None]:
    """Return the remarks about a run in its run.json; an empty dict if it has none.

    Args:
        folder: The run's folder.

    Raises:
        ValueError: If the file is invalid, or a remark is no text.
    """
    path = Path(folder) / RUN_NOTES
    about = _read_object(path)
    others = [name for name in REMARKS if not _is_remark(about.get(name))]
    if others:
        raise FileError(f"{path} must hold texts. Received: {', '.join(others)} of another kind")
    return about


def _is_remark(value: Any) -> bool:
    return value is None or (isinstance(value, str) and is_whole(value))


def _read_changes(path: Path) -> tuple[str, ...]:
    environment = _read_object(path)
    with reading(path, "a run's versions, data and changes"):
        return tuple(_changes(environment))


def _changes(environment: Mapping[str, Any]) -> Iterator[str]:
    """Yield the settings that changed when a run was resumed, from its environment.json."""
    for resume in environment.get("resumes", []):
        within = f", step {resume['step']}" if "step" in resume else ""
        for name, (old, new) in resume.get("changes", {}).items():
            yield f"{name} {old} → {new} from epoch {resume['epoch']}{within}"


def annotate(folder: str | Path, **values: str | None) -> None:
    """Change remarks about a run in its run.json.

    Args:
        folder: The run's folder.
        **values: New values, by the names `started`, `notes`, `wandb_url`, `diverged`, `copies` and `nearest`; and
            `closed`, the number of epochs that its generator and report are of.

    Raises:
        OSError: If the file cannot be written.
        ValueError: If the file is invalid.
    """
    text = json.dumps({**read_remarks(folder), **values}, indent=2) + "\n"
    replace_text(Path(folder) / RUN_NOTES, text)


def _read_object(path: Path) -> dict[str, Any]:
    return read_json(path) if path.exists() else {}
