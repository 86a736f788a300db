"""Runs that are killed at random places, resumed, and compared to the last byte with one that was never killed.

`make soak` does the same a hundred times on each backend.
"""

import os
import random
import re
import shutil
import subprocess
import sys
import time

import keras
import pytest
from crash.soak import RUN, Nursery, differences, kill_and_resume

from keras_gan.training.ownership import LOCK, OWNER

pytestmark = [
    pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="`make soak` does it on the other backend"),
    pytest.mark.skipif(not hasattr(os, "fork"), reason="runs are forked"),
]

#: Kills of all runs, and of those that `make test-long` trains.
KILLS, MORE_KILLS = 3, 12

#: What makes these runs shorter than those of `make soak`.
SETTINGS = {"augmentation": "none", "hold_out": 0.0, "epochs": 3}

RACER = """
import sys, time
from pathlib import Path
from keras_gan.training.ownership import Ownership, RunInUseError
print("ready", flush=True)
for line in sys.stdin:
    while time.time() < float(line):
        pass
    try:
        ownership = Ownership(Path(sys.argv[1]))
    except RunInUseError as error:
        print("refused", flush=True)
        continue
    print("owned", flush=True)
    sys.stdin.readline()
    ownership.close()
    print("released", flush=True)
"""


@pytest.fixture(scope="module")
def nursery():
    nursery = Nursery()
    yield nursery
    nursery.close()


@pytest.fixture(scope="module")
def whole(nursery, tmp_path_factory):
    """A run that was never killed, and the number of places at which it might have been."""
    folder = tmp_path_factory.mktemp("whole")
    answer = nursery.run(folder, settings=SETTINGS)
    assert answer["status"] == 0, answer
    return folder / RUN, answer["count"]


@pytest.mark.parametrize("count", [KILLS, pytest.param(MORE_KILLS, marks=pytest.mark.long)])
def test_killed_runs_end_as_one_that_was_never_killed(nursery, whole, tmp_path, count):
    draw, (folder, places), kills = random.Random(count), whole, []
    while len(kills) < count:
        out = tmp_path / f"after_{len(kills)}"
        kills += kill_and_resume(nursery, out, draw, places, count - len(kills), by_clock=0.0, settings=SETTINGS)
        assert differences(out / RUN, folder) == [], kills
        assert not {LOCK, OWNER} & {path.name for path in (out / RUN).iterdir()}


@pytest.mark.parametrize("name", ["losses.csv", "quality.csv", "chain.jsonl", "samples", "generator.keras"])
def test_a_difference_is_found(whole, tmp_path, name):
    """The comparison itself can fail: by one digit, and by a file."""
    folder = shutil.copytree(whole[0], tmp_path / RUN)
    if name.endswith((".csv", ".jsonl")):
        (folder / name).write_text(
            re.sub(r"\d(?=\D*$)", lambda digit: str(9 - int(digit[0])), (folder / name).read_text())
        )
    elif name == "samples":
        max((folder / name).glob("epoch_*.png")).unlink()
    else:
        shutil.copyfile(min((folder / "checkpoints").glob("epoch_*.keras")), folder / name)
    assert differences(folder, whole[0]) == [name]


@pytest.mark.long
def test_ten_races_have_one_winner_each(tmp_path):
    """F1."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "bufsize": 1}
    # The backend that is loaded soonest: nothing is computed.
    pipes["env"] = {**os.environ, "KERAS_BACKEND": "numpy"}
    racers = [subprocess.Popen([sys.executable, "-c", RACER, tmp_path], **pipes) for _ in range(2)]
    for racer in racers:
        assert racer.stdout.readline() == "ready\n"
    for _ in range(10):
        start = time.time() + 0.2
        for racer in racers:
            racer.stdin.write(f"{start}\n")
        answers = [racer.stdout.readline() for racer in racers]
        assert sorted(answers) == ["owned\n", "refused\n"]
        owner = racers[answers.index("owned\n")]
        owner.stdin.write("release\n")
        assert owner.stdout.readline() == "released\n"
    for racer in racers:
        racer.communicate()
    assert list(tmp_path.iterdir()) == []
