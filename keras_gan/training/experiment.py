"""A training run from start to end: data, networks, model, callbacks, run folder and seeds."""

import contextlib
import dataclasses
import shutil
import warnings
from pathlib import Path
from typing import Any

import keras
import numpy as np

from keras_gan import callbacks, data, metrics, models, parts
from keras_gan.analysis.run.history import read_losses
from keras_gan.analysis.run.saved_run import annotate
from keras_gan.callbacks.quality_monitor import check_provenance
from keras_gan.console import say
from keras_gan.files import whole_file
from keras_gan.intervals import read_interval
from keras_gan.invocation import command_line
from keras_gan.metrics.extractors.extractor import weights_digest
from keras_gan.tables import table_lines
from keras_gan.training import run_folder, runtime
from keras_gan.training.allocator import keep_freed_memory
from keras_gan.training.build import build_model
from keras_gan.training.config import EvaluationConfig, ExperimentConfig
from keras_gan.training.environment import check_environment, record_resume
from keras_gan.training.hash_chain import HashChain
from keras_gan.training.images import check_count, check_shape, load_training_images
from keras_gan.training.options import RunOptions, save_options
from keras_gan.training.ownership import Ownership, OwnershipCheck
from keras_gan.training.recovery import check_files, restore, set_aside, set_best_aside, set_records_aside
from keras_gan.training.report import report_on, save_real_picture
from keras_gan.training.same_run import changed_settings, manifest_facts

#: What a run has for its user, as far as it has come.
RESULTS = (
    *("report.html", "analysis_report.md", "losses.csv", "plots/", "samples/", "checkpoints/", "generator.keras"),
    "quality.csv",
)

#: Epochs from one measurement of the critic on held-out images to the next, if the samples are not measured.
USUAL_EVERY = 100

#: Most held-out images that the critic is measured on.
VALIDATED = 1000


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
        with contextlib.closing(self.ownership), stop or callbacks.GracefulStop() as stop:
            charts = self._charts() if self.start < self.config.run.epochs else []
            try:
                finding = self._fit(stop, charts) if self.start < self.config.run.epochs else None
                done = self._write_closing_files(finding)
                if done > 0:
                    report_on(self.folder, self.split.trained_on(), [chart.run for chart in charts])
                annotate(self.folder, closed=str(done))
            finally:
                # After the run's own files, so that they do not wait for the service.
                for chart in charts:
                    chart.finish()
        if finding is not None:
            raise DivergedError(finding)
        return done

    def _fit(self, stop: callbacks.GracefulStop, charts: list[callbacks.WandbCharts]) -> str | None:
        """Train, and return the finding of `DivergenceGuard`."""
        run = self.config.run
        if self.start == 0:
            # A run that was killed before its first checkpoint may have begun these.
            for name in ("losses.csv", "quality.csv", "checkpoints/best.json"):
                (self.folder / name).unlink(missing_ok=True)
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
                **self._validation(),
                verbose=0,
                callbacks=[guard, *self._watchers(stream), *charts, callbacks.TrainingProgress(display), *limits],
            )
        return guard.finding

    def _validation(self) -> dict[str, Any]:
        """Return the arguments of `fit` with which the critic is measured on held-out images, when samples are too."""
        held_out, run, every = self.split.held_out, self.config.run, self.config.evaluation.every
        if held_out is None:
            return {}
        interval = read_interval(every if self.config.evaluation.is_measured else USUAL_EVERY, "quality_every")
        steps, images = run.epoch_steps(self.split.shape[0]), run.n_critic * run.batch_size
        due = [epoch + 1 for epoch in range(run.epochs) if interval.is_due(epoch, steps, images)]
        return {"validation_data": held_out[:VALIDATED], "validation_freq": [*due, run.epochs]}

    def _write_closing_files(self, finding: str | None) -> int:
        """Record whether training diverged, save the generator if it did not, and return the number of epochs done."""
        annotate(self.folder, diverged=finding)
        if finding is None:
            with whole_file(self.folder / "generator.keras") as path:
                self.model.sampling_generator.save(path)
        # Within the first epoch, the file has not even a header.
        return max(len(list(table_lines(self.folder / "losses.csv", is_growing=True))) - 1, 0)

    def _watchers(self, stream: callbacks.ProgressStream | None) -> list[keras.callbacks.Callback]:
        options, folder = self.options, self.folder
        watchers = [
            OwnershipCheck(self.ownership),
            callbacks.EpochLog(options.log_every, stream),
            callbacks.LossCsv(folder / "losses.csv", append=True),
            callbacks.SampleGrid(folder / "samples", options.sample_every),
        ]
        monitor = None
        if self.evaluator is not None:
            quality = folder / "quality.csv"
            monitor = "fid_score"
            watchers.append(
                callbacks.QualityMonitor(
                    self.evaluator, self.config.evaluation.every, quality, append=True, stream=stream
                )
            )
        if options.tensorboard:
            watchers.append(callbacks.TensorBoardScalars(folder / "tensorboard"))
        return [
            *watchers,
            HashChain(folder, options.checkpoint_every),
            callbacks.GanCheckpoint(
                folder / "checkpoints",
                options.checkpoint_every,
                monitor=monitor,
                facts={**runtime.software(), **manifest_facts(self.config)},
                minutes=options.checkpoint_minutes,
            ),
        ]

    def _charts(self) -> list[callbacks.WandbCharts]:
        """Return the callback for Weights & Biases, if any, after it has logged the epochs that are already done."""
        if self.options.wandb == "off":
            return []
        depends_on = {**_without_folders(self.config.flat()), **runtime.environment(self.split.images)}
        if self.evaluator is not None:
            depends_on["evaluation"] = dataclasses.asdict(self.evaluator.provenance)
        run = callbacks.init_wandb(
            self.folder.name,
            depends_on,
            mode=self.options.wandb,
            folder=self.folder,
            run_id=callbacks.last_run_id(self.folder),
        )
        annotate(self.folder, wandb_url=None if run.offline else run.url)
        charts = callbacks.WandbCharts(run, self.options.sample_every)
        if self.start > 0:
            # The process may have died while it wrote a row.
            history = read_losses(self.folder / "losses.csv", is_growing=True)
            past = {key: column[: self.start] for key, column in history.items()}
            charts.replay(past, callbacks.pictures(self.folder / "samples"))
        return [charts]

    def summary(self, done: int) -> str:
        """Return a message about the run: its state, its files, and how to continue it.

        Args:
            done: Number of epochs that are done.
        """
        epochs = self.config.run.epochs
        is_finished = done == epochs
        state = "finished" if is_finished else f"stopped after {done} of {epochs} epochs"
        lines = [
            f"Run {state}. In {self.folder}:",
            f"  {'  '.join(name for name in RESULTS if (self.folder / name).exists())}",
            f"Weights: sha256 {weights_digest(self.model)}",
        ]
        if not is_finished:
            lines.append(f"Continue it with: {self.resume_command}")
        return "\n".join(lines)

    @property
    def resume_command(self) -> str:
        """Command that continues the run."""
        if self.config.data.name == "array":
            return f"kg.train(resume={str(self.folder)!r}, images=…, epochs=…), with the same images"
        options = self.options
        folders = {"--data-dir": options.data_dir, "--cache": options.cache}
        data_flag = [text for flag, folder in folders.items() if folder is not None for text in (flag, folder)]
        plugin_flag = ["--plugin", *options.plugin] if options.plugin else []
        return command_line("train", "--resume", self.folder, *data_flag, *plugin_flag)


