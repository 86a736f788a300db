"""Valid calls of callbacks, and of what reads and shows their files."""

import io
from pathlib import Path

import keras
import rich.console
from hostile import values
from hostile.cases_metrics import evaluator, pixels, place
from hostile.sweep import Case, Right, given
from hostile.values import (
    choice,
    count,
    existing_path,
    flag,
    function,
    index,
    interval,
    mapping,
    number,
    optional,
    path,
    text,
    thing,
)

import keras_gan as kg
from keras_gan import callbacks
from keras_gan.callbacks.epoch_log import REQUIRED_KEYS

FOLDER = given("folder", path)
EVERY = given(2, interval)
SEED = given(0, index)
STREAM = given(lambda: io.StringIO(), optional(thing))
COUNT = given(2, count)


def logs():
    return dict.fromkeys((*REQUIRED_KEYS, "gradient_penalty", "fid_score", "pixel_variance"), 1.0)


def made(kind):
    """Return a constructor whose answer is the settings that are numbers or texts."""

    def call(**arguments):
        one = kind(**arguments)
        return {name: value for name, value in vars(one).items() if isinstance(value, (int, float, str))}

    return call


def rows():
    path = Path("losses.csv")
    path.write_text("epoch,d_loss\n0,1.0\n")
    return path


def display():
    return callbacks.progress_display(rich.console.Console(file=io.StringIO()))


