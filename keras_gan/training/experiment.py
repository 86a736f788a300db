"""A training run from start to end: data, networks, model, callbacks, run folder and seeds."""

import contextlib
import dataclasses
import json
import shutil
import warnings
from pathlib import Path
from typing import Any

import numpy as np

from keras_gan import callbacks, data, metrics, models
from keras_gan.analysis.run.saved_run import annotate
from keras_gan.console import say
from keras_gan.processes import check_same, meet
from keras_gan.training import run_folder, runtime
from keras_gan.training.allocator import keep_freed_memory
from keras_gan.training.build import build_model
from keras_gan.training.companions import advise
from keras_gan.training.config import ExperimentConfig
from keras_gan.training.devices import use_devices
from keras_gan.training.ending import resume_command, summarise, write_closing_files
from keras_gan.training.going_on import check_quality, restore_checked, take_up
from keras_gan.training.images import check_count, check_shape, load_training_images
from keras_gan.training.options import RunOptions, save_options
from keras_gan.training.ownership import Ownership, OwnershipCheck
from keras_gan.training.report import report_on, save_real_picture
from keras_gan.training.watching import begin_charts, build_evaluator, checkpoint_format, validation, watchers


class DivergedError(Exception):
    """Training was stopped because losses or weights became NaN or infinite."""


@dataclasses.dataclass(frozen=True)
class Experiment:
    """A run that is ready to train: everything is checked, and its folder exists.

    Attributes:
        config: Settings that the numbers depend on.
        options: Where the run is stored and how it is monitored.
        folder: The run folder.
        split: The images, and which of them are trained on.
        model: The compiled model, in its state before training.
        start: Number of epochs that are already done.
        start_step: Steps that are done of the epoch after these.
        evaluator: Evaluator of the samples' quality, or None for no evaluation.
        ownership: The right to write to the folder, which ends with the training.
    """

    config: ExperimentConfig
    options: RunOptions
    folder: Path
    split: data.Split
    model: models.GAN
    start: int
    start_step: int
    evaluator: metrics.Evaluator | None
    ownership: Ownership

    def train(self, stop: callbacks.GracefulStop | None = None) -> int:
        """Train until the last epoch, a signal such as Ctrl-C or the time limit, then save everything.

        Args:
            stop: What ends training at a signal, and knows afterwards which one came. Defaults to None, one that the
                caller does not see.

        Returns:
            The number of epochs that are done.

        Raises:
            DivergedError: If losses or weights became NaN or infinite; everything except the generator is saved.
            OutOfMemoryError: If a step needs more memory than there is.
            OSError: If a file cannot be written. The run can be resumed from its last checkpoint.
        """
        again = f"Start all again with `--resume {self.folder}` in place of the preset"
        advise(f"{again}, or go on alone: {self.resume_command}")
        with contextlib.closing(self.ownership), stop or callbacks.GracefulStop() as stop:
            is_unfinished = self.start < self.config.run.epochs
            charts = self._charts() if is_unfinished else []
            try:
                finding = self._fit(stop, charts) if is_unfinished else None
                done = write_closing_files(self.folder, self.model, finding)
                if done > 0:
                    report_on(self.folder, self.split.trained_on(), [chart.run for chart in charts])
                annotate(self.folder, closed=str(done))
            finally:
                # After the run's own files, so that they do not wait for the service.
                for chart in charts:
                    chart.finish()
            # While signals still mean to stop: the others have less to write.
            meet()
        if finding is not None:
            raise DivergedError(finding)
        return done

    def _charts(self) -> list[callbacks.WandbCharts]:
        return begin_charts(self.folder, self.config, self.options, self.split.images, self.evaluator, self.start)

    def _fit(self, stop: callbacks.GracefulStop, charts: list[callbacks.WandbCharts]) -> str | None:
        """Train, and return the finding of `DivergenceGuard`."""
        run = self.config.run
        if self.start == 0:
            _remove_begun_files(self.folder)
        if self.start < run.epochs:
            # The file is of the epoch from which the run goes on. After a kill, a checkpoint is newer.
            (self.folder / "generator.keras").unlink(missing_ok=True)
        batches = self.model.batches(self.split.images, run.batch_size, self.split.training)
        guard = callbacks.DivergenceGuard()
        hours = self.options.max_hours
        limits = [stop] if hours is None else [stop, callbacks.TimeLimit(hours)]
        with callbacks.progress_display() as display, warnings.catch_warnings():
            # The checkpoint was checked. Epochs have had another number of steps if the batches have changed.
            warnings.filterwarnings("ignore", "`initial_epoch` must be the number of epochs")
            stream = callbacks.ProgressStream(display) if display.console.is_terminal else None
            self.model.fit(
                batches,
                steps_per_epoch=run.epoch_steps(self.split.shape[0]),
                epochs=run.epochs,
                initial_epoch=self.start,
                initial_step=self.start_step,
                **validation(self.config, self.split),
                verbose=0,
                callbacks=[
                    *(guard, OwnershipCheck(self.ownership)),
                    *watchers(self.folder, self.config, self.options, self.evaluator, stream),
                    *(*charts, callbacks.TrainingProgress(display), *limits),
                ],
            )
        return guard.finding

    def summary(self, done: int) -> str:
        """Return a message about the run: its state, its files, and how to continue it.

        Args:
            done: Number of epochs that are done.
        """
        return summarise(self.folder, self.config, self.options, self.model, done)

    @property
    def resume_command(self) -> str:
        """Command that continues the run."""
        return resume_command(self.folder, self.config, self.options)


