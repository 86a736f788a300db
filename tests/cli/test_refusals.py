"""Arguments and outputs that no command can use: one line, and nothing is written."""

import io
import sys
import types

import keras
import numpy as np
import pytest

from keras_gan.cli import train as train_command
from keras_gan.cli.main import main
from keras_gan.data.grids import image_grid
from keras_gan.models.bounds import bounded_weights
from keras_gan.training import experiment
from keras_gan.training.build import build_model
from keras_gan.training.changes import change
from keras_gan.training.presets import PRESETS

LONG = "a" * 300


def refusal(capsys, *arguments):
    """Return the one line in which the command refuses its arguments."""
    with pytest.raises(SystemExit) as stop:
        main(list(map(str, arguments)))
    assert stop.value.code == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    return error


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """An empty working directory, which is empty afterwards."""
    path = tmp_path / "empty"
    path.mkdir()
    monkeypatch.chdir(path)
    yield path
    assert list(path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("train", "demo", "--n-critic", 2**31 - 1), "`n_critic` must be at most 524288 with this `batch_size`"),
        (("train", "demo", "--batch-size", 2**30), "`batch_size` must be at most 16777216"),
        (("train", "--preset", "-inf"), "`--preset` must have a value"),
        (("train", "demo", "--loss", "-inf"), "`--loss` must have a value"),
        (("train", "demo", "--resume"), "`--resume` must have a value"),
        (("train", "demo", "--notes", "\udcff"), "`notes` must be a text in UTF-8"),
        (("report", ".", "--notes", "\udcff"), "`notes` must be a text in UTF-8"),
        (("evaluate", ".", "--real", "toy", "--bootstrap", 2**31 - 1), "`bootstrap` must be 0 or at least 2, at most"),
        (("evaluate", ".", "--real", "toy", "--seed", -1), "`seed` must be an integer of at least 0"),
        (("evaluate", ".", "--real", "toy", "--out", "."), "`out` must be a file in a folder that exists"),
        (("evaluate", ".", "--real", "toy", "--n-samples", 0), "`n_samples` must be an integer of at least 1"),
        (("generate", ".", "--n", 2**31 - 1), "`n` must be at most 1000000"),
        (("generate", ".", "--walk", 1, 2, "--steps", 2**31 - 1), "`steps` must be such that a walk has at most"),
        (("diagnose", LONG), "File name too long"),
        (("evaluate", LONG, "--real", "toy"), "File name too long"),
        (("generate", LONG), "File name too long"),
        (("report", "--compare", LONG, LONG), "File name too long"),
        (("--tyro-print-completion", "nothing"), "Shell should be one"),
    ],
)
def test_refusals_name_the_argument(capsys, arguments, expected):
    assert expected in refusal(capsys, *arguments)


@pytest.mark.parametrize(
    "arguments",
    [
        ("x" * 10**5,),
        ("train", "--preset", "y" * 10**5),
        ("train", "demo", "--" + "z" * 10**5, "1"),
        ("train", "demo", "--loss", "q" * 10**5),
        ("train", "demo", "--plugin", "q" * 10**5),
        ("train", "demo", "--data", "q" * 10**5),
        ("report", ".", "--rules", "q" * 10**5),
    ],
)
def test_refusals_do_not_repeat_long_arguments(capsys, arguments):
    assert len(refusal(capsys, *arguments)) < 1700


def test_codes_of_a_terminal_are_not_printed(capsys):
    assert "\x1b" not in refusal(capsys, "\x1b[2J")


class Broken(io.StringIO):
    """An output that fails."""

    def __init__(self, error):
        super().__init__()
        self.error = error

    def flush(self):
        raise self.error


def test_an_output_that_cannot_be_written_is_named(capsys, monkeypatch):
    monkeypatch.setattr(sys, "stdout", Broken(OSError(28, "No space left on device")))
    assert "standard output cannot be written: No space left on device" in refusal(capsys, "--help")


def test_a_reader_that_has_left_and_closed_streams_are_no_errors(monkeypatch):
    monkeypatch.setattr(sys, "stdout", Broken(BrokenPipeError()))
    assert main(["--help"]) == 0
    monkeypatch.setattr(sys, "stdout", None)
    assert main(["--help"]) == 0
    sys.stdout.close()


def test_networks_beyond_reason_are_refused_before_they_are_allocated():
    for name, settings in (("generator", {"latent_dim": 2**31 - 1}), ("critic", {"critic_kernel_size": 100_000})):
        with pytest.raises(ValueError, match=f"`{name}` must have at most 536870912 weights. Received: .* or more"):
            build_model(change(PRESETS["demo"], **settings))
    add_weight = keras.Layer.add_weight
    with (
        pytest.raises(ValueError, match="at most 11 weights. Received: 12"),
        bounded_weights("layers", 11),
    ):
        keras.layers.Dense(3).build((None, 4))
    with bounded_weights("layers", 15):
        keras.layers.Dense(3).build((None, 4))
    assert keras.Layer.add_weight is add_weight


def test_grids_beyond_reason_are_refused():
    with pytest.raises(ValueError, match="`columns` must be such that the picture has at most"):
        image_grid(np.zeros((1, 2, 2, 3)), 2**31 - 1)


def test_an_error_of_a_file_in_mid_training_is_one_line(capsys, monkeypatch, tmp_path):
    def fail(stop):
        raise ValueError("run.json must be JSON")

    run = types.SimpleNamespace(train=fail, folder=tmp_path, resume_command="keras-gan train --resume run")
    monkeypatch.setattr(train_command, "load_training_images", lambda config, options: (config, None))
    monkeypatch.setattr(experiment, "prepare", lambda *arguments: run)
    assert main(["train", "demo", "--out", "."]) == 1
    error = capsys.readouterr().err
    assert error == (
        "keras-gan train: error: run.json must be JSON. Correct it, and continue with: keras-gan train --resume run\n"
    )
