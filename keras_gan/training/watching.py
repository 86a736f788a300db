"""What watches a run: its callbacks, its charts on Weights & Biases, and the measurements of its samples and critic."""

import dataclasses
from pathlib import Path
from typing import Any, Literal

import keras
import numpy as np

from keras_gan import callbacks, data, metrics, parts
from keras_gan.analysis.run.history import read_losses
from keras_gan.analysis.run.saved_run import annotate
from keras_gan.console import say
from keras_gan.intervals import read_interval
from keras_gan.orbax_folders import load_orbax
from keras_gan.processes import process_count, process_index, share_text
from keras_gan.sharding import undivided
from keras_gan.training import runtime
from keras_gan.training.config import EvaluationConfig, ExperimentConfig
from keras_gan.training.hash_chain import HashChain
from keras_gan.training.options import RunOptions
from keras_gan.training.same_run import manifest_facts

#: Epochs from one measurement of the critic on held-out images to the next, if the samples are not measured.
USUAL_EVERY = 100

#: Most held-out images that the critic is measured on.
VALIDATED = 1000


def build_evaluator(split: data.Split, evaluation: EvaluationConfig) -> metrics.Evaluator | None:
    """Build the evaluator of a run's samples.

    Args:
        split: The images of the run.
        evaluation: How the samples are measured.

    Returns:
        The evaluator, or None if the samples are not measured.
    """
    if not evaluation.is_measured:
        return None
    # Each process of a run on several hosts has an extractor of its own, on one of its devices.
    with undivided():
        extractor, real = evaluation.extractor.build(parts.EXTRACTORS), split.trained_on()
        evaluator = metrics.Evaluator(extractor, real, evaluation.samples, held_out=split.held_out)
    used, count = evaluator.provenance.n_real, split.shape[0]
    if used < count:
        say(f"Quality is measured against {used} of the {count} images, the same each time.")
    return evaluator


def validation(config: ExperimentConfig, split: data.Split) -> dict[str, Any]:
    """Return the arguments of `fit` with which the critic is measured on held-out images, when samples are too.

    Args:
        config: The run's configuration.
        split: The images of the run.
    """
    held_out, run, every = split.held_out, config.run, config.evaluation.every
    if held_out is None:
        return {}
    interval = read_interval(every if config.evaluation.is_measured else USUAL_EVERY, "quality_every")
    steps, images = run.epoch_steps(split.shape[0]), run.n_critic * run.batch_size
    due = [epoch + 1 for epoch in range(run.epochs) if interval.is_due(epoch, steps, images)]
    return {"validation_data": held_out[:VALIDATED], "validation_freq": [*due, run.epochs]}


def watchers(
    folder: Path,
    config: ExperimentConfig,
    options: RunOptions,
    evaluator: metrics.Evaluator | None,
    stream: callbacks.ProgressStream | None,
) -> list[keras.callbacks.Callback]:
    """Return the callbacks that log a run and write its files.

    Args:
        folder: The run's folder.
        config: The run's configuration.
        options: How the run is watched.
        evaluator: Evaluator of the samples' quality, or None for no evaluation.
        stream: Where the log goes while a bar shows the progress, or None for standard output.
    """
    measuring = [] if evaluator is None else [_quality_monitor(folder, config, evaluator, stream)]
    tensorboard = [callbacks.TensorBoardScalars(folder / "tensorboard")] if options.tensorboard else []
    return [
        callbacks.EpochLog(options.log_every, stream),
        callbacks.LossCsv(folder / "losses.csv", append=True),
        callbacks.SampleGrid(folder / "samples", options.sample_every),
        *measuring,
        *tensorboard,
        HashChain(folder, options.checkpoint_every),
        _checkpoint(folder, config, options, "fid_score" if measuring else None),
    ]


def checkpoint_format(options: RunOptions) -> Literal["keras", "orbax"]:
    """Return the format of a run's checkpoints.

    Args:
        options: How the run is watched.

    Raises:
        ValueError: If it is Orbax, which is not installed.
    """
    is_divided = options.shard_parameters or process_count() > 1
    chosen = options.checkpoint_format or ("orbax" if is_divided else "keras")
    if chosen == "orbax":
        # To refuse it before any work is done.
        load_orbax()
    return chosen


def _checkpoint(
    folder: Path, config: ExperimentConfig, options: RunOptions, monitor: str | None
) -> callbacks.GanCheckpoint:
    chosen = checkpoint_format(options)
    checkpoints = folder / "checkpoints"
    if chosen == "orbax":
        # Of several processes, the first one alone has the run's folder. All write to it.
        checkpoints = Path(share_text(str(checkpoints.absolute())))
    facts = {**runtime.software(), **manifest_facts(config)}
    return callbacks.GanCheckpoint(
        checkpoints,
        options.checkpoint_every,
        monitor=monitor,
        facts=facts,
        minutes=options.checkpoint_minutes,
        format=chosen,
    )


def _quality_monitor(
    folder: Path, config: ExperimentConfig, evaluator: metrics.Evaluator, stream: callbacks.ProgressStream | None
) -> callbacks.QualityMonitor:
    path = folder / "quality.csv"
    return callbacks.QualityMonitor(evaluator, config.evaluation.every, path, append=True, stream=stream)


def begin_charts(
    folder: Path,
    config: ExperimentConfig,
    options: RunOptions,
    images: np.ndarray,
    evaluator: metrics.Evaluator | None,
    start: int,
) -> list[callbacks.WandbCharts]:
    """Return the callback for Weights & Biases, if any, after it has logged the epochs that are already done.

    Args:
        folder: The run's folder.
        config: The run's configuration.
        options: How the run is watched.
        images: All images of the run, uint8.
        evaluator: Evaluator of the samples' quality, or None for no evaluation.
        start: Number of epochs that are done.
    """
    if options.wandb == "off":
        return []
    run = callbacks.init_wandb(
        folder.name,
        _depends_on(config, images, evaluator),
        mode=options.wandb if process_index() == 0 else "disabled",
        folder=folder,
        run_id=callbacks.last_run_id(folder),
    )
    annotate(folder, wandb_url=None if run.offline else run.url)
    charts = callbacks.WandbCharts(run, options.sample_every)
    if start > 0:
        # The process may have died while it wrote a row.
        history = read_losses(folder / "losses.csv", is_growing=True)
        past = {key: column[:start] for key, column in history.items()}
        charts.replay(past, callbacks.pictures(folder / "samples"))
    return [charts]


def _depends_on(config: ExperimentConfig, images: np.ndarray, evaluator: metrics.Evaluator | None) -> dict[str, Any]:
    """Return all that the figures of a run depend on."""
    depends_on = {**_without_folders(config.flat()), **runtime.environment(images)}
    if evaluator is not None:
        depends_on["evaluation"] = dataclasses.asdict(evaluator.provenance)
    return depends_on


def _without_folders(settings: dict[str, Any]) -> dict[str, Any]:
    """Return settings in which a path is only its last name: its folders may name the user."""
    paths = {name: Path(value).name for name, value in settings.items() if isinstance(value, str) and _is_path(value)}
    return {**settings, **paths}


def _is_path(text: str) -> bool:
    return text.startswith("~") or Path(text).is_absolute()
