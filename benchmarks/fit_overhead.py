"""What `fit` costs over the compiled step that it calls: with the console log and the CSV, and with all callbacks.

Blocks of bare steps and of both kinds of `fit` alternate in one run; an epoch of `fit` is the time from the end of one
epoch to the end of the next, so that data, metrics, callbacks and printing all count. All callbacks are those of a
script's run, an offline run of Weights & Biases and TensorBoard among them, each recording every epoch, and Keras's;
pictures, checkpoints and quality, which come every hundred epochs, are not among what is timed. The second pair of rows
has networks so small that the difference of the medians is the host time of an epoch.
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import contextlib
import functools
import io
import itertools
import statistics
import tempfile
import time
from pathlib import Path

import keras
import tensorflow as tf
import tyro
import wandb
from rich.console import Console

from keras_gan import (
    DivergenceGuard,
    EpochLog,
    GanCheckpoint,
    LossCsv,
    SampleGrid,
    TensorBoardScalars,
    WandbCharts,
    image_batches,
    init_wandb,
)
from keras_gan.callbacks import TrainingProgress, progress_display
from keras_gan.data import toy_horses
from keras_gan.training.allocator import keep_freed_memory
from keras_gan.training.build import build_model
from keras_gan.training.changes import change
from keras_gan.training.presets import PRESETS

TINY = {"generator_filters": (4, 4, 4, 3), "critic_filters": (4,), "critic_strides": (8,), "batch_size": 2}


KINDS = ("log and CSV", "all callbacks")


class Stopwatch(keras.callbacks.Callback):
    """Note when each epoch has ended."""

    def on_train_begin(self, logs=None):
        self.times = []

    def on_epoch_end(self, epoch, logs=None):
        self.times.append(time.perf_counter())


def bare_steps(step, batch, count):
    """Return the times of some steps on one batch, in seconds."""
    times = [time.perf_counter()]
    for _ in range(count):
        step(batch)["d_loss"].numpy()
        times.append(time.perf_counter())
    return intervals(times)


def log_and_csv(folder):
    """Return the callbacks of `fit` with a log."""
    return [EpochLog(every=1, stream=io.StringIO()), LossCsv(folder / "losses.csv")]


def all_callbacks(folder):
    """Return all callbacks, with pictures and checkpoints at the end alone."""
    run = init_wandb("benchmark", mode="offline", folder=folder)
    return [
        *log_and_csv(folder),
        DivergenceGuard(),
        SampleGrid(folder, every=10**9),
        GanCheckpoint(folder, every=10**9),
        WandbCharts(run, every=10**9),
        TrainingProgress(progress_display(Console(file=io.StringIO()))),
        TensorBoardScalars(folder),
        keras.callbacks.EarlyStopping("wasserstein_distance", mode="min", patience=10**9),
        keras.callbacks.ReduceLROnPlateau("wasserstein_distance", mode="min", patience=10**9),
        keras.callbacks.LearningRateScheduler(lambda epoch, rate: rate),
        keras.callbacks.TerminateOnNaN(),
    ]


def fit_epochs(gan, batches, count, make_callbacks):
    """Return the times of some epochs of `fit`, in seconds."""
    stopwatch = Stopwatch()
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
        callbacks = [*make_callbacks(Path(folder)), stopwatch]
        gan.fit(batches, steps_per_epoch=1, epochs=count + 1, verbose=0, callbacks=callbacks)
        wandb.finish()
    return intervals(stopwatch.times)


def intervals(times):
    """Return the time from each of some moments to the next."""
    return [end - begin for begin, end in itertools.pairwise(times)]


def compare(config, blocks, count):
    """Return the medians of a bare step and of an epoch of `fit` with either set of callbacks, in seconds."""
    gan = build_model(config)
    batches = image_batches(toy_horses(max(64, config.run.batch_size)), config.run.batch_size, config.run.n_critic)
    batch = next(iter(batches))
    step = tf.function(gan.train_step, jit_compile=gan.jit_compile)
    turns = [
        functools.partial(bare_steps, step, batch),
        *(functools.partial(fit_epochs, gan, batches, make_callbacks=make) for make in (log_and_csv, all_callbacks)),
    ]
    for turn in turns:
        turn(count=2)
    times = [[] for _ in turns]
    for _ in range(blocks):
        for turn, collected in zip(turns, times):
            collected += turn(count=count)
    return [statistics.median(collected) for collected in times]


def main(batch_size: int = 64, blocks: int = 6, epochs: int = 8):
    """Print the comparison.

    Args:
        batch_size: Images in a batch of the horses networks.
        blocks: Blocks of each kind.
        epochs: Steps or epochs in a block; twenty times as many for the tiny networks.
    """
    keep_freed_memory()  # as the scripts do
    horses = change(PRESETS["horses"], batch_size=batch_size)
    bare, *fits = compare(horses, blocks, epochs)
    print(f"horses networks, batch {batch_size}: step {1e3 * bare:.1f} ms")
    for kind, fit in zip(KINDS, fits):
        print(f"  fit with {kind}: {1e3 * fit:.1f} ms, {fit / bare:.3f} ×")
    bare, *fits = compare(change(horses, **TINY), blocks, 20 * epochs)
    print(f"tiny networks: step {1e3 * bare:.2f} ms")
    for kind, fit in zip(KINDS, fits):
        print(f"  fit with {kind}: {1e3 * fit:.2f} ms, host {1e3 * (fit - bare):.2f} ms an epoch")


if __name__ == "__main__":
    tyro.cli(main)
