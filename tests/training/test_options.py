"""Options by which a run is watched, and their return when it is resumed."""

import dataclasses
import json

import pytest

from keras_gan.cli.training_arguments import parse_training
from keras_gan.training import run_folder
from keras_gan.training.options import FILE, RunOptions, save_options, saved_options
from keras_gan.training.presets import PRESETS

OPTIONS = RunOptions(log_every=3, sample_every="20 kimg", wandb="off", tensorboard=True)
OPTIONS = dataclasses.replace(OPTIONS, checkpoint_minutes=5.0, checkpoint_format="orbax")


@pytest.fixture
def run(tmp_path):
    environment = {"backend": "tensorflow", "versions": {}, "data": {}}
    folder = run_folder.make(tmp_path, PRESETS["horses"], environment)
    save_options(OPTIONS, folder)
    return folder


def test_resumed_run_is_watched_as_before(run):
    """F2: Weights & Biases that is off stays off."""
    _, options = parse_training(["--resume", str(run)], "keras-gan train", None)
    assert {name: getattr(options, name) for name in saved_options(run)} == {
        "log_every": 3,
        "sample_every": "20 kimg",
        "checkpoint_every": 100,
        "checkpoint_minutes": 5.0,
        "checkpoint_format": "orbax",
        "wandb": "off",
        "tensorboard": True,
    }


def test_flags_win_over_what_was_saved(run):
    flags = ["--resume", str(run), "--wandb", "offline", "--log-every", "7", "--no-tensorboard"]
    _, options = parse_training(flags, "keras-gan train", None)
    assert (options.wandb, options.log_every, options.tensorboard) == ("offline", 7, False)
    assert options.sample_every == "20 kimg"


def test_run_of_an_earlier_version_has_the_usual_options(run):
    (run / FILE).unlink()
    _, options = parse_training(["--resume", str(run)], "keras-gan train", None)
    assert options.log_every == RunOptions().log_every


def test_options_of_a_later_version_are_left_out(run):
    values = json.loads((run / FILE).read_text())
    (run / FILE).write_text(json.dumps({**values, "chime": True}))
    assert saved_options(run)["log_every"] == 3


@pytest.mark.parametrize("content", ["", "[]", '{"log_every": -1}', '{"wandb": "sometimes"}'])
def test_damaged_file_is_named(run, content, capsys):
    (run / FILE).write_text(content)
    with pytest.raises(SystemExit):
        parse_training(["--resume", str(run)], "keras-gan train", None)
    (line,) = capsys.readouterr().err.splitlines()
    assert FILE in line
