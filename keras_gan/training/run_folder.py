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
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from keras_gan.analysis.run.saved_run import RUN_NOTES
from keras_gan.checks import conform, shortened
from keras_gan.files import PARTIAL, replace_text
from keras_gan.reading import read_json, read_text, reading
from keras_gan.training.config import ExperimentConfig, Part
from keras_gan.training.options import RunOptions, save_options
from keras_gan.training.same_run import check_same_run, json_settings


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


def check_count(count: int, config: ExperimentConfig, options: RunOptions) -> None:
    """Refuse a data set with fewer images than a batch.

    Args:
        count: Number of images.
        config: Configuration of the run.
        options: Options of the run, with the folder of the images.

    Raises:
        ValueError: If there are too few images.
    """
    size = config.run.batch_size
    if count < size:
        source = options.data_dir or f"the data set {config.data.name}"
        raise ValueError(
            f"`batch_size` must be at most the {count} images of {source}. Received: {size}. "
            f"Add images, or give `--batch-size {count}` or less"
        )


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
        raise OSError(f"`out` must be a folder that can be written to. Received: {out} ({existing} is none)")


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
        _write_json(folder / "environment.json", environment)
        about = {
            "started": datetime.date.today().isoformat(),
            "notes": options.notes,
            "wandb_url": None,
            "closed": None,
        }
        _write_json(folder / RUN_NOTES, about)
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
    for path in folder.rglob(f"{PARTIAL}*"):
        path.unlink()


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


def _write_json(path: Path, value: dict[str, Any]) -> None:
    replace_text(path, json.dumps(value, indent=2) + "\n")


def check_environment(folder: Path, environment: dict[str, Any]) -> list[str]:
    """Refuse to resume a run on other images or another backend, and return the versions that differ.

    Args:
        folder: The run's folder.
        environment: The current backend, versions and data.

    Returns:
        One line for each package whose version differs.

    Raises:
        ValueError: If the run was trained on other images or another backend, or its environment.json is invalid.
    """
    path = folder / "environment.json"
    saved = read_json(path)
    with reading(path, "the run's data and versions"):
        data, backend, versions = saved["data"], saved["backend"], _last_versions(saved)
        conform(backend, str, "backend")
    if data != environment["data"]:
        raise ValueError(
            f"{path}: the run was trained on {shortened(data)}. Received other images: {environment['data']}"
        )
    if backend != environment["backend"]:
        backend = shortened(backend, 40)
        raise ValueError(
            f"{path}: the run was trained on the Keras backend {backend}, which draws other random numbers: resume it "
            f"with KERAS_BACKEND={backend}. Received: {environment['backend']}"
        )
    now = environment["versions"]
    return [f"{name} {old} → {now.get(name)}" for name, old in versions.items() if now.get(name) != old]


def record_resume(
    folder: Path,
    environment: dict[str, Any],
    epoch: int,
    changes: Mapping[str, tuple[Any, Any]] | None = None,
    step: int = 0,
) -> None:
    """Add to a run's environment.json under which versions and settings it goes on, if these are others than before.

    Args:
        folder: The run's folder.
        environment: The current backend, versions and data.
        epoch: Index of the epoch that the run goes on with.
        changes: Settings that change from here on: values before and now, by names. Defaults to None, none.
        step: Steps that are done of this epoch. Defaults to 0.
    """
    here = {"epoch": epoch, "step": step} if step else {"epoch": epoch}
    path = folder / "environment.json"
    saved = read_json(path)
    earlier = _effective_resumes(saved.get("resumes", []), here, json_settings(load_config(folder)))
    if changes or earlier != saved.get("resumes", []) or environment["versions"] != _last_versions(saved):
        resume = {**here, "versions": environment["versions"]}
        if changes:
            resume["changes"] = {name: list(pair) for name, pair in changes.items()}
        _write_json(path, {**saved, "resumes": [*earlier, resume]})


def _effective_resumes(
    resumes: list[dict[str, Any]], here: dict[str, int], settings: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Return the resumes that led to the run as it is now, with the epochs from which their changes really hold.

    Args:
        resumes: All resumes until now.
        here: Epoch and step that the run goes on with. They are before those of a resume whose epochs were lost.
        settings: All settings that the run has now, by names, as values of JSON.
    """
    kept = [_earlier(resume, here) for resume in resumes]
    last = kept[-1].get("changes", {}) if kept else {}
    # The process may have died before config.json had the changes.
    has_effect = all(settings.get(name) == new for name, (_, new) in last.items())
    return kept if has_effect else kept[:-1]


def _earlier(resume: dict[str, Any], here: dict[str, int]) -> dict[str, Any]:
    """Return a resume, with the epoch and the step of `here` if these are earlier."""
    if (resume["epoch"], resume.get("step", 0)) <= (here["epoch"], here.get("step", 0)):
        return resume
    return {**here, **{name: value for name, value in resume.items() if name not in ("epoch", "step")}}


def _last_versions(environment: dict[str, Any]) -> dict[str, str]:
    """Return the versions that a run was last trained with, from its environment.json."""
    return dict([environment, *environment.get("resumes", [])][-1]["versions"])
