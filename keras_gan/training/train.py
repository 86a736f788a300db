"""The command `keras-gan train` from Python: a whole run in one call."""

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np

from keras_gan.analysis.detectors.advisor import diagnose
from keras_gan.analysis.run.history import read_losses
from keras_gan.analysis.run.saved_run import load_run
from keras_gan.analysis.verdict.indicators import Verdict
from keras_gan.analysis.verdict.judge import judge
from keras_gan.console import say
from keras_gan.data.images import to_uint8
from keras_gan.models import GAN
from keras_gan.training.changes import change
from keras_gan.training.config import ExperimentConfig, Part
from keras_gan.training.experiment import prepare
from keras_gan.training.options import RunOptions
from keras_gan.training.presets import PRESETS
from keras_gan.training.run_folder import load_config

OPTION_NAMES = tuple(field.name for field in dataclasses.fields(RunOptions))


@dataclasses.dataclass(frozen=True)
class TrainedRun:
    """A run that has been trained.

    Attributes:
        folder: The run's folder, with all its files.
        config: What it was trained with.
        model: The model after its last epoch.
        epochs: Number of epochs that are done; fewer than `config.run.epochs` after Ctrl-C.
    """

    folder: Path
    config: ExperimentConfig
    model: GAN
    epochs: int

    @property
    def history(self) -> dict[str, np.ndarray]:
        """The columns of losses.csv, one value an epoch, NaN where there is none."""
        return read_losses(self.folder / "losses.csv")

    @property
    def verdict(self) -> Verdict:
        """What the run is judged to be."""
        run = load_run(self.folder)
        return judge(run, diagnose(run))


def train(preset: str | None = None, images: np.ndarray | str | Path | None = None, **settings: Any) -> TrainedRun:
    """Train a run as `keras-gan train` does: run folder, log, checkpoints, figures of quality and report.

    Args:
        preset: Preset that the values start from: "horses", "horses_gp" or "demo". Defaults to "horses", or to what the
            run to `resume` was trained with.
        images: Images to train on: an array `(count, height, width, channels)`, uint8 or floats in [−1, 1]; a folder or
            an .npy file; or the name of a set. Defaults to None, the preset's set.
        **settings: All else under the names of the command's flags, with underscores: where the run goes and how it is
            watched (`out`, `resume`, `data_dir`, `log_every`, `sample_every`, `checkpoint_every`, `wandb`,
            `tensorboard`, `notes`), and what is changed of the configuration, as `epochs=100`,
            `lipschitz="gradient_penalty"` or `generator_filters=(64, 32, 16, 3)`: see `change`.

    Returns:
        The run: its folder, configuration, model, history and verdict.

    Raises:
        ValueError: If a setting is unknown or will not do, or the images cannot be used.
        OSError: If files cannot be read or written.
        DivergedError: If training was stopped because losses or weights became NaN or infinite. All is saved by then.

    Example:

    ```python
    run = kg.train("demo", images=kg.toy_horses(2000), epochs=300, out="runs")
    samples = run.model.generate(64, seed=0)
    ```
    """
    options = RunOptions(**_paths({name: settings.pop(name) for name in OPTION_NAMES if name in settings}))
    config = _starting_config(preset, options)
    array = None
    if isinstance(images, (str, Path)):
        settings["data"] = images
    elif images is not None:
        array = to_uint8(images, "`images`")
        settings["data"] = Part("array")
    experiment = prepare(change(config, **settings), options, array)
    epochs = experiment.train()
    say(experiment.summary(epochs))
    return TrainedRun(experiment.folder, experiment.config, experiment.model, epochs)


def _starting_config(preset: str | None, options: RunOptions) -> ExperimentConfig:
    if options.resume is not None:
        if preset is not None:
            raise ValueError(f"`preset` must be left out with `resume`, which has its own. Received: preset={preset!r}")
        return load_config(options.resume)
    name = "horses" if preset is None else preset
    if name not in PRESETS:
        raise ValueError(f"`preset` must be one of {', '.join(PRESETS)}. Received: preset={preset!r}")
    return PRESETS[name]


def _paths(values: dict[str, Any]) -> dict[str, Any]:
    """Return options with paths where a caller may have written text."""
    is_path = ("out", "resume", "data_dir")
    return {name: Path(value) if name in is_path and value is not None else value for name, value in values.items()}