def _without_folders(settings: dict[str, Any]) -> dict[str, Any]:
    """Return settings in which a path is only its last name: its folders may name the user."""
    paths = {name: Path(value).name for name, value in settings.items() if isinstance(value, str) and _is_path(value)}
    return {**settings, **paths}


def _is_path(text: str) -> bool:
    return text.startswith("~") or Path(text).is_absolute()


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
    if images is None:
        config, images = load_training_images(config, options)
    split = data.hold_out(images, config.run.hold_out, config.run.seed)
    check_count(split.shape[0], config, options)
    runtime.set_seeds(config.run.seed, config.run.deterministic)
    environment = runtime.environment(images)
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
    evaluator = _evaluator(split, config.evaluation)
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
    for change in check_environment(folder, environment):
        say(f"Resuming under another version, so the last bits may differ: {change}")
    restored = restore(folder, config, split.shape)
    start = restored.epochs
    check_files(folder, start)
    evaluator = _evaluator(split, config.evaluation)
    if evaluator is not None and (folder / "quality.csv").exists():
        check_provenance(folder / "quality.csv", start, evaluator.provenance)
    saved = run_folder.load_config(folder)
    changes = changed_settings(saved, config)
    within = f", step {restored.steps}" if restored.steps else ""
    for name, (old, new) in changes.items():
        say(f"From epoch {start}{within}: {name} {old} → {new}")
    run_folder.remove_partial_files(folder)
    set_aside(restored.unused)
    if set(changes) - {"epochs"}:
        set_best_aside(folder, start)
    if start == 0:
        set_records_aside(folder)
    record_resume(folder, environment, saved, start, changes, restored.steps)
    run_folder.write_config(folder, config)
    save_options(options, folder)
    save_real_picture(split.images, folder)
    say(f"Run folder: {folder}")
    return Experiment(config, options, folder, split, restored.model, start, restored.steps, evaluator, ownership)


def _evaluator(split: data.Split, evaluation: EvaluationConfig) -> metrics.Evaluator | None:
    if not evaluation.is_measured:
        return None
    extractor, real = evaluation.extractor.build(parts.EXTRACTORS), split.trained_on()
    evaluator = metrics.Evaluator(extractor, real, evaluation.samples, held_out=split.held_out)
    used, count = evaluator.provenance.n_real, split.shape[0]
    if used < count:
        say(f"Quality is measured against {used} of the {count} images, the same each time.")
    return evaluator
