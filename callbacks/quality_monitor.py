"""Sample quality while training goes on."""

import csv
import dataclasses
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from keras_gan.callbacks._console import say
from keras_gan.callbacks._files import whole_file
from keras_gan.callbacks._periodic import Periodic
from keras_gan.callbacks.epoch_log import render_quality

#: Samples generated at a time.
SAMPLE_BATCH = 1000

#: Samples looked at before training begins.
FIRST_LOOK = 64


def sample_batches(generate: Callable, count: int, seed: int) -> Iterator[np.ndarray]:
    """Yield the samples that quality is measured on, a thousand at a time.

    Args:
        generate: Function of a number of images and of a `seed`, such as a model's `generate`.
        count: Number of samples in all.
        seed: Seed of the first batch; the next has the next.

    Yields:
        Images `(batch, height, width, channels)`.
    """
    for index, start in enumerate(range(0, count, SAMPLE_BATCH)):
        yield generate(min(SAMPLE_BATCH, count - start), seed=seed + index)


class QualityMonitor(Periodic):
    """Measure the samples' quality every few epochs and at the end, always from the same latents.

    It prints two lines under the epoch's box and puts the figures into the epoch's logs, where callbacks that come
    after it find them: `fid_score`, `inception_score_mean` and `_std`, `pixel_variance`, and all others of an
    evaluation. Epochs without an evaluation have none of these keys. Put it after `EpochLog`, and let its `every` be a
    multiple of that one's, so that each evaluation has its box; put it before `LossCsv`. Keras's `EarlyStopping` on
    `fid_score` then counts its patience in evaluations.

    Samples that cannot be measured, such as images with NaN, do not end training: it says so and goes on.

    Args:
        evaluator: A `keras_gan.Evaluator` for the model's images.
        every: Epochs from one evaluation to the next, at least 1. Defaults to 100.
        path: A CSV file for the figures with their passports, one row an evaluation; None for none. Defaults to None.
        append: Whether to continue an existing file; its rows from the first trained epoch on are dropped. Defaults to
            False, where an existing file is an error.
        seed: Seed of the latents. Defaults to 0.
        stream: Text stream to print to. Defaults to None, the standard output at the time of printing.

    Raises:
        ValueError: If `every` is less than 1; when training begins, if the generator's images are not of the real
            images' shape and range; at the first epoch, if the file's figures have another passport.
        FileExistsError: When training begins, if the file exists and is not to be continued.
    """

    def __init__(
        self,
        evaluator,
        every: int = 100,
        path: str | Path | None = None,
        append: bool = False,
        seed: int = 0,
        stream=None,
    ):
        super().__init__(every)
        self.evaluator = evaluator
        self.path = None if path is None else Path(path)
        self.append = append
        self.seed = seed
        self.stream = stream
        self.label = evaluator.extractor.label

    def on_train_begin(self, logs=None):
        super().on_train_begin(logs)
        self.evaluator.check(self.model.generate(FIRST_LOOK, seed=self.seed))
        if self.path is not None and self.path.exists() and not self.append:
            raise FileExistsError(f"{self.path} exists: give another `path`, or `append=True` to continue it")
        self._started = False
        floor, passport = self.evaluator.floors["fid_floor"], self.evaluator.passport
        say(
            f"Quality: FID{self.label} of {passport.n_samples} samples against {passport.n_real} real images; "
            f"between two halves of these it is {floor:.1f}.",
            self.stream,
        )

    def on_epoch_begin(self, epoch, logs=None):
        if not self._started and self.path is not None and self.path.exists():
            _keep_rows(self.path, epoch, self.evaluator.passport)
        self._started = True

    def act(self, epoch, logs):
        say("\n  Computing quality metrics...", self.stream)
        try:
            evaluation = self.evaluator.evaluate(
                sample_batches(self.model.generate, self.evaluator.n_samples, self.seed)
            )
        except ValueError as error:
            say(f"  Quality    │ not measured: {error}", self.stream)
            warnings.warn(f"Quality was not measured in epoch {epoch}: {error}", stacklevel=2)
            return
        logs.update(evaluation.figures())
        say(render_quality(logs, self.label), self.stream)
        if self.path is not None:
            _append_row(self.path, {"epoch": epoch, **evaluation.figures(), **dataclasses.asdict(evaluation.passport)})


def _append_row(path, row):
    is_new = not path.exists()
    with open(path, "a", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, row, lineterminator="\n")
        if is_new:
            writer.writeheader()
        writer.writerow(row)


def _keep_rows(path, first_epoch, passport):
    """Drop the rows of epochs that will be trained again; refuse figures that these cannot be compared with."""
    with open(path, newline="", encoding="utf-8") as file:
        lines = [line for line in file if line.endswith("\n")]
    rows = list(csv.DictReader(lines))
    for key, value in dataclasses.asdict(passport).items():
        others = {row.get(key) for row in rows} - {"" if value is None else str(value)}
        if others:
            raise ValueError(f"{path} has figures of another passport: {key} is {others.pop()}. Received: {value}")
    kept = [line for line, row in zip(lines[1:], rows) if int(row["epoch"]) < first_epoch]
    with whole_file(path) as new:
        new.write_text("".join([*lines[:1], *kept]), encoding="utf-8")