CASES = [
    Case(
        "keras_gan.callbacks.DivergenceGuard",
        made(callbacks.DivergenceGuard),
        {"bound": given(1e6, number, infinite=Right("an infinite bound is none")), "stream": STREAM},
    ),
    Case("keras_gan.callbacks.EpochLog", made(callbacks.EpochLog), {"every": EVERY, "stream": STREAM}),
    Case(
        "keras_gan.callbacks.EpochLog.say_header",
        lambda text: callbacks.EpochLog(stream=io.StringIO()).say_header(text),
        {"text": given("text", text)},
    ),
    Case(
        "keras_gan.callbacks.QualityMonitor.say_header",
        lambda text: callbacks.QualityMonitor(evaluator(), stream=io.StringIO()).say_header(text),
        {"text": given("text", text)},
    ),
    Case(
        "keras_gan.callbacks.GanCheckpoint",
        made(callbacks.GanCheckpoint),
        {
            "folder": FOLDER,
            "every": EVERY,
            "keep": COUNT,
            "monitor": given("fid_score", optional(text)),
            "mode": given("min", choice),
            "facts": given({"config": "abc"}, optional(values.facts)),
            "minutes": given(5.0, optional(number)),
            "format": given("keras", choice),
        },
    ),
    Case(
        "keras_gan.callbacks.LossCsv",
        made(callbacks.LossCsv),
        {"path": given("losses.csv", path), "append": given(False, flag)},
    ),
    Case(
        "keras_gan.callbacks.QualityMonitor",
        made(callbacks.QualityMonitor),
        {
            "evaluator": given(lambda: evaluator(), thing),
            "every": EVERY,
            "path": given("quality.csv", optional(path)),
            "append": given(False, flag),
            "seed": SEED,
            "stream": STREAM,
        },
    ),
    Case(
        "keras_gan.callbacks.SampleGrid",
        made(callbacks.SampleGrid),
        {"folder": FOLDER, "every": EVERY, "count": COUNT, "seed": SEED},
    ),
    Case(
        "keras_gan.callbacks.KLAnnealing",
        made(callbacks.KLAnnealing),
        {
            "weight": given(lambda: keras.Variable(0.0, trainable=False), thing),
            "schedule": given(
                lambda: lambda epoch: 1.0, function, **{"class": Right("int is a function of the epoch: the epoch")}
            ),
        },
    ),
    Case(
        "keras_gan.callbacks.PosteriorCollapse",
        made(callbacks.PosteriorCollapse),
        {"monitor": given("kl", text), "minimum": given(0.1, number), "patience": COUNT},
    ),
    Case("keras_gan.callbacks.TimeLimit", made(callbacks.TimeLimit), {"hours": given(8.0, number)}),
    Case("keras_gan.callbacks.GracefulStop", made(callbacks.GracefulStop), {"advice": given("", text)}),
    Case("keras_gan.callbacks.TensorBoardScalars", made(callbacks.TensorBoardScalars), {"folder": FOLDER}),
    Case("keras_gan.callbacks.ProgressStream", made(callbacks.ProgressStream), {"display": given(display, thing)}),
    Case(
        "keras_gan.callbacks.TrainingProgress",
        made(callbacks.TrainingProgress),
        {"display": given(display, thing), "description": given("Training", text)},
    ),
    Case(
        "keras_gan.callbacks.progress_display",
        lambda console: type(callbacks.progress_display(console)).__name__,
        {"console": given(lambda: rich.console.Console(file=io.StringIO()), optional(thing))},
    ),
    Case(
        "keras_gan.callbacks.WandbCharts",
        made(callbacks.WandbCharts),
        {"run": given(None, optional(thing)), "every": EVERY, "count": COUNT, "seed": SEED},
    ),
    Case("keras_gan.callbacks.checkpoints", callbacks.checkpoints, {"folder": FOLDER}),
    Case("keras_gan.callbacks.steps_into_epoch", callbacks.steps_into_epoch, {"path": given("a.keras", path)}),
    Case("keras_gan.callbacks.pictures", callbacks.pictures, {"folder": FOLDER}),
    Case("keras_gan.callbacks.last_run_id", callbacks.last_run_id, {"folder": FOLDER}),
    Case(
        "keras_gan.callbacks.kept_rows",
        callbacks.kept_rows,
        {"path": given(rows, existing_path), "first_epoch": given(0, index)},
    ),
    Case(
        "keras_gan.callbacks.render_epoch",
        callbacks.render_epoch,
        {
            "logs": given(logs, mapping),
            "epoch": given(0, index),
            "epochs": given(1, count),
            "penalised": given(False, flag),
        },
    ),
    Case("keras_gan.callbacks.render_place", callbacks.render_place, {"place": given(place, thing)}),
    Case(
        "keras_gan.callbacks.render_quality",
        callbacks.render_quality,
        {"logs": given(logs, mapping), "label": given("", text)},
    ),
    Case(
        "keras_gan.callbacks.sample_batches",
        lambda **arguments: list(callbacks.sample_batches(**arguments)),
        {"generate": given(lambda: lambda n, seed: pixels(n), values.function), "count": given(3, count), "seed": SEED},
    ),
    Case(
        "keras_gan.callbacks.define_wgan_charts", callbacks.define_wgan_charts, {"run": given(None, values.wandb_run)}
    ),
    Case("keras_gan.callbacks.finish_wandb", callbacks.finish_wandb, {"run": given(None, values.wandb_run)}),
    Case(
        "keras_gan.callbacks.WandbCharts.replay",
        lambda **arguments: callbacks.WandbCharts().replay(**arguments),
        {"history": given({"epoch": [0]}, mapping), "pictures": given([], values.paths)},
    ),
    Case(
        "keras_gan.callbacks.init_wandb",
        lambda **arguments: type(callbacks.init_wandb(**arguments)).__name__,
        {
            "name": given("run", optional(text)),
            "config": given({}, optional(mapping)),
            "project": given("project", optional(text)),
            "mode": given("disabled", optional(choice)),
            "folder": given(".", path),
            "run_id": given("abc", optional(text)),
        },
    ),
    Case(
        "keras_gan.callbacks.log_report",
        callbacks.log_report,
        {
            "run": given(None, values.wandb_run),
            "files": given([], values.paths),
            "summary": given({}, mapping),
            "tables": given({}, mapping),
        },
    ),
    Case(
        "keras_gan.Report",
        made(kg.Report),
        {
            "folder": FOLDER,
            "config": given({}, optional(mapping)),
            "images": given(pixels, optional(values.images)),
            "rules": given("default", choice),
            "wandb_run": given(None, optional(thing)),
        },
    ),
]