def _remove_begun_files(folder: Path) -> None:
    """Remove what a run may have begun that was killed before its first checkpoint."""
    for name in ("losses.csv", "quality.csv", "checkpoints/best.json"):
        (folder / name).unlink(missing_ok=True)


def prepare(config: ExperimentConfig, options: RunOptions, images: np.ndarray | None = None) -> Experiment:
    """Check everything, load the data, build or restore the model, and finally make the run folder.

    Args:
        config: Configuration of the run.
        options: Where the run and its data are stored, and how it is monitored.
        images: Images to train on, uint8 `(count, height, width, channels)`. Defaults to None, the images that the
            configuration names.

    Returns:
        The run, ready to train.

    Raises:
        ValueError: If the data cannot be used, or the run to resume has another configuration or other data.
        OSError: If files cannot be read or the run folder cannot be made.
    """
    run_folder.check(config, options)
    keep_freed_memory()
    runtime.check_dispatches(config.run.steps_per_execution)
    checkpoint_format(options)
    if images is None:
        config, images = load_training_images(config, options)
    split = data.hold_out(images, config.run.hold_out, config.run.seed)
    check_count(split.shape[0], config, options)
    runtime.set_seeds(config.run.seed, config.run.deterministic)
    use_devices(options.devices, config.run.batch_size, options.shard_parameters)
    environment = runtime.environment(images)
    versions = json.dumps({**environment, "data": None})
    check_same(images=environment["data"]["sha256"], configuration=config.to_json(), versions=versions)
    if options.resume is None:
        return _begin(config, options, split, environment)
    ownership = Ownership(options.resume)
    try:
        return _go_on(config, options, split, environment, ownership)
    except BaseException:
        ownership.close()
        raise


def _begin(config: ExperimentConfig, options: RunOptions, split: data.Split, environment: dict[str, Any]) -> Experiment:
    """Prepare a new run."""
    model = build_model(config, split.shape)
    check_shape(split.images, model.image_shape)
    evaluator = build_evaluator(split, config.evaluation)
    folder = run_folder.make(options.out, config, environment, options)
    with contextlib.ExitStack() as undo:
        undo.callback(shutil.rmtree, folder)
        ownership = Ownership(folder)
        undo.callback(ownership.close)
        save_real_picture(split.images, folder)
        undo.pop_all()
    say(f"Run folder: {folder}")
    return Experiment(config, options, folder, split, model, 0, 0, evaluator, ownership)


def _go_on(
    config: ExperimentConfig,
    options: RunOptions,
    split: data.Split,
    environment: dict[str, Any],
    ownership: Ownership,
) -> Experiment:
    """Prepare a run that goes on."""
    folder = ownership.folder
    restored = restore_checked(folder, config, environment, split.shape)
    evaluator = build_evaluator(split, config.evaluation)
    if evaluator is not None:
        check_quality(folder, restored.epochs, evaluator)
    take_up(folder, config, environment, restored)
    save_options(options, folder)
    save_real_picture(split.images, folder)
    say(f"Run folder: {folder}")
    model, start, steps, _ = restored
    return Experiment(config, options, folder, split, model, start, steps, evaluator, ownership)
