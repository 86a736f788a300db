"""The command `keras-gan train` from Python: a whole run in one call."""

import dataclasses
from pathlib import Path
from typing import Any

import keras
import numpy as np

from keras_gan.analysis.detectors.advisor import diagnose
from keras_gan.analysis.run.history import read_losses
from keras_gan.analysis.run.saved_run import load_run
from keras_gan.analysis.verdict.indicators import Verdict
from keras_gan.analysis.verdict.judge import judge
from keras_gan.checks import checked_path
from keras_gan.console import say
from keras_gan.data.images import checked_levels
from keras_gan.models import GAN
from keras_gan.processes import process_count
from keras_gan.sharding import localise
from keras_gan.training.changes import change
from keras_gan.training.config import ExperimentConfig, Part
from keras_gan.training.experiment import prepare
from keras_gan.training.joining import joined
from keras_gan.training.options import RunOptions, saved_options
from keras_gan.training.presets import PRESETS
from keras_gan.training.resuming import resumed_folder
from keras_gan.training.run_folder import load_config

#: Options that are settings; a caller imports modules with parts itself.
OPTION_NAMES = tuple(field.name for field in dataclasses.fields(RunOptions) if field.name != "plugin")


@dataclasses.dataclass(frozen=True)
class TrainedRun:
    """A run that has been trained.

    Attributes:
        folder: The run's folder, with all its files. Where several processes have trained together, the first one alone
            has it.
        config: The configuration of the run.
        model: The model after its last epoch.
        epochs: Number of epochs that are done; fewer than `config.run.epochs` after a signal such as Ctrl-C, or
            `max_hours`.
    """

    folder: Path
    config: ExperimentConfig
    model: GAN
    epochs: int

    @property
    def history(self) -> dict[str, np.ndarray]:
        """Columns of losses.csv by name, with one value per epoch, or NaN where there is none."""
        return read_losses(self.folder / "losses.csv")

    @property
    def verdict(self) -> Verdict:
        """Verdict on the run."""
        run = load_run(self.folder)
        return judge(run, diagnose(run))


def train(preset: str | None = None, images: np.ndarray | str | Path | None = None, **settings: Any) -> TrainedRun:
    """Train a run as `keras-gan train` does, with its folder, log, checkpoints, quality figures and report.

    Args:
        preset: Preset that the values start from: "horses", "horses_gp" or "demo". Defaults to "horses", or to the
            configuration of the run to `resume`.
        images: Images to train on: an array `(count, height, width, channels)`, uint8 or floats in [−1, 1]; a folder
            or .zip archive of pictures, an .npy or .npz file; or the name of a data set. Defaults to None, the
            data set of the preset.
        **settings: Other settings, by the names of the command's flags, with underscores. Some say where the run is
            stored and how it is monitored: `out`, `resume`, `data_dir`, `cache`, `log_every`, `sample_every`,
            `checkpoint_every`, `checkpoint_minutes`, `checkpoint_format`, `max_hours`, `wandb`, `tensorboard`, `notes`,
            `devices`, `shard_parameters`, `coordinator`, `processes`, `process`. All others change the configuration,
            such as `epochs=100`, `lipschitz="gradient_penalty"` or `generator_filters=(64, 32, 16, 3)`; see `change`.

    Returns:
        The run: its folder, configuration, model, history and verdict.

    Raises:
        ValueError: If a setting is unknown or invalid, or the images cannot be used.
        OSError: If files cannot be read or written.
        OutOfMemoryError: If a step needs more memory than there is. It names the next smaller batch size.
        DivergedError: If losses or weights became NaN or infinite; everything except the generator is saved.

    Example:

    ```python
    run = kg.train("demo", images=kg.toy_horses(2000), epochs=300, out="runs")
    samples = run.model.generate(64, seed=0)
    ```
    """
    watching = _paths({name: settings.pop(name) for name in OPTION_NAMES if name in settings})
    if watching.get("resume") is not None:
        watching = {**saved_options(resumed_folder(watching["resume"])), **watching}
    options = RunOptions(**watching)
    config = _starting_config(preset, options)
    array = None
    if images is not None:
        if given := {"data", "dataset"} & set(settings):
            raise ValueError(f"`images` must be given alone. Received: also {', '.join(sorted(given))}")
        if not isinstance(images, (str, Path)):
            array = checked_levels(images, "`images`")
        settings["data"] = images if array is None else Part("array")
    with joined(options) as own:
        experiment = prepare(change(config, **settings), own, array)
        epochs = experiment.train()
        say(experiment.summary(epochs))
        if process_count() > 1:
            keras.distribution.set_distribution(None)
            model = experiment.model
            localise([*model.variables, *model.optimizer.variables])
    return TrainedRun(experiment.folder, experiment.config, experiment.model, epochs)


def _starting_config(preset: str | None, options: RunOptions) -> ExperimentConfig:
    if options.resume is not None:
        if preset is not None:
            raise ValueError(f"`preset` must be left out with `resume`, which has its own. Received: preset={preset!r}")
        return load_config(options.resume)
    name = "horses" if preset is None else preset
    if not isinstance(name, str) or name not in PRESETS:
        raise ValueError(f"`preset` must be one of {', '.join(PRESETS)}. Received: preset={str(preset)[:80]}")
    return PRESETS[name]


def _paths(values: dict[str, Any]) -> dict[str, Any]:
    """Return options in which the paths that a caller may give as text are `Path` objects."""
    is_path = ("out", "resume", "data_dir", "cache")
    return {
        name: checked_path(value, name) if name in is_path and value is not None else value
        for name, value in values.items()
    }
