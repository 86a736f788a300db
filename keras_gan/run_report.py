"""The report at the end of training: its files, its row in the log of all runs, and its part on Weights & Biases."""

import json
import math
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import keras
import numpy as np

from keras_gan import callbacks
from keras_gan.analysis.experiment_log import log_row, update_log
from keras_gan.analysis.report import INDICATOR_COLUMNS, PHASE_COLUMNS, indicator_rows, phase_rows, verdict_rows
from keras_gan.analysis.reporting import RunReport, write_report
from keras_gan.analysis.saved_run import REAL_PICTURE

#: Real images beside the samples of a run.
REAL_IMAGES = 64


def say_verdict(report: RunReport):
    """Say in three lines what was found, and where it is written.

    Args:
        report: What `write_report` returns.
    """
    verdict = report.judgement.verdict
    score = f"{verdict.passed} of {verdict.total} indicators passed"
    callbacks.say(
        f"Verdict: {verdict.stability}, {score}. Quality: {verdict.quality}\n"
        f"  {verdict.recommendation}\n"
        f"  {report.files[1]}"
    )


def log_findings(report: RunReport, run=None):
    """Log a report to Weights & Biases.

    Args:
        report: What `write_report` returns.
        run: The `wandb.Run`. Defaults to None, the one that was begun last.

    Raises:
        ValueError: If there is no run.
    """
    summary = {name.lower(): value for name, value in verdict_rows(report.judgement)}
    summary.update({one.name.lower(): one.status.value for one in report.judgement.indicators})
    tables = {
        "phases": (PHASE_COLUMNS, phase_rows(report.run)),
        "indicators": (INDICATOR_COLUMNS, indicator_rows(report.judgement)),
    }
    callbacks.log_report(run, report.files, summary, tables)


def add_to_log(report: RunReport, path: Path, name: str):
    """Put a run into the log of all runs; a log that cannot be written costs a warning.

    Args:
        report: What `write_report` returns.
        path: The log.
        name: What the run is called there.
    """
    try:
        update_log(path, log_row(report.run, report.judgement, name))
    except (OSError, ValueError) as error:
        warnings.warn(f"The run is not in the experiment log: {error}", stacklevel=2)


def save_real_picture(images: np.ndarray, folder: Path):
    """Save some real images where a report looks for what samples should be like.

    Args:
        images: The set, uint8.
        folder: The run's folder.
    """
    chosen = images[np.random.default_rng(0).permutation(len(images))[:REAL_IMAGES]]
    (folder / "samples").mkdir(parents=True, exist_ok=True)
    callbacks.save_grid(chosen / 127.5 - 1.0, folder / "samples" / REAL_PICTURE)


class Report(keras.callbacks.Callback):
    """Write a report of the run when `fit` ends, early or not, unless by an exception.

    It reads the files that other callbacks keep in one folder: `LossCsv(folder / "losses.csv")`, and, as far as there
    are any, `QualityMonitor(..., path=folder / "quality.csv")` and `SampleGrid(folder / "samples")`. It writes
    `analysis_report.md`, `report.html` and `plots/` beside them.

    Args:
        folder: That folder.
        config: What the run was trained with, for `config.json`, if there is none yet. Defaults to None, what the model
            tells.
        images: All training images, uint8: some are shown beside the samples, and samples that copy one are found.
            Defaults to None, neither.
        rules: "default", or "reference" for the checks of old reports. Defaults to "default".
        wandb_run: The `wandb.Run` to log the report to. Defaults to None, none.

    Attributes:
        report: What was found, once training has ended; None before.

    Raises:
        ValueError: If `rules` is another; when training ends, if a file is not what it should be.
        FileNotFoundError: When training ends, if there is no losses.csv.
    """

    #: After all that keep something.
    stage = 3

    def __init__(
        self,
        folder: str | Path,
        config: Mapping[str, Any] | None = None,
        images: np.ndarray | None = None,
        rules: str = "default",
        wandb_run=None,
    ):
        super().__init__()
        if rules not in ("default", "reference"):
            raise ValueError(f'`rules` must be "default" or "reference". Received: rules={rules!r}')
        self.folder = Path(folder)
        self.config = config
        self.images = images
        self.rules = rules
        self.wandb_run = wandb_run
        self.report = None

    def on_train_begin(self, logs=None):
        self.report = None
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / "config.json"
        if not path.exists():
            config = describe(self.model) if self.config is None else dict(self.config)
            path.write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
        if self.images is not None:
            save_real_picture(self.images, self.folder)

    def on_train_end(self, logs=None):
        training_images = None if self.images is None else self.images / np.float32(127.5) - 1
        self.report = write_report(self.folder, self.rules, training_images)
        say_verdict(self.report)
        if self.wandb_run is not None:
            log_findings(self.report, self.wandb_run)


def describe(model: keras.Model) -> dict[str, Any]:
    """Return what a compiled GAN tells of its set-up, under the names of the scripts' flags."""
    constraint = model.lipschitz
    return {
        "n_critic": model.n_critic,
        "clip_threshold": getattr(constraint, "threshold", None),
        "gradient_penalty": getattr(constraint, "weight", 0) or None,
        "optimizer": type(model.critic_optimizer).__name__.lower(),
        "critic_learning_rate": _learning_rate(model.critic_optimizer),
        "generator_learning_rate": _learning_rate(model.generator_optimizer),
        "latent_dim": math.prod(model.generator.input_shape[1:]),
    }


def _learning_rate(optimizer) -> float:
    # In the digits that a float32 has.
    return float(f"{float(keras.ops.convert_to_numpy(optimizer.learning_rate)):.7g}")
