"""One owner of a run."""

import json
import os
import signal
import socket
import subprocess
import sys
import time

import pytest

from keras_gan.files import replace_text
from keras_gan.training.ownership import LOCK, OWNER, Ownership, OwnershipCheck, RunInUseError

HOLD = """
import sys
from pathlib import Path
from keras_gan.training.ownership import Ownership
ownership = Ownership(Path(sys.argv[1]))
print("owned", flush=True)
sys.stdin.read()
"""

ELSEWHERE = f"""
import socket
socket.gethostname = lambda: "other"
from keras_gan.training import ownership
ownership.PATIENCE = 2.0
{HOLD}
"""


def begin(program, folder):
    """Start a process, on the backend that is loaded soonest: nothing is computed."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    environment = {**os.environ, "KERAS_BACKEND": "numpy"}
    return subprocess.Popen([sys.executable, "-c", program, folder], env=environment, **pipes)


def test_second_owner_is_refused_and_told_of_the_first(tmp_path):
    first = Ownership(tmp_path)
    owner = json.loads((tmp_path / OWNER).read_text())
    assert (owner["pid"], owner["host"]) == (os.getpid(), socket.gethostname())
    with pytest.raises(RunInUseError, match=f"is in use by process {os.getpid()} on .*, since 20.*Wait for it"):
        Ownership(tmp_path)
    first.check()
    first.close()
    assert list(tmp_path.iterdir()) == []
    Ownership(tmp_path).close()


def test_lock_of_a_killed_process_is_taken_over(tmp_path):
    """F1."""
    process = begin(HOLD, tmp_path)
    assert process.stdout.readline() == "owned\n"
    with pytest.raises(RunInUseError, match=f"process {process.pid} on"):
        Ownership(tmp_path)
    process.kill()
    process.communicate()
    assert (tmp_path / LOCK).exists()
    Ownership(tmp_path).close()


def test_lock_that_was_cut_is_taken_over(tmp_path):
    """As by a machine that lost power."""
    (tmp_path / LOCK).write_text("filelock/2\npid=")
    ownership = Ownership(tmp_path)
    ownership.check()
    ownership.close()
    assert list(tmp_path.iterdir()) == []


def test_empty_lock_is_refused_with_its_remedy(tmp_path, monkeypatch):
    monkeypatch.setattr("keras_gan.training.ownership.PATIENCE_WITH_UNKNOWN", 0.1)
    (tmp_path / LOCK).touch()
    with pytest.raises(RunInUseError, match="If there is none, delete .*run.lock"):
        Ownership(tmp_path)


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """A process on another machine that owns the run. It renews its lock every two thirds of a second."""
    monkeypatch.setattr("keras_gan.training.ownership.PATIENCE", 2.0)
    monkeypatch.setattr(socket, "gethostname", lambda: "here")
    with begin(ELSEWHERE, tmp_path) as process:
        assert process.stdout.readline() == "owned\n"
        yield process
        process.kill()


@pytest.mark.long
def test_process_on_another_machine_owns_the_run_until_it_is_silent(tmp_path, elsewhere, monkeypatch, capsys):
    with monkeypatch.context() as patch:
        patch.setattr(
            Ownership, "_acquire", lambda self, seconds, acquire=Ownership._acquire: acquire(self, min(seconds, 3.5))
        )
        with pytest.raises(RunInUseError, match=f"process {elsewhere.pid} on other, since"):
            Ownership(tmp_path)
    assert "is in use on other. Waiting" in capsys.readouterr().out
    elsewhere.send_signal(signal.SIGSTOP)
    ours = Ownership(tmp_path)
    ours.check()
    assert json.loads((tmp_path / OWNER).read_text())["host"] == "here"
    ours.close()


def test_owner_that_was_taken_for_dead_stops_training(tmp_path, monkeypatch):
    monkeypatch.setattr("keras_gan.training.ownership.PATIENCE", 0.3)
    ownership = Ownership(tmp_path)
    check = OwnershipCheck(ownership)
    check.on_epoch_end(0)
    replace_text(tmp_path / LOCK, "1\nother\n")
    deadline = time.monotonic() + 60
    while ownership._lock.compromise is None and time.monotonic() < deadline:
        time.sleep(0.01)
    with pytest.raises(RunInUseError, match="is in use"):
        check.on_epoch_end(1)
    ownership.close()
    assert (tmp_path / LOCK).exists()
