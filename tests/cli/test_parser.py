import dataclasses
import os
import pathlib
import subprocess
import sys

import pytest
from helpers import SCRIPTS

from keras_gan.cli.parser import parse
from keras_gan.training.presets import PRESETS

SCRIPT = SCRIPTS / "train_horses.py"


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def parsed(*arguments):
    return parse(list(arguments), "prog", "Train.")


def refused(capsys, *arguments):
    with pytest.raises(SystemExit) as stop:
        parsed(*arguments)
    assert stop.value.code == 2
    error = capsys.readouterr().err
    assert error.startswith("prog: error: ")
    assert error.count("\n") == 1
    return error


def test_default_is_horses():
    config, options = parsed()
    assert config == PRESETS["horses"]
    assert options.out == pathlib.Path("runs/gan")


@pytest.mark.parametrize("name", PRESETS)
def test_preset_and_changes_to_it(name):
    assert parsed("--preset", name)[0] == PRESETS[name]
    config, options = parsed(f"--preset={name}", "--n-critic", "7", "--generator-filters", "8", "3", "--log-every", "2")
    assert config == dataclasses.replace(PRESETS[name], n_critic=7, generator_filters=(8, 3))
    assert options.log_every == 2


def test_penalty_in_place_of_clipping():
    config, _ = parsed("--clip-threshold", "None", "--gradient-penalty", "10")
    assert (config.clip_threshold, config.gradient_penalty) == (None, 10.0)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--epochs", "0"), "`epochs` must be at least 1. Received: epochs=0"),
        (("--batch-size", "0"), "`batch_size` must be at least 1. Received: batch_size=0"),
        (("--epochs", "many"), "invalid literal for int() with base 10: 'many'"),
        (("--preset", "nope"), "unknown preset 'nope'. Presets: horses, horses_gp, demo"),
        (("--no-such-flag", "3"), "Unrecognized options: --no-such-flag"),
        (("--dataset", "cats"), "invalid choice 'cats'"),
        (("--preset",), "--preset"),
        (("--gradient-penalty", "10"), "exclude each other"),
        (("--resume", "nowhere"), "nowhere is not a run folder: it has no config.json"),
        (("--log-every", "0"), "`log_every` must be at least 1"),
        (("--data-dir", "nowhere"), "No file nowhere/cifar10_horses.npz"),
        (("--critic-learning-rate", "inf"), "`critic_learning_rate` must be a finite number"),
        (("--out", "/dev/null"), "`out` must be a folder that can be written to. Received: /dev/null"),
    ],
)
def test_unusable_arguments_are_one_line(capsys, arguments, message):
    assert message in refused(capsys, *arguments)
    assert not list(pathlib.Path().iterdir())


@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
@pytest.mark.parametrize(
    "arguments",
    [
        ("--epochs", "0"),
        ("--batch-size", "0"),
        ("--preset", "nope"),
        ("--nope", "1"),
        ("--data-dir", "nowhere"),
        ("--out", "/dev/null/runs"),
    ],
    ids=lambda arguments: "".join(arguments),
)
def test_script_ends_with_code_two_and_one_line(tmp_path, arguments, encoding):
    environment = {**os.environ, "PYTHONIOENCODING": encoding}
    result = subprocess.run([sys.executable, SCRIPT, *arguments], capture_output=True, env=environment, check=False)
    assert result.returncode == 2
    assert result.stdout == b""
    assert result.stderr.startswith(b"train_horses.py: error: ")
    assert result.stderr.count(b"\n") == 1
    assert not list(tmp_path.iterdir())


def test_help_names_every_flag(capsys):
    with pytest.raises(SystemExit) as stop:
        parsed("--help")
    assert stop.value.code == 0
    text = capsys.readouterr().out
    for field in dataclasses.fields(PRESETS["horses"]):
        assert f"--{field.name.replace('_', '-')}" in text
