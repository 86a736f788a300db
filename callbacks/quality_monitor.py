"""Sample quality while training goes on."""

import csv
import dataclasses
import os
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from keras_gan.callbacks._periodic import Periodic
from keras_gan.callbacks._stages import Stage
from keras_gan.callbacks.epoch_log import render_place, render_quality
from keras_gan.callbacks.loss_csv import check_empty
from keras_gan.checks import (
    check_count,
    check_flag,
    check_interface,
    check_seed,
    check_stream,
    check_text,
    checked_path,
    require,
    shortened,
)
from keras_gan.console import TextStream, say
from keras_gan.files import named_errors, whole_file
from keras_gan.reading import reading
from keras_gan.tables import read_records, split_row

if TYPE_CHECKING:
    from keras_gan.metrics import Evaluator
    from keras_gan.metrics.evaluation import Evaluation, Provenance

#: Samples generated at a time.
SAMPLE_BATCH = 1000

#: Columns that files of earlier versions do not have, and whose absence says what it was then.
LATER_COLUMNS = ("floor_images", "ladder_position", "ladder_agreement", "worse_than", "better_than", "weakest")

#: Samples looked at before training begins.
FIRST_LOOK = 64


def sample_batches(generate: Callable[..., np.ndarray], count: int, seed: int) -> Iterator[np.ndarray]:
    """Yield the samples that quality is measured on, a thousand at a time.

    Args:
        generate: Function of a number of images and of a `seed`, such as a model's `generate`.
        count: Number of samples in all.
        seed: Seed that the seeds of all batches come from.

    Yields:
        Images `(batch, height, width, channels)`.
    """
    check_interface(generate, "generate", ("__call__",))
    check_count(count, "count")
    check_seed(seed)
    starts = range(0, count, SAMPLE_BATCH)
    # Not seed, seed + 1 and so on, or sets of neighbouring seeds would share most of their samples.
    seeds = np.random.SeedSequence(seed).generate_state(len(starts))
    for start, batch_seed in zip(starts, seeds):
        yield generate(min(SAMPLE_BATCH, count - start), seed=int(batch_seed))


class QualityMonitor(Periodic):
    """Measure the samples' quality every few epochs and at the end, always from the same latents.

    It prints two lines under the epoch's box, and a third with the word for the quality where the evaluator has a
    ladder. It puts the figures into the epoch's logs, where other callbacks find them: `fid_score`,
    `inception_score_mean` and `_std`, `pixel_variance`, and all others of an evaluation. Epochs without an evaluation
    have none of these keys. Let its `every` be a multiple of that of `EpochLog`, so that each
    evaluation has its box. `EarlyStopping("fid_score", mode="min", patience=5)` counts evaluations; Keras warns of the
    epochs between. Where that or another callback stops training, the last figures come when Keras's callbacks have
    seen that epoch's logs; ours still take them. It needs a model with `generate(n, seed=…)`.

    Samples that cannot be measured, such as images with NaN, do not end training: it says so and goes on.

    Args:
        evaluator: A `keras_gan.Evaluator` for the model's images.
        every: Epochs from one evaluation to the next, at least 1; or an interval such as "500 steps" or "20 kimg".
            Defaults to 100.
        path: A CSV file for the figures with their provenances, one row an evaluation; None for none. Its folder is
            made if need be. Defaults to None.
        append: Whether to continue an existing file; its rows from the first trained epoch on are dropped. Defaults to
            False, where an existing file is an error.
        seed: Seed of the latents. Defaults to 0.
        stream: Text stream to print to. Defaults to None, the standard output at the time of printing.

    Raises:
        ValueError: If `every` is no interval; when training begins, if the model has no `generate`; before the first
            epoch of all, if the generator's images are not of the real images' shape and range; before the first epoch,
            if the file's figures have another provenance.
        FileExistsError: When training begins, if the file exists and is not to be continued, or has rows though
            training begins with epoch 0.
        OSError: At the end of an epoch, if its row cannot be written; the message names the file.
    """

    stage = Stage.MEASURE
    needs = ("generate",)

    def __init__(
        self,
        evaluator: "Evaluator",
        every: int | str = 100,
        path: str | Path | None = None,
        append: bool = False,
        seed: int = 0,
        stream: TextStream | None = None,
    ) -> None:
        super().__init__(every)
        check_seed(seed)
        check_flag(append, "append")
        check_stream(stream)
        require(hasattr(evaluator, "extractor"), "evaluator", "an Evaluator", repr(evaluator))
        self.evaluator = evaluator
        self.path = None if path is None else checked_path(path, "path")
        self.append = append
        self.seed = seed
        self.stream = stream
        self.label = evaluator.extractor.label

    def say_header(self, text: str) -> None:
        """Print a line before the figures, if there is no `EpochLog`.

        Args:
            text: The line.
        """
        check_text(text, "text")
        say(text, self.stream)

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
        super().on_train_begin(logs)
        if self.path is not None and self.path.exists() and not self.append:
            raise FileExistsError(f"{self.path} exists: give another `path`, or `append=True` to continue it")
        if self.path is not None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        self._started = False
        evaluator = self.evaluator
        provenance, half = evaluator.provenance, evaluator.floor_images
        say(
            f"Quality: FID{self.label} of {provenance.n_samples} samples against {provenance.n_real} real images; "
            f"between {half} and {half} of these it is {evaluator.floors['fid_floor']:.1f}.",
            self.stream,
        )

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        if self._started:
            return
        # Later on, a generator that has collapsed may look like one of another range.
        if epoch == 0:
            self.evaluator.check(self.model.generate(FIRST_LOOK, seed=self.seed))
        if self.path is not None and self.path.exists():
            if epoch == 0:
                check_empty(self.path)
            _keep_rows(self.path, epoch, self.evaluator.provenance)
        self._has_file = self.path is not None and self.path.exists()
        self._started = True

    def act(self, epoch: int, logs: dict[str, float]) -> None:
        # A loop of the user's own may not tell of the beginning of epochs.
        self.on_epoch_begin(epoch)
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
        if evaluation.place is not None:
            say(render_place(evaluation.place), self.stream)
        if self.path is not None:
            self._append(self.path, {"epoch": epoch, **_row(evaluation)})

    def _append(self, path: Path, row: dict[str, Any]) -> None:
        with named_errors(path):
            if not self._has_file:
                path.write_text(",".join(row) + "\n", encoding="utf-8")
                self._has_file = True
            # A file that was deleted under the run must not begin anew without its past.
            with open(path, "r+", newline="", encoding="utf-8") as file:
                columns = next(csv.reader(file))
                if missing := [key for key in row if key not in (*columns, *LATER_COLUMNS)]:
                    message = f"{path} was begun without columns {missing}: they are left out of it"
                    warnings.warn(message, stacklevel=4)
                file.seek(0, os.SEEK_END)
                csv.DictWriter(file, columns, extrasaction="ignore", lineterminator="\n").writerow(row)


