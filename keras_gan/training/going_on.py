"""How a run goes on: its files are checked before anything is written, then its folder is made ready."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from keras_gan import callbacks
from keras_gan.analysis.run.history import parse_losses
from keras_gan.analysis.run.saved_run import read_remarks
from keras_gan.callbacks.checkpoint import read_best
from keras_gan.callbacks.quality_monitor import check_provenance
from keras_gan.chain import CHAIN, read_chain
from keras_gan.console import say
from keras_gan.files import MODELS, remove
from keras_gan.metrics import Evaluator
from keras_gan.tables import table_lines
from keras_gan.training import run_folder
from keras_gan.training.config import ExperimentConfig
from keras_gan.training.environment import check_environment, record_resume
from keras_gan.training.recovery import Restored, restore
from keras_gan.training.same_run import changed_settings

#: What the names of files that a run does not go on from begin with.
SET_ASIDE = "set_aside_"


def restore_checked(
    folder: Path, config: ExperimentConfig, environment: dict[str, Any], set_shape: tuple[int, ...]
) -> Restored:
    """Return the state that a run goes on from, after a check of its other files. Nothing is written.

    Args:
        folder: The run's folder.
        config: The configuration that the run goes on with.
        environment: The current backend, versions and data.
        set_shape: Shape of the set of images, `(count, height, width, channels)`.

    Raises:
        OSError: If a file cannot be read.
        ValueError: If the run has other images or another backend, or all its epochs, or a file is damaged.
    """
    for change in check_environment(folder, environment):
        say(f"Resuming under another version, so the last bits may differ: {change}")
    restored = restore(folder, config, set_shape)
    check_files(folder, restored.epochs)
    return restored


def check_files(folder: Path, start: int) -> None:
    """Refuse a run with a damaged file, before anything is written and before hours of training that it would end.

    Args:
        folder: The run's folder.
        start: Index of the epoch that the run goes on with; rows of later epochs are dropped.

    Raises:
        OSError: If a file cannot be read.
        ValueError: If a file is damaged; the message names it.
    """
    read_remarks(folder)
    read_best(folder / "checkpoints")
    read_chain(folder / CHAIN)
    if start > 0:
        losses = folder / "losses.csv"
        parse_losses(iter(callbacks.kept_rows(losses, start)), losses)


def check_quality(folder: Path, start: int, evaluator: Evaluator) -> None:
    """Refuse to measure samples otherwise than in the epochs that are done.

    Args:
        folder: The run's folder.
        start: Number of epochs that are done.
        evaluator: Evaluator of the samples' quality.

    Raises:
        ValueError: If quality.csv has figures of another kind, or is damaged.
    """
    if (folder / "quality.csv").exists():
        check_provenance(folder / "quality.csv", start, evaluator.provenance)


def take_up(folder: Path, config: ExperimentConfig, environment: dict[str, Any], restored: Restored) -> None:
    """Make the folder of a run ready to go on: record what changes, and set aside what the run does not go on from.

    config.json is written last. If the process dies before, the next resume takes the changes out of the record again.

    Args:
        folder: The run's folder.
        config: The configuration that the run goes on with.
        environment: The current backend, versions and data.
        restored: The state that it goes on from.
    """
    start, steps = restored.epochs, restored.steps
    saved = run_folder.load_config(folder)
    changes = changed_settings(saved, config)
    within = f", step {steps}" if steps else ""
    for name, (old, new) in changes.items():
        say(f"From epoch {start}{within}: {name} {old} → {new}")
    run_folder.remove_partial_files(folder)
    set_aside(restored.unused)
    if set(changes) - {"epochs"}:
        set_best_aside(folder, start)
    if start == 0:
        set_records_aside(folder)
    record_resume(folder, environment, saved, start, changes, steps)
    run_folder.write_config(folder, config)


def set_aside(paths: Sequence[Path]) -> None:
    """Rename files that a run does not go on from, so that it will not take them for its own."""
    for path in paths:
        target = path.with_name(f"{SET_ASIDE}{path.name}")
        remove(target)
        path.replace(target)


def set_best_aside(folder: Path, start: int) -> None:
    """Rename the best model of epochs that are trained again under other settings: the run will not have had it.

    Args:
        folder: The run's folder.
        start: Number of epochs that are done.
    """
    best = read_best(folder / "checkpoints")
    if best is not None and best["epochs"] > start:
        names = (*(f"best{suffix}" for suffix in MODELS), "best.json")
        set_aside([path for name in names if (path := folder / "checkpoints" / name).exists()])


def set_records_aside(folder: Path) -> None:
    """Rename the records of a run without a checkpoint, whose epochs are trained again, and say so.

    Args:
        folder: The run's folder.
    """
    losses = folder / "losses.csv"
    rows = len(list(table_lines(losses, is_growing=True))) - 1 if losses.exists() else 0
    if rows > 0:
        set_aside([path for path in (losses, folder / "quality.csv") if path.exists()])
        say(f"There is no checkpoint: {rows} epochs are trained again. Their losses are in {SET_ASIDE}{losses.name}.")
