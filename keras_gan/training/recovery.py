"""The checkpoint that a run goes on from: the newest that is whole, of this run, and covered by the run's records."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import keras

from keras_gan import callbacks, models
from keras_gan.analysis.run.saved_run import read_remarks
from keras_gan.console import say
from keras_gan.manifest import read_manifest
from keras_gan.models.policies import exchange_policies
from keras_gan.reading import reading
from keras_gan.tables import read_records, split_row
from keras_gan.training.build import build_model, policies, set_learning_rates
from keras_gan.training.config import ExperimentConfig
from keras_gan.training.run_folder import load_config
from keras_gan.training.same_run import fixed_settings


class Restored(NamedTuple):
    """The state that a run goes on from.

    Attributes:
        model: The model.
        epochs: Number of epochs that are done.
        steps: Steps that are done of the epoch after these.
        unused: Newer checkpoints, which cannot be used.
    """

    model: models.GAN
    epochs: int
    steps: int
    unused: Sequence[Path]


def restore(folder: Path, config: ExperimentConfig, set_shape: tuple[int, ...]) -> Restored:
    """Return the state that a run goes on from.

    Args:
        folder: The run's folder.
        config: The configuration that the run goes on with.
        set_shape: Shape of the set of images, `(count, height, width, channels)`.

    Returns:
        The state in the newest checkpoint that can be used; a new model if the run was stopped before its first
        checkpoint.

    Raises:
        ValueError: If there are checkpoints, but none can be used, or the run has all its epochs.
    """
    saved = load_config(folder)
    problems: list[str] = []
    newer: list[Path] = []
    for done, path in reversed(callbacks.checkpoints(folder / "checkpoints")):
        try:
            check_records(folder, done)
            model, seen = _load(path, saved, set_shape)
        except (ValueError, OSError) as error:
            problems.append(f"{path.name} cannot be used: {error}")
            newer.append(path)
            continue
        _check_unfinished(folder, done, config)
        for problem in problems:
            say(f"{problem}. The checkpoint before it is used.")
        model = exchange_policies(model, **policies(config))
        set_learning_rates(model, config, set_shape)
        # An epoch of fewer images than before may end at once: its last step is trained.
        steps = min(callbacks.steps_into_epoch(path), config.run.epoch_steps(set_shape[0]) - 1)
        if seen is not None:
            model.images_before = seen - model.steps_taken * config.run.n_critic * config.run.batch_size
        return Restored(model, done, steps, newer)
    if problems:
        raise ValueError(f"{folder} cannot be resumed: {'; '.join(problems)}")
    return Restored(build_model(config, set_shape), 0, 0, [])


def check_records(folder: Path, done: int) -> None:
    """Refuse a checkpoint of epochs that the run's records do not reach.

    Args:
        folder: The run's folder.
        done: Number of epochs of the checkpoint.

    Raises:
        FileNotFoundError: If there is no losses.csv.
        ValueError: If losses.csv or quality.csv lacks rows of earlier epochs.
    """
    if done == 0:
        return
    # Which epochs were measured cannot be told from the configuration: the interval may have been another one, and
    # samples may not have been measurable.
    header, *rows = (split_row(line) for line in callbacks.kept_rows(folder / "losses.csv", done))
    measured = {epoch for epoch, row in enumerate(rows) if dict(zip(header, row)).get("fid_score")}
    quality = folder / "quality.csv"
    if missing := measured - (found := _measured_epochs(quality) if measured else set()):
        last = max(found, default="none")
        raise ValueError(f"{quality} must have a row of epoch {max(missing)}. Received: {last} as its last epoch")


def _measured_epochs(path: Path) -> set[int]:
    if not path.exists():
        return set()
    _, records = read_records(path)
    with reading(path, "a table of figures"):
        return {int(row["epoch"]) for _, row in records}


def _check_unfinished(folder: Path, done: int, config: ExperimentConfig) -> None:
    """Refuse a run that has nothing left to do; one that was killed after its last epoch has files left to write."""
    remarks, epochs = read_remarks(folder), config.run.epochs
    # Runs of earlier versions do not say what their last files are of.
    is_closed = (folder / "generator.keras").exists() and remarks.get("closed", str(done)) == str(done)
    if done > epochs or (done == epochs and is_closed):
        raise ValueError(f"{folder} has all its {done} epochs. Give more with `--epochs`. Received: {epochs}")


def _load(path: Path, saved: ExperimentConfig, set_shape: tuple[int, ...]) -> tuple[models.GAN, int | None]:
    """Load a checkpoint, if it is of the run with this configuration.

    Returns:
        The model, and the number of images that it was trained on, or None if the manifest does not say so.

    Raises:
        ValueError: If the file is damaged or of another run.
    """
    model = models.load_model(path)
    manifest = read_manifest(path) or {}
    if not isinstance(model, models.GAN):
        raise ValueError(f"it must hold a GAN. Received: a {type(model).__name__}")
    settings, seen = manifest.get("settings"), manifest.get("images")
    if isinstance(settings, dict):
        _check_settings(settings, fixed_settings(saved))
    else:
        _check_shapes(model, build_model(saved, set_shape))
    return model, seen if isinstance(seen, int) else None


def _check_settings(found: Mapping[str, Any], wanted: Mapping[str, Any]) -> None:
    # A setting that one of both does not have is from another version of this package.
    differing = [name for name in wanted if name in found and found[name] != wanted[name]]
    if differing:
        texts = [f"{name}={str(found[name])[:80]} in place of {str(wanted[name])[:80]}" for name in differing]
        raise ValueError(f"it must be a checkpoint of this run. Received: {', '.join(texts)}")


def _check_shapes(model: keras.Model, expected: keras.Model) -> None:
    """Refuse a model with other weights than those of the run; older checkpoints do not name their configuration."""
    found, wanted = ([weight.shape for weight in each.weights] for each in (model, expected))
    if found != wanted:
        other = next((pair for pair in zip(found, wanted) if pair[0] != pair[1]), (len(found), len(wanted)))
        raise ValueError(f"its weights must be those of config.json. Received: {other[0]} in place of {other[1]}")
