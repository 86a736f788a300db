"""Kill runs at random places, resume them until they are done, and compare them with one that was never killed.

    make soak
    PYTHONPATH=tests python -m crash.soak --kills 100 --seed 0

It prints how many kills there were, where they fell, and every difference. The exit code is 1 if there is any.
"""

import json
import os
import random
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import tyro

from keras_gan.models import convert_model
from keras_gan.tables import read_records

#: Name of the run in its folder.
RUN = "0001_horses_gp"

#: Longest random time until a kill, in seconds, and the share of kills by the clock.
LONGEST, BY_CLOCK = 6.0, 0.3


class Nursery:
    """The process that starts runs. On JAX, they share their compiled programs, which take longest."""

    def __init__(self) -> None:
        self._programs = tempfile.TemporaryDirectory()
        cache = {
            "JAX_COMPILATION_CACHE_DIR": self._programs.name,
            "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
            "JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES": "-1",
        }
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "bufsize": 1}
        folder = str(Path(__file__).parents[1])
        environment = {**os.environ, **cache, "PYTHONPATH": folder}
        command = [sys.executable, "-m", "crash.nursery"]
        self._process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL, **pipes)
        assert self._process.stdout.readline() == "ready\n", "the process of the runs has not started"

    def run(self, out: Path, **request: object) -> dict[str, Any]:
        """Start or resume the run in a folder; return its exit status and the number of places that it passed."""
        self._process.stdin.write(json.dumps({"out": str(out), **request}) + "\n")
        return json.loads(self._process.stdout.readline())

    def close(self) -> None:
        self._process.stdin.close()
        self._process.wait(60)
        self._process.stdout.close()
        self._programs.cleanup()


def kill_and_resume(
    nursery: Nursery,
    out: Path,
    draw: random.Random,
    places: int,
    kills: int,
    by_clock: float = BY_CLOCK,
    settings: Mapping[str, object] = {},
) -> list[str]:
    """Kill a run so many times while it trains, let it end, and return what each kill was."""
    done: list[str] = []
    while True:
        if len(done) == kills:
            request = {}
        elif draw.random() < by_clock:
            request = {"seconds": draw.uniform(0.2, LONGEST)}
        else:
            # A run that goes on passes fewer places the further it has come.
            request = {"target": draw.randint(1, max(1, places // (1 + len(done) % 4)))}
        # Checkpoints within an epoch, and in the other format, now and then.
        options = {"checkpoint_minutes": [None, 1e-4], "checkpoint_format": ["keras", "keras", "orbax"]}
        request["options"] = {name: draw.choice(values) for name, values in options.items()}
        answer = nursery.run(out, settings=settings, **request)
        # Killed after its very last file.
        is_closed = " epochs. Give more with `--epochs`" in answer["error"]
        if answer["status"] == 0 or (is_closed and done):
            return done
        if answer["status"] != -9:
            raise RuntimeError(f"{out} ended with {answer} after {request}, and the kills {done}")
        done.append(next(f"{name} {value:.4g}" for name, value in request.items() if name != "options"))


def differences(folder: Path, whole: Path) -> list[str]:
    """Return what is not the same in two runs, to the last byte."""
    found = [
        name for name in ("quality.csv", "chain.jsonl") if (folder / name).read_bytes() != (whole / name).read_bytes()
    ]
    if _rows(folder) != _rows(whole):
        found.append("losses.csv")
    pictures = [sorted((run / "samples").glob("epoch_*.png")) for run in (folder, whole)]
    if [(each.name, each.read_bytes()) for each in pictures[0]] != [
        (each.name, each.read_bytes()) for each in pictures[1]
    ]:
        found.append("samples")
    last = max((whole / "checkpoints").glob("epoch_*.keras")).name
    names = (f"checkpoints/{last}", "checkpoints/best.keras", "generator.keras")
    found += [name for name in names if _weights(folder / name) != _weights(whole / name)]
    found += [str(path) for path in folder.rglob("partial_*")]
    return found


def _rows(folder: Path) -> list[list[tuple[str, str]]]:
    rows = (row for _, row in read_records(folder / "losses.csv")[1])
    return [sorted(pair for pair in row.items() if pair[0] != "epoch_time") for row in rows]


def _weights(path: Path) -> bytes:
    if not path.exists():
        with tempfile.TemporaryDirectory() as folder:
            return _weights(convert_model(path.with_suffix(".orbax"), Path(folder) / path.name))
    with zipfile.ZipFile(path) as archive:
        return archive.read("model.weights.h5")


def main(kills: int = 100, seed: int = 0, folder: Path = Path("runs/soak"), most: int = 8) -> int:
    """Kill and resume runs.

    Args:
        kills: Number of kills in all.
        seed: Seed of the places and the times.
        folder: Where the runs go, which must not exist yet.
        most: Most kills of one run.
    """
    folder.mkdir(parents=True)
    draw, nursery, begun = random.Random(seed), Nursery(), time.monotonic()
    places = nursery.run(folder / "whole")["count"]
    total, runs, failures = 0, 0, 0
    while total < kills:
        out = folder / f"run_{runs:03d}"
        done = kill_and_resume(nursery, out, draw, places, min(draw.randint(1, most), kills - total))
        found = differences(out / RUN, folder / "whole" / RUN)
        total, runs, failures = total + len(done), runs + 1, failures + bool(found)
        print(f"{out.name}: killed at {', '.join(done) or 'no place'}: {', '.join(found) or 'equal'}", flush=True)
    nursery.close()
    seconds = time.monotonic() - begun
    print(f"Kills: {total}. Runs: {runs}. Runs that differ: {failures}. Places in a run: {places}. {seconds:.0f} s.")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(tyro.cli(main, description=__doc__))
