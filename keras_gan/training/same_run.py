"""The settings that may change when a run goes on, and those that make another run of it.

This module does not load Keras.
"""

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from keras_gan.data.pictures import parse_size
from keras_gan.settings import PARTS, setting_name
from keras_gan.training.config import ExperimentConfig, Part

#: Sources of images that may have been moved or given in another form since; the hash of the images tells whether they
#: are still the same.
MOVABLE_SOURCES = ("folder", "file", "array")

#: Arguments of such a source that say how pictures become images.
PREPARATION = ("size", "fit", "background", "alpha")

#: Characters of a setting's value that are shown.
SHOWN = 60

#: Settings that may be others when a run goes on: they hold for the epochs that come. So may the arguments of a
#: schedule, of an augmentation, and of the Lipschitz policy, but not the policy itself.
CHANGEABLE = (
    *("critic_learning_rate", "generator_learning_rate", "schedule", "augmentation"),
    *("n_critic", "batch_size", "epochs", "steps_per_execution"),
)
CHANGEABLE_ARGUMENTS = ("schedule_", "augmentation_", "lipschitz_")


class OtherRunError(ValueError):
    """A run cannot go on under a configuration that makes another run of it.

    Args:
        folder: The run's folder.
        differences: Values of the run and values received, by the names of the settings.

    Attributes:
        summary: What is wrong, in one line.
        table: The settings that differ, one on a line.
    """

    def __init__(self, folder: Path, differences: Mapping[str, tuple[Any, Any]]) -> None:
        self.summary = f"{folder} cannot be resumed under settings that make another run of it"
        rows = [("setting", "of the run", "received")]
        rows += [(name, str(saved)[:SHOWN], str(given)[:SHOWN]) for name, (saved, given) in differences.items()]
        widths = [max(map(len, column)) for column in zip(*rows)]
        lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows)
        self.table = "\n".join(f"  {line}" for line in lines)
        super().__init__(f"{self.summary}:\n{self.table}")


def check_same_run(folder: Path, saved: ExperimentConfig, config: ExperimentConfig) -> None:
    """Refuse to resume a run under a configuration that makes another run of it.

    `CHANGEABLE` settings may differ, because they do not change the epochs that are done, and so may the evaluation.

    Args:
        folder: The run's folder, for the message.
        saved: The configuration of the run until now.
        config: The configuration that it is to go on with.

    Raises:
        OtherRunError: If another setting differs.
        ValueError: If learning rates that fall over the whole run would fall over another number of steps.
    """
    _check_length(saved, config)
    if {saved.data.name, config.data.name} <= set(MOVABLE_SOURCES):
        config = dataclasses.replace(config, data=_with_preparation(saved.data, config.data.arguments))
    differences = {name: pair for name, pair in _differences(saved, config).items() if not _is_changeable(name)}
    if differences:
        raise OtherRunError(folder, differences)


def changed_settings(saved: ExperimentConfig, config: ExperimentConfig) -> dict[str, tuple[Any, Any]]:
    """Return the settings that hold for the epochs to come of a resumed run, if they are others than before.

    Args:
        saved: The configuration of the run until now.
        config: The configuration that it goes on with.

    Returns:
        Values before and now, by names.
    """
    return {name: pair for name, pair in _differences(saved, config).items() if _is_changeable(name)}


def manifest_facts(config: ExperimentConfig) -> dict[str, Any]:
    """Return what the manifest of a run's checkpoint says of its configuration: a hash, and what stays the same.

    Args:
        config: The run's configuration.
    """
    return {
        "config": hashlib.sha256(config.to_json().encode("utf-8")).hexdigest(),
        "settings": fixed_settings(config),
    }


def fixed_settings(config: ExperimentConfig) -> dict[str, Any]:
    """Return the settings that stay the same as long as a run lasts, by name, as values of JSON.

    The images are left out, which may have been moved: environment.json has their hash.

    Args:
        config: The run's configuration.
    """
    values = json_settings(dataclasses.replace(config, data=Part("array")))
    return {name: value for name, value in values.items() if not _is_changeable(name)}


def json_settings(config: ExperimentConfig) -> dict[str, Any]:
    """Return all settings by name, as values of JSON.

    Args:
        config: The run's configuration.
    """
    return json.loads(json.dumps(_settings(config)))


def _check_length(saved: ExperimentConfig, config: ExperimentConfig) -> None:
    """Refuse another number of steps for learning rates that fall over the whole run: they have fallen for the old."""
    is_whole_run = config.schedule == saved.schedule and config.schedule.arguments.get("decay_steps", 0) is None
    names = ("epochs", "batch_size", "n_critic") if config.run.steps_per_epoch == "pass" else ("epochs",)
    for name in names if is_whole_run else ():
        old, new = getattr(saved.run, name), getattr(config.run, name)
        if new != old:
            raise ValueError(
                f"`{name}` must stay {old}, because the schedule {saved.schedule.name!r} falls over the whole run. "
                f"Set its length, in steps, with `--schedule-decay-steps`. Received: {name}={new}"
            )


def _with_preparation(data: Part, arguments: Mapping[str, Any]) -> Part:
    """Return a set of images with another preparation, where both are known: those cannot be the same images."""
    changed = {
        name: arguments[name]
        for name in PREPARATION
        if None not in (old := data.arguments.get(name), new := arguments.get(name))
        and (parse_size(old) != parse_size(new) if name == "size" else old != new)
    }
    return Part(data.name, {**data.arguments, **changed})


def _is_changeable(name: str) -> bool:
    return name in CHANGEABLE or name.startswith(CHANGEABLE_ARGUMENTS)


def _differences(expected: ExperimentConfig, received: ExperimentConfig) -> dict[str, tuple[Any, Any]]:
    """Return both values of each setting in which two configurations differ."""
    before, now = _settings(expected), _settings(received)
    names = dict.fromkeys([*before, *now])
    pairs = {name: (before.get(name), now.get(name)) for name in names}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def _settings(config: ExperimentConfig) -> dict[str, Any]:
    """Return all values of a configuration by names that are the same whatever the other values are."""
    values = {"preset": config.preset, **dataclasses.asdict(config.run)}
    for part in PARTS:
        chosen = getattr(config, part)
        values[part] = chosen.name
        values.update({setting_name(part, argument): value for argument, value in chosen.arguments.items()})
    return values
