"""Where a run is stored and how it is monitored. The numbers of a run do not depend on these options."""

import dataclasses
import json
import re
from pathlib import Path
from typing import Any, Literal, get_type_hints

from keras_gan.checks import Count, Index, Positive, check_text, conform
from keras_gan.files import replace_text
from keras_gan.intervals import read_interval
from keras_gan.reading import read_json, reading
from keras_gan.training.resuming import resumed_folder

#: File of a run with the options by which it is watched, and these options.
FILE = "options.json"
WATCHING = (
    *("log_every", "sample_every", "checkpoint_every", "checkpoint_minutes", "checkpoint_format"),
    *("wandb", "tensorboard"),
)


@dataclasses.dataclass(frozen=True)
class RunOptions:
    """Where a run is stored and how it is monitored."""

    out: Path = Path("runs/gan")
    """Folder that the run's numbered folder is made in."""
    resume: Path | None = None
    """Run folder to continue, or its last checkpoint."""
    data_dir: Path | None = None
    """Folder with cifar10_horses.npz, instead of Keras's copy of CIFAR-10."""
    cache: Path | None = None
    """Folder of decoded images, instead of the user's cache folder."""
    log_every: int | str = 10
    """Epochs from one box of the log to the next, or an interval such as `500 steps` or `20 kimg`."""
    sample_every: int | str = 100
    """Epochs from one grid of samples to the next, or an interval."""
    checkpoint_every: int | str = 100
    """Epochs from one checkpoint to the next, or an interval."""
    checkpoint_minutes: Positive | None = None
    """Minutes after which an epoch's end is a checkpoint as well, whatever its number."""
    checkpoint_format: Literal["keras", "orbax"] | None = None
    """Format of checkpoints. None: orbax for divided weights and several processes, else keras."""
    max_hours: Positive | None = None
    """Hours of training after which the run saves everything and ends with exit code 75, to be resumed."""
    wandb: Literal["online", "offline", "off"] | None = None
    """Weights & Biases. Unset: online with an API key, else offline."""
    tensorboard: bool = False
    """Whether to log to TensorBoard."""
    notes: str = ""
    """Remarks on the run, for the report and the experiment log."""

    devices: Count | None = None
    """Devices to spread each batch over, on JAX. None: one."""
    shard_parameters: bool = False
    """Whether each of several devices stores a part of the weights alone, for models that do not fit on one."""
    coordinator: str | None = None
    """HOST:PORT of the first of several processes that train together. None: what the launcher says, such as srun."""
    processes: Count | None = None
    """Number of processes that train together. None: what the launcher says."""
    process: Index | None = None
    """Number of this process, from 0. None: what the launcher says."""
    plugin: tuple[str, ...] = ()
    """Modules that register parts of your own."""

    def __post_init__(self) -> None:
        if self.resume is not None:
            object.__setattr__(self, "resume", resumed_folder(self.resume))
        hints = get_type_hints(type(self), include_extras=True)
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if not isinstance(value, Path):
                conform(value, hints[field.name], field.name)
        check_text(self.notes, "notes")
        if self.shard_parameters and self.devices in (None, 1):
            raise ValueError(f"`shard_parameters` must go with several `devices`. Received: devices={self.devices}")
        if self.coordinator is not None and not re.fullmatch(r"\S+:\d{1,5}", self.coordinator):
            raise ValueError(f"`coordinator` must be HOST:PORT. Received: {self.coordinator!r}")
        for name in ("log_every", "sample_every", "checkpoint_every"):
            read_interval(getattr(self, name), name)


def save_options(options: RunOptions, folder: Path) -> None:
    """Save the options by which a run is watched; they are the defaults when it is resumed.

    Args:
        options: All options.
        folder: The run's folder.
    """
    values = {name: getattr(options, name) for name in WATCHING}
    replace_text(folder / FILE, json.dumps(values, indent=2) + "\n")


def saved_options(folder: Path) -> dict[str, Any]:
    """Return the options by which a run was watched before, by name; none for a run of an earlier version.

    Args:
        folder: The run's folder.

    Raises:
        ValueError: If the file is damaged; the message names it.
    """
    path = folder / FILE
    if not path.exists():
        return {}
    values = read_json(path)
    with reading(path, "the options of a run"):
        known = {name: values[name] for name in WATCHING if name in values}
        RunOptions(**known)
    return known
