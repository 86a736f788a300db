"""The folder of a run: its number, its description, and the checks of a run that is resumed.

This module does not load Keras.
"""

import contextlib
import dataclasses
import datetime
import json
import os
import re
import shutil
from pathlib import Path
from typing import Any

from keras_gan.analysis.run.saved_run import RUN_NOTES
from keras_gan.checks import shortened
from keras_gan.files import PARTIAL, clear_folders, remove, replace_text
from keras_gan.reading import read_text
from keras_gan.training.config import ExperimentConfig, Part
from keras_gan.training.environment import write_environment
from keras_gan.training.options import RunOptions, save_options
from keras_gan.training.same_run import check_same_run


def check(config: ExperimentConfig, options: RunOptions) -> None:
    """Refuse, before any work is done, a folder that cannot be written to, or another configuration for a resumed run.

    Args:
        config: Configuration of the run.
        options: Options of the run, with the folder to write to or the run to resume.

    Raises:
        OSError: If runs cannot be written to `out`, or there is no run to resume.
        ValueError: If the run to resume has another configuration.
    """
    if options.resume is None:
        _check_writable(options.out)
    else:
        check_same_run(options.resume, load_config(options.resume), config)


def load_config(folder: Path) -> ExperimentConfig:
    """Return the configuration of a run folder.

    Args:
        folder: The folder of one run.

    Returns:
        The configuration in its config.json.

    Raises:
        FileNotFoundError: If the folder has no config.json.
        ValueError: If its config.json is not a configuration.
    """
    path = folder / "config.json"
    if not path.is_file():
        raise FileNotFoundError(f"{folder} is not a run folder: it has no config.json")
    text = read_text(path)
    try:
        return _located(folder, ExperimentConfig.from_json(text))
    except ValueError as error:
        raise ValueError(f"{path}: {shortened(error, 600)}") from error


def _check_writable(out: Path) -> None:
    """Refuse a folder that cannot be written to or made."""
    existing = next(path for path in (out.absolute(), *out.absolute().parents) if path.exists())
    if not existing.is_dir() or not os.access(existing, os.W_OK | os.X_OK):
        raise OSError(
            f"`out` must be a folder that can be written to. Received: {out}, but nothing can be written to {existing}"
        )


def make(out: Path, config: ExperimentConfig, environment: dict[str, Any], options: RunOptions | None = None) -> Path:
    """Make the next numbered run folder with its description, or nothing if that fails.

    What has no config.json is no run folder, so that file is written last.

    Args:
        out: The folder of all runs.
        config: The run's configuration, for config.json.
        environment: Versions and data of the run, for environment.json.
        options: Options of the run, with remarks for run.json. Defaults to None, the usual ones.

    Returns:
        The run's folder.
    """
    out.mkdir(parents=True, exist_ok=True)
    folder = _make_numbered(out, config.preset)
    try:
        options = RunOptions() if options is None else options
        write_environment(folder, environment)
        about = {
            "started": datetime.date.today().isoformat(),
            "notes": options.notes,
            "wandb_url": None,
            "closed": None,
        }
        replace_text(folder / RUN_NOTES, json.dumps(about, indent=2) + "\n")
        save_options(options, folder)
        write_config(folder, config)
    except OSError:
        shutil.rmtree(folder)
        raise
    return folder


def _make_numbered(out: Path, name: str) -> Path:
    while True:
        numbers = [int(match[1]) for path in out.iterdir() if (match := re.match(r"(\d{4,})_", path.name))]
        folder = out / f"{max(numbers, default=0) + 1:04d}_{name}"
        # Another run may have taken the number in the meantime.
        with contextlib.suppress(FileExistsError):
            folder.mkdir()
            return folder


def remove_partial_files(folder: Path) -> None:
    """Remove what a killed process had not finished writing."""
    clear_folders(folder / "checkpoints")
    for path in folder.rglob(f"{PARTIAL}*"):
        remove(path)


def write_config(folder: Path, config: ExperimentConfig) -> None:
    """Write a run's configuration to its folder."""
    replace_text(folder / "config.json", _portable(folder, config).to_json())


def _portable(folder: Path, config: ExperimentConfig) -> ExperimentConfig:
    """Return a configuration whose path of images names neither the user nor the folders above the run."""
    path = config.data.arguments.get("path")
    if not isinstance(path, str) or not Path(path).is_absolute():
        return config
    is_at_home = Path(path).is_relative_to(Path.home())
    shown = Path("~") / Path(path).relative_to(Path.home()) if is_at_home else os.path.relpath(path, folder.absolute())
    return _with_path(config, str(shown))


def _located(folder: Path, config: ExperimentConfig) -> ExperimentConfig:
    """Return a configuration of config.json with the path of its images as it is from anywhere."""
    path = config.data.arguments.get("path")
    if not isinstance(path, str):
        return config
    return _with_path(config, os.path.normpath(folder.absolute() / Path(path).expanduser()))


def _with_path(config: ExperimentConfig, path: str) -> ExperimentConfig:
    data = Part(config.data.name, {**config.data.arguments, "path": path})
    return dataclasses.replace(config, data=data)
