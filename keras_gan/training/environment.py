"""A run's environment.json: the versions and the data that its bits depend on, and the resumes of the run.

This module does not load Keras.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from keras_gan.checks import Count, conform, shortened
from keras_gan.files import replace_text
from keras_gan.reading import read_json, reading
from keras_gan.training.config import ExperimentConfig
from keras_gan.training.same_run import json_settings

#: Name of the file.
ENVIRONMENT = "environment.json"


def write_environment(folder: Path, environment: Mapping[str, Any]) -> None:
    """Write under which versions and on which data a run is trained.

    Args:
        folder: The run's folder.
        environment: The backend, versions and data.

    Raises:
        OSError: If the file cannot be written.
    """
    replace_text(folder / ENVIRONMENT, json.dumps(environment, indent=2) + "\n")


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
    path = folder / ENVIRONMENT
    saved = read_json(path)
    with reading(path, "the run's data and versions"):
        data, backend, versions = saved["data"], saved["backend"], _last_versions(saved)
        conform(backend, str, "backend")
        for resume in saved.get("resumes", []):
            _check_resume(resume)
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


def _check_resume(resume: dict[str, Any]) -> None:
    """Refuse a record of a resume that this version would not have written."""
    conform(resume["epoch"], int, "epoch")
    conform(resume.get("step", 0), int, "step")
    dict(resume["versions"])
    conform(resume.get("devices", 1), Count, "devices")
    if any(len(pair) != 2 for pair in dict(resume.get("changes", {})).values()):
        raise ValueError("`changes` must have the values before and after")


def record_resume(
    folder: Path,
    environment: dict[str, Any],
    saved: ExperimentConfig,
    epoch: int,
    changes: Mapping[str, tuple[Any, Any]] | None = None,
    step: int = 0,
) -> None:
    """Add to a run's environment.json under which versions and settings it goes on, if these are others than before.

    Args:
        folder: The run's folder.
        environment: The current backend, versions and data.
        saved: The configuration in the folder, which does not have the changes yet.
        epoch: Index of the epoch that the run goes on with.
        changes: Settings that change from here on: values before and now, by names. Defaults to None, none.
        step: Steps that are done of this epoch. Defaults to 0.
    """
    here = {"epoch": epoch, "step": step} if step else {"epoch": epoch}
    old = read_json(folder / ENVIRONMENT)
    resumes = old.get("resumes", [])
    earlier = _effective_resumes(resumes, here, json_settings(saved))
    is_elsewhere = environment["versions"] != _last_versions(old) or _devices(environment) != _last_devices(old)
    if changes or earlier != resumes or is_elsewhere:
        resume = {**here, "versions": environment["versions"]}
        if _devices(environment) != _last_devices(old):
            resume["devices"] = _devices(environment)
        if changes:
            resume["changes"] = {name: list(pair) for name, pair in changes.items()}
        write_environment(folder, {**old, "resumes": [*earlier, resume]})


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


def _devices(record: Mapping[str, Any]) -> int:
    """Return the number of devices of a record; those of earlier versions have none, as they had one device."""
    return record.get("devices", 1)


def _last_devices(environment: dict[str, Any]) -> int:
    """Return the number of devices that a run was last trained on, from its environment.json."""
    records = [environment, *environment.get("resumes", [])]
    return _devices(next((record for record in reversed(records) if "devices" in record), {}))


def _last_versions(environment: dict[str, Any]) -> dict[str, str]:
    """Return the versions that a run was last trained with, from its environment.json."""
    return dict([environment, *environment.get("resumes", [])][-1]["versions"])
