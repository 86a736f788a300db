"""What `fit` with the console log and the CSV costs over the compiled step that it calls.

Blocks of bare steps and of `fit` alternate in one run; an epoch of `fit` is the time from the end of one epoch to the
end of the next, so that data, metrics, callbacks and printing all count. The second pair of rows has networks so small
that the difference of the medians is the host time of an epoch.
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import dataclasses
import io
import itertools
import statistics
import tempfile
import time
from pathlib import Path

import keras
import tensorflow as tf
import tyro

from keras_gan import EpochLog, LossCsv, image_batches
from keras_gan.data import toy_horses
from keras_gan.experiment import build_model
from keras_gan.presets import PRESETS

TINY = {"generator_filters": (4, 4, 4, 3), "critic_filters": (4,), "critic_strides": (8,), "batch_size": 2}


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


def fit_epochs(gan, batches, count):
    """Return the times of some epochs of `fit`, in seconds."""
    stopwatch = Stopwatch()
    with tempfile.TemporaryDirectory() as folder:
        log, losses = EpochLog(every=1, stream=io.StringIO()), LossCsv(Path(folder) / "losses.csv")
        callbacks = [log, losses, stopwatch]
        gan.fit(batches, steps_per_epoch=1, epochs=count + 1, verbose=0, callbacks=callbacks)
    return intervals(stopwatch.times)


def intervals(times):
    """Return the time from each of some moments to the next."""
    return [end - begin for begin, end in itertools.pairwise(times)]


def compare(config, blocks, count):
    """Return the medians of a bare step and of an epoch of `fit`, in seconds."""
    gan = build_model(config)
    batches = image_batches(toy_horses(max(64, config.batch_size)), config.batch_size, config.n_critic)
    batch = next(iter(batches))
    step = tf.function(gan.train_step, jit_compile=gan.jit_compile)
    bare_steps(step, batch, 2)
    fit_epochs(gan, batches, 2)
    bare, fit = [], []
    for _ in range(blocks):
        bare += bare_steps(step, batch, count)
        fit += fit_epochs(gan, batches, count)
    return statistics.median(bare), statistics.median(fit)


def main(batch_size: int = 64, blocks: int = 6, epochs: int = 8):
    """Print the comparison.

    Args:
        batch_size: Images in a batch of the horses networks.
        blocks: Blocks of each kind.
        epochs: Steps or epochs in a block; twenty times as many for the tiny networks.
    """
    horses = dataclasses.replace(PRESETS["horses"], batch_size=batch_size)
    bare, fit = compare(horses, blocks, epochs)
    print(f"horses networks, batch {batch_size}: step {1e3 * bare:.1f} ms, fit {1e3 * fit:.1f} ms, {fit / bare:.3f} ×")
    bare, fit = compare(dataclasses.replace(horses, **TINY), blocks, 20 * epochs)
    print(f"tiny networks: step {1e3 * bare:.2f} ms, fit {1e3 * fit:.2f} ms, host {1e3 * (fit - bare):.2f} ms an epoch")


if __name__ == "__main__":
    tyro.cli(main)
