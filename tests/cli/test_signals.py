"""Signals to a training in a process of its own, and limits of its time: what is saved, printed and returned."""

import contextlib
import os
import re
import shlex
import signal
import time

import numpy as np
import pytest
from helpers import SCRIPTS, call_script

from keras_gan import data
from keras_gan.analysis.report import write as report_files
from keras_gan.analysis.run.history import read_losses
from keras_gan.callbacks import _clock, checkpoints
from keras_gan.data.horses import ARCHIVE_NAME

pty = pytest.importorskip("pty")

FLAGS = [
    *("demo", "--batch-size", "4", "--n-critic", "1", "--epochs", "100000"),
    *("--generator-filters", "4", "4", "4", "3", "--generator-kernel-size", "3"),
    *("--critic-filters", "4", "4", "--critic-strides", "4", "4", "--critic-kernel-size", "3"),
    *("--wandb", "off", "--quality-every", "0"),
]

#: Train on each line of flags that comes in. At the end, be in the middle of a step that takes very long.
PROGRAM = f"""
import hashlib, runpy, shlex, signal, sys
from keras_gan.analysis.report import write
from keras_gan.callbacks import GracefulStop
signal.signal(signal.SIGHUP, signal.SIG_DFL)  # The tests may run under nohup.
write.save_figures = lambda run, folder: {{}}
for line in sys.stdin:
    sys.argv = [{str(SCRIPTS / "train_horses.py")!r}, *shlex.split(line)]
    try:
        runpy.run_path(sys.argv[0], run_name="__main__")
    except SystemExit as end:
        print("Exit code", end.code, file=sys.stderr, flush=True)
with GracefulStop("Go on so."):
    print("In a step", file=sys.stderr, flush=True)
    hashlib.pbkdf2_hmac("sha256", b"", b"", 10**9)
"""


class Training:
    """A process with a terminal that trains as often as it is asked to."""

    def __init__(self, folder, python):
        self.folder = folder
        np.savez(folder / ARCHIVE_NAME, x_train=data.toy_horses(24, seed=0), x_test=data.toy_horses(4, seed=1))
        self.terminal, own = pty.openpty()
        os.set_blocking(self.terminal, False)
        self.output = b""
        self.errors = folder / "errors"
        with open(self.errors, "w") as errors:
            self.process = python.start(PROGRAM, stdout=own, stderr=errors)
        os.close(own)

    def start(self, *flags):
        """Start a run, and return its folder once it has trained a few epochs."""
        runs = self.folder / "runs"
        arguments = [*FLAGS, "--out", runs, "--data-dir", self.folder, *flags]
        self.process.stdin.write(shlex.join(map(str, arguments)) + "\n")
        self.process.stdin.flush()
        folder = runs / f"{len(list(runs.glob('*_demo'))) + 1:04d}_demo"
        losses = folder / "losses.csv"
        self.wait(lambda: losses.exists() and len(losses.read_text().splitlines()) > 2)
        return folder

    def wait(self, condition):
        deadline = time.monotonic() + 120
        while not condition():
            assert self.process.poll() is None, self.errors.read_text()
            assert time.monotonic() < deadline, self.errors.read_text()
            self.read()
            time.sleep(0.02)

    def read(self):
        """Read all that is on the terminal, unless it is closed."""
        with contextlib.suppress(BlockingIOError):
            while self.terminal is not None:
                self.output += os.read(self.terminal, 2**16)

    def codes(self):
        return [int(code) for code in re.findall(r"Exit code (\d+)", self.errors.read_text())]

    def ended(self, *signals):
        """Send signals, and return the exit code of the run."""
        before = len(self.codes())
        for number in signals:
            self.process.send_signal(number)
        self.wait(lambda: len(self.codes()) > before)
        self.read()
        return self.codes()[-1]


@pytest.fixture
def training(tmp_path, warm_python):
    training = Training(tmp_path, warm_python)
    with contextlib.closing(training.process):
        yield training
    if training.terminal is not None:
        os.close(training.terminal)


def test_limits_of_time_are_kept_and_told_by_the_exit_code(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(report_files, "save_figures", lambda run, folder: {})
    hour = iter(range(10**6))
    # Each look at the clock takes an hour.
    monkeypatch.setattr(_clock, "monotonic", lambda: 3600.0 * next(hour))
    np.savez(tmp_path / ARCHIVE_NAME, x_train=data.toy_horses(24, seed=0), x_test=data.toy_horses(4, seed=1))
    limits = ["--max-hours", 10, "--checkpoint-minutes", 90]
    assert call_script("train_horses", *FLAGS, *limits, "--out", tmp_path / "runs", "--data-dir", tmp_path) == 75
    folder = tmp_path / "runs" / "0001_demo"
    assert_saved(folder)
    assert len(checkpoints(folder / "checkpoints")) > 1
    output = capsys.readouterr().out
    assert "Stopping after this step and saving: 10 hours have passed." in output
    assert f"--resume {folder}" in output


def assert_saved(folder):
    epochs = len(read_losses(folder / "losses.csv")["epoch"])
    assert 0 < epochs < 100_000
    assert checkpoints(folder / "checkpoints")[-1][0] == epochs
    assert (folder / "generator.keras").exists()
    assert list(folder.rglob("partial_*")) == []


def test_a_signal_saves_and_says_how_to_go_on_and_a_second_one_ends_the_longest_step(training):
    """F10."""
    folder = training.start()
    assert training.ended(signal.SIGINT) == 128 + signal.SIGINT
    assert_saved(folder)
    epochs = len(read_losses(folder / "losses.csv")["epoch"])
    assert f"stopped after {epochs} of 100000 epochs. In {folder}" in training.output.decode()

    folder = training.start()
    assert training.ended(signal.SIGTERM) == 128 + signal.SIGTERM
    assert_saved(folder)
    output = training.output.decode()
    assert "Stopping after this step and saving, as SIGTERM asks for." in output
    assert f"--resume {folder} --data-dir {training.folder}" in output

    # A closed terminal: nothing can be printed, and two signals come at once.
    folder = training.start()
    os.close(training.terminal)
    training.terminal = None
    assert training.ended(signal.SIGHUP, signal.SIGHUP) == 128 + signal.SIGHUP
    assert_saved(folder)
    assert "Traceback" not in training.errors.read_text()

    # Python does not get to call its handlers before the end of the step.
    training.process.stdin.close()
    training.wait(lambda: "In a step" in training.errors.read_text())
    training.process.send_signal(signal.SIGTERM)
    time.sleep(0.1)
    assert training.process.poll() is None
    training.process.send_signal(signal.SIGTERM)
    assert training.process.wait(60) == 128 + signal.SIGTERM
    assert (
        "Ended at once, in the middle of a step. What was saved before is whole. Go on so.\n"
        in training.errors.read_text()
    )
