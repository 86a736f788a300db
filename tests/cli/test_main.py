"""The command `keras-gan` itself."""

import subprocess
import sys
from importlib import metadata

import pytest
from helpers import SCRIPTS as FOLDER

from keras_gan.cli.main import COMMANDS, main
from keras_gan.invocation import SCRIPTS, command_line


def test_help_lists_the_commands(capsys):
    assert main([]) == main(["--help"]) == 0
    text = capsys.readouterr().out
    assert all(f"  {name} " in text for name in COMMANDS)
    assert len(text.splitlines()) < 40
    assert set(COMMANDS) == set(SCRIPTS)


def test_version_is_the_packages(capsys):
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"keras-gan {metadata.version('keras-gan')}\n"


def test_unknown_command_is_one_line(capsys):
    with pytest.raises(SystemExit) as stop:
        main(["trian"])
    assert stop.value.code == 2
    assert capsys.readouterr().err.startswith("keras-gan: error: `command` must be one of train, evaluate")


def test_ctrl_c_before_training_is_one_line(capsys, monkeypatch):
    def press(*arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr("keras_gan.cli.train.load_training_images", press)
    assert main(["train", "demo"]) == 130
    assert capsys.readouterr().err == "keras-gan: interrupted\n"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help(capsys, name):
    with pytest.raises(SystemExit) as stop:
        main([name, "--help"])
    assert stop.value.code == 0
    assert f"usage: keras-gan {name}" in capsys.readouterr().out


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_completion_scripts_know_the_commands_and_their_flags(capsys, shell):
    with pytest.raises(SystemExit) as stop:
        main(["--tyro-print-completion", shell])
    assert not stop.value.code
    script = capsys.readouterr().out
    for word in (*COMMANDS, "--n-critic", "--bootstrap"):
        assert word in script


def test_hints_name_the_command_that_was_started(tmp_path):
    code = "import sys; sys.argv[0] = {started!r}; from keras_gan.invocation import command_line; "
    code += "print(command_line('report', 'a folder'))"
    for started, expected in (
        (str(FOLDER / "train_horses.py"), f"{FOLDER / 'report.py'} 'a folder'"),
        ("/usr/bin/something", " report 'a folder'"),
    ):
        command = [sys.executable, "-c", code.format(started=started)]
        line = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
        assert line.endswith(expected)
    assert "'a folder'" in command_line("train", "--resume", "a folder")
