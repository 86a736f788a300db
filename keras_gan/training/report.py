"""The report at the end of training: its files, its row in the log of all runs, and its copy on Weights & Biases."""

import sys
import warnings
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import keras
import numpy as np

from keras_gan import callbacks
from keras_gan.analysis.report.log import add_to_log
from keras_gan.analysis.report.markdown import (
    INDICATOR_COLUMNS,
    PHASE_COLUMNS,
    indicator_rows,
    phase_rows,
    verdict_rows,
)
from keras_gan.analysis.report.write import RunReport, write_report
from keras_gan.analysis.run.saved_run import REAL_PICTURE, annotate
from keras_gan.analysis.verdict.judge import check_rules
from keras_gan.callbacks._stages import Stage
from keras_gan.checks import check_interface, check_mapping, checked_path
from keras_gan.console import say
from keras_gan.data.grids import save_grid
from keras_gan.data.images import check_images, in_range
from keras_gan.files import whole_file
from keras_gan.invocation import command_line
from keras_gan.training.description import describe, record_settings, write_json

if TYPE_CHECKING:
    import wandb

#: Number of real images that are shown beside the samples of a run.
REAL_IMAGES = 64


def say_verdict(report: RunReport) -> None:
    """Print the verdict of a report and the path of its page, in three lines.

    Args:
        report: What `write_report` returns.
    """
    verdict = report.verdict
    score = f"{verdict.passed} of {verdict.total} indicators passed"
    say(
        f"Verdict: {verdict.stability}, {score}. Quality: {verdict.quality}\n"
        f"  {verdict.recommendation}\n"
        f"  {report.files[1]}"
    )


def log_to_wandb(report: RunReport, run: "wandb.Run | None") -> None:
    """Log a report to Weights & Biases.

    Args:
        report: What `write_report` returns.
        run: The `wandb.Run`, or None for the one that was begun last.
    """
    summary = {name.lower(): value for name, value in verdict_rows(report.verdict)}
    summary.update({one.name.lower(): one.status.value for one in report.verdict.indicators})
    tables: dict[str, tuple[Sequence[str], Sequence[Sequence[str]]]] = {
        "phases": (PHASE_COLUMNS, phase_rows(report.run)),
        "indicators": (INDICATOR_COLUMNS, indicator_rows(report.verdict)),
    }
    callbacks.log_report(run, report.files, summary, tables)


def report_on(folder: Path, images: np.ndarray, wandb_runs: Iterable["wandb.Run | None"] = ()) -> None:
    """Report on a run that has ended, in its folder, on the console, in the log of all runs and on Weights & Biases.

    Training is over and saved. So an error here is only a warning, and `keras-gan report` can make the report later.

    Args:
        folder: The run's folder.
        images: All training images, uint8.
        wandb_runs: The `wandb.Run`s to log the report to. Defaults to none.
    """
    report = _write(folder, "default", images)
    if report is None:
        return
    say_verdict(report)
    try:
        add_to_log(folder, report.run, report.verdict)
    except (OSError, ValueError) as error:
        warnings.warn(f"The run is not in the experiment log: {error}", stacklevel=2)
    for run in wandb_runs:
        log_to_wandb(report, run)


def _write(folder: Path, rules: str, images: np.ndarray | None) -> RunReport | None:
    try:
        return write_report(folder, rules, images)
    except Exception as error:  # Any error: hours of training must not end with it.
        warnings.warn(f"No report: {error!r}. Make it with: {command_line('report', folder)}", stacklevel=3)
        return None


def save_real_picture(images: np.ndarray, folder: Path) -> None:
    """Save a picture of some real images in the run's folder, where reports look for it.

    Args:
        images: The set, uint8.
        folder: The run's folder.
    """
    chosen = images[np.random.default_rng(0).permutation(len(images))[:REAL_IMAGES]]
    (folder / "samples").mkdir(parents=True, exist_ok=True)
    with whole_file(folder / "samples" / REAL_PICTURE) as path:
        save_grid(in_range(chosen), path)


class Report(keras.callbacks.Callback):
    """Write a report on the run when `fit` ends, unless it ends with an exception.

    It reads the files that other callbacks write to one folder: `LossCsv(folder / "losses.csv")` and, if there are any,
    `QualityMonitor(..., path=folder / "quality.csv")` and `SampleGrid(folder / "samples")`. It writes
    `analysis_report.md`, `report.html` and `plots/` to the same folder. If the report cannot be made, there is only a
    warning. A model that is no `GAN` needs `d_loss` and `g_loss` in its logs. The rules are for losses that are
    averages of scores, such as Wasserstein's.

    Args:
        folder: The folder of these files.
        config: Settings of the run, which are written to `config.json` if there is none yet. Defaults to None, the
            settings that are known of the model and of `fit`: both optimizers, the loss, the constraint, seed, sizes of
            networks and images, epochs, and the batch size of an array or a feed.
        images: All training images, uint8. Some are shown beside the samples, and samples that are copies of one are
            found. Defaults to None, which skips both.
        rules: "default", or "reference" for the checks of old reports. Defaults to "default".
        wandb_run: The `wandb.Run` to log the report to. Defaults to None, none. The report has the address of this run,
            or else of the online run that was begun last, to which `WandbCharts` logs.

    Attributes:
        report: The report, once training has ended; None before, and if it could not be made.

    Raises:
        ValueError: If `rules` is neither of these, or `config.json` is no JSON object.

    Warns:
        UserWarning: When training begins, if the folder has the settings of another run.
    """

    stage = Stage.REPORT

    def __init__(
        self,
        folder: str | Path,
        config: Mapping[str, Any] | None = None,
        images: np.ndarray | None = None,
        rules: str = "default",
        wandb_run: "wandb.Run | None" = None,
    ) -> None:
        super().__init__()
        check_rules(rules)
        if config is not None:
            check_mapping(config, "config")
        if images is not None:
            check_images(images, source="`images`")
        if wandb_run is not None:
            check_interface(wandb_run, "wandb_run", ("log", "finish"))
        self.folder = checked_path(folder, "folder")
        self.config = config
        self.images = images
        self.rules = rules
        self.wandb_run = wandb_run
        self.report: RunReport | None = None

    def reads_model(self, epoch: int) -> bool:
        """Return False, because the report does not read the model before training ends."""
        return False

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
        self.report = None
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / "config.json"
        if self.config is None:
            record_settings(path, describe(self.model, self.params or {}))
        elif not path.exists():
            write_json(path, self.config)
        self._record_address()
        if self.images is not None:
            save_real_picture(self.images, self.folder)

    def on_train_end(self, logs: dict[str, float] | None = None) -> None:
        # Again, because `WandbCharts` begins a new run after a failure.
        self._record_address()
        self.report = _write(self.folder, self.rules, self.images)
        if self.report is None:
            return
        say_verdict(self.report)
        if self.wandb_run is not None:
            log_to_wandb(self.report, self.wandb_run)

    def _record_address(self) -> None:
        """Record the address of the run on Weights & Biases, if there is one."""
        # If nobody has loaded wandb, it has no run.
        run = self.wandb_run or getattr(sys.modules.get("wandb"), "run", None)
        if run is not None and not run.offline and run.url:
            annotate(self.folder, wandb_url=run.url)
