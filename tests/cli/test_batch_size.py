"""`keras-gan train --find-batch-size`: the search, its trials, and what the command prints."""

import io
import json
import shlex
import sys

import numpy as np
import pytest
from helpers import call_script, environment_of, refusal

from keras_gan import OutOfMemoryError, data
from keras_gan.cli import batch_size as command
from keras_gan.training import batch_size, build
from keras_gan.training.batch_size import TrialError, fits_in_memory, largest_batch_size
from keras_gan.training.changes import change
from keras_gan.training.options import RunOptions
from keras_gan.training.presets import PRESETS

CONFIG = change(
    PRESETS["demo"],
    batch_size=4,
    n_critic=1,
    generator_filters=(4, 4, 4, 3),
    critic_filters=(4,),
    critic_strides=(8,),
    lipschitz="none",
)
SHAPE = (24, 32, 32, 3)


@pytest.mark.parametrize(
    ("start", "most", "limit", "expected", "tried"),
    [
        (32, 1000, 100, 64, [32, 64, 128]),
        (32, 100, 1000, 64, [32, 64]),
        (32, 1000, 8, 8, [32, 16, 8]),
        (512, 24, 1000, 24, [24]),
        (4, 1000, 0, None, [4, 2, 1]),
    ],
)
def test_search_doubles_and_halves(start, most, limit, expected, tried):
    sizes = []
    assert largest_batch_size(start, most, lambda size: sizes.append(size) or size <= limit) == expected
    assert sizes == tried


@pytest.mark.parametrize(
    ("code", "fits"),
    [("", True), ("sys.exit(3)", False), ("os.kill(os.getpid(), 9)", False), ("os.abort()", False)],
    ids=["ends", "exhausted", "killed", "aborted"],
)
def test_trials_without_memory_do_not_fit(code, fits):
    child = [sys.executable, "-S", "-c", f"import os, sys; sys.stdin.read(); {code}"]
    assert fits_in_memory(CONFIG, SHAPE, RunOptions(), child) is fits


def test_trials_that_fail_for_another_reason_say_why():
    child = [sys.executable, "-S", "-c", "import sys; sys.stdin.read(); sys.exit('a bad part')"]
    with pytest.raises(TrialError, match="A trial of batch size 4 failed: a bad part"):
        fits_in_memory(CONFIG, SHAPE, RunOptions(), child)


@pytest.fixture
def trial(monkeypatch):
    """Make a trial in this process."""
    devices = {"devices": None, "shard_parameters": False}
    request = {"config": CONFIG.to_json(), "set_shape": SHAPE, "plugins": [], **devices}
    monkeypatch.setattr(sys, "stdin", io.StringIO(json.dumps(request)))
    return command.make_trial


def test_a_trial_trains_two_steps_of_the_configuration(trial, monkeypatch):
    built, limits = [], []
    make = build.build_model
    # On the machines of the tests, steps run on the CPU. This process keeps its memory.
    monkeypatch.setattr(batch_size, "_leave_memory_to_others", lambda: limits.append("free"))
    monkeypatch.setattr(build, "build_model", lambda *given: built.append(make(*given)) or built[0])
    assert trial() == 0
    assert built[0].steps_taken == 2
    assert built[0].batch_size == 4
    assert limits == ["free"]


def test_a_trial_tells_that_it_ran_out_of_memory(trial, monkeypatch, capsys):
    def exhausted(config, *given):
        raise OutOfMemoryError(config.run.batch_size)

    monkeypatch.setattr(command, "train_two_steps", exhausted)
    assert trial() == batch_size.EXHAUSTED
    assert "of batch size 4 needs more memory" in capsys.readouterr().err


@pytest.fixture
def images(tmp_path):
    np.save(tmp_path / "images.npy", data.toy_horses(40, seed=0))
    return tmp_path / "images.npy"


def test_command_prints_the_size_and_how_to_start_with_it_and_makes_no_run(images, tmp_path, monkeypatch, capsys):
    tried = []

    def fits(config, shape, options):
        tried.append((config.run.batch_size, config.run.n_critic, shape))
        return config.run.batch_size <= 16

    monkeypatch.setattr(command, "fits_in_memory", fits)
    flags = ["demo", "--batch_size", 4, "--data", images, "--n-critic", 2, "--out", tmp_path / "runs"]
    assert call_script("train_horses", *flags, "--find-batch-size") == 0
    assert tried == [(size, 2, (40, 32, 32, 3)) for size in (4, 8, 16, 32)]
    *_, refused, start = capsys.readouterr().out.splitlines()
    assert refused == "Batch size 32 does not fit."
    said, _, line = start.partition(" Start with: ")
    assert said == "Batch size 16 is the largest that fits."
    kept = ["demo", "--data", images, "--n-critic", 2, "--out", tmp_path / "runs", "--batch-size", 16]
    assert shlex.split(line)[-9:] == list(map(str, kept))[-9:]
    assert "--batch_size" not in line
    assert not (tmp_path / "runs").exists()


def test_sizes_are_those_that_devices_divide(images, monkeypatch, capsys):
    tried = []

    def fits(config, shape, options):
        tried.append((config.run.batch_size, options.devices))
        return config.run.batch_size <= 3

    monkeypatch.setattr(command, "fits_in_memory", fits)
    flags = ["demo", "--batch-size", 13, "--data", images, "--devices", 3, "--find-batch-size"]
    assert call_script("train_horses", *flags) == 0
    assert tried == [(12, 3), (6, 3), (3, 3)]
    assert "Batch size 3 is the largest that fits." in capsys.readouterr().out


def test_processes_are_refused(images, capsys):
    flags = ("demo", "--data", images, "--find-batch-size", "--process", 0)
    assert "is for one process: leave `--process` out" in refusal(capsys, "train_horses", *flags)


def test_command_says_that_nothing_fits_and_why_a_trial_failed(images, tmp_path, monkeypatch, capsys):
    flags = ["demo", "--data", images, "--out", tmp_path / "runs", "--find-batch-size"]
    monkeypatch.setattr(command, "fits_in_memory", lambda *given: False)
    assert call_script("train_horses", *flags) == 1
    assert capsys.readouterr().err.endswith("Not even batch size 1 fits. Use smaller images or networks\n")

    def failed(*given):
        raise TrialError("A trial failed: reason")

    monkeypatch.setattr(command, "fits_in_memory", failed)
    assert "A trial failed: reason" in refusal(capsys, "train_horses", *flags)


@pytest.mark.long
def test_a_trial_in_a_process_of_its_own_fits(monkeypatch):
    # The backend that loads faster.
    for name, value in {**environment_of("jax"), "JAX_NUM_CPU_DEVICES": "2"}.items():
        monkeypatch.setenv(name, value)
    assert fits_in_memory(CONFIG, SHAPE, RunOptions(devices=2))
    # Its process has so many devices.
    with pytest.raises(TrialError, match="`devices` must be at most the 2 that JAX has"):
        fits_in_memory(CONFIG, SHAPE, RunOptions(devices=4))