def _row(evaluation: "Evaluation") -> dict[str, Any]:
    """Return what the file records of an evaluation, by column."""
    place = evaluation.place
    words = {} if place is None else {name: getattr(place, name) for name in ("worse_than", "better_than", "weakest")}
    known = {**evaluation.figures(), **words, "floor_images": evaluation.floor_images}
    # A file has the same columns with and without a place.
    return {
        **known,
        **{name: "" for name in LATER_COLUMNS if name not in known},
        **dataclasses.asdict(evaluation.provenance),
    }


def check_provenance(path: Path, first_epoch: int, provenance: "Provenance") -> None:
    """Refuse to continue a file with figures that its own cannot be compared with.

    Args:
        path: A file that `QualityMonitor` wrote.
        first_epoch: Index of the epoch that training goes on with; later rows do not count.
        provenance: What the new figures depend on.

    Raises:
        ValueError: If a row has another provenance, or the extractor's weights are not known.
    """
    _, pairs = _earlier_rows(path, first_epoch)
    if pairs and provenance.weights_sha256 is None:
        raise ValueError(
            f"{path} cannot be continued: the weights of {provenance.extractor} are not known. Give a `weights_hash`"
        )
    for key, value in dataclasses.asdict(provenance).items():
        others = {row.get(key) for _, row in pairs} - {str(value)}
        if others:
            raise ValueError(
                f"{path} has figures of another provenance: {key} is {shortened(others.pop())}. Received: {value}"
            )


def _earlier_rows(path: Path, first_epoch: int) -> tuple[str, list[tuple[str, dict[str, str]]]]:
    """Return the header, and the rows of earlier epochs as text and by column."""
    header, records = read_records(path)
    with reading(path, "a file that QualityMonitor writes"):
        return header, [(line, row) for line, row in records if int(row["epoch"]) < first_epoch]


def _keep_rows(path: Path, first_epoch: int, provenance: "Provenance") -> None:
    """Drop the rows of epochs that will be trained again; refuse figures that these cannot be compared with."""
    check_provenance(path, first_epoch, provenance)
    header, pairs = _earlier_rows(path, first_epoch)
    if not pairs:
        path.unlink()
        return
    # Earlier versions have not measured all that is measured now: the cells of their rows stay empty.
    later = [name for name in LATER_COLUMNS if name not in split_row(header)]
    header, *lines = (line.rstrip("\n") for line in (header, *(line for line, _ in pairs)))
    text = [",".join([header, *later]), *(line + "," * len(later) for line in lines), ""]
    with whole_file(path) as new:
        new.write_text("\n".join(text), encoding="utf-8")
