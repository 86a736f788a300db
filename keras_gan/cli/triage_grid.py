"""Training of each seed at each batch size, to find out which of the two causes failures."""

import contextlib
import dataclasses
import datetime
import functools
import itertools
import os
import queue
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import filelock
import optuna
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend

from keras_gan.analysis.report.text import render_table
from keras_gan.analysis.triage import COLUMNS, conclude, plot_triage
from keras_gan.cli.triage_cells import COMPLETE, LOCK, LOG, cell_folder, has_ended, is_complete, read_cell, runs_of
from keras_gan.cli.triage_devices import VISIBLE, device_groups
from keras_gan.reading import reading

if TYPE_CHECKING:
    from keras_gan.cli.triage import TriageOptions

JOURNAL, HEAT_MAP = "journal.log", "triage.png"

#: Command that trains a cell, in its own process.
TRAIN = (sys.executable, "-m", "keras_gan", "train")

#: Exit codes of a training that has finished, and of one that was interrupted.
DONE, INTERRUPTED = 0, 130

#: Upper bound of all seeds and batch sizes.
LARGEST = 2**31 - 1

#: Flags that may differ between machines that share a folder.
LOCAL_FLAGS = ("--data-dir", "--data_dir")


class CellError(Exception):
    """The training of a cell could not be started, or failed."""


@dataclasses.dataclass(frozen=True)
class _Work:
    """What cells are trained by.

    Attributes:
        options: Options of the grid.
        arguments: Further arguments of `keras-gan train`.
        command: Command that starts a training.
        groups: Devices that no run has at the moment.
        tried: Seconds that each cell has taken.
    """

    options: "TriageOptions"
    arguments: list[str]
    command: Sequence[str]
    groups: "queue.SimpleQueue[str | None]"
    tried: dict[tuple[int, int], float] = dataclasses.field(default_factory=dict)


def run_triage(options: "TriageOptions", arguments: list[str], command: Sequence[str] = TRAIN) -> str:
    """Train the cells of the grid that are not trained yet; other processes may share the folder and the work.

    Args:
        options: Options of the grid.
        arguments: Further arguments of `keras-gan train`.
        command: Command that starts a training. Defaults to `keras-gan train` in this Python.

    Returns:
        Text to print: the grid, and the conclusions from it.

    Raises:
        ValueError: If the cells in the folder have another preset or other arguments, or there are not so many devices.
        OSError: If the folder cannot be written.
        KeyboardInterrupt: At Ctrl-C. The current cell is saved, and the next call continues it.
    """
    options.out.mkdir(parents=True, exist_ok=True)
    # A failed cell is reported below, in one line.
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    with reading(options.out / JOURNAL, "the journal of a grid"):
        study = optuna.create_study(
            storage=JournalStorage(JournalFileBackend(str(options.out / JOURNAL))),
            sampler=optuna.samplers.GridSampler(_grid(options), seed=0),
            study_name="triage",
            direction="maximize",
            load_if_exists=True,
        )
    _check_same(study, options, arguments)
    work = _Work(options, arguments, command, device_groups(options.devices_per_run, os.environ))
    at_once = work.groups.qsize()
    optimize = functools.partial(study.optimize, functools.partial(_train_cell, work=work), n_jobs=at_once)
    cells = list(itertools.product(options.seeds, options.batch_sizes))
    optimize(n_trials=len(cells), catch=(CellError,))
    # For Optuna, a cell that failed or whose process was killed is done. Its files tell whether it really is.
    left = [cell for cell in cells if cell not in work.tried and not is_complete(cell_folder(options, *cell))]
    # As many at a time as are trained at a time: the sampler stops all when one has ended.
    for start in range(0, len(left), at_once):
        chosen = left[start : start + at_once]
        for seed, size in chosen:
            study.enqueue_trial({"seed": seed, "batch_size": size})
        optimize(n_trials=len(chosen), catch=(CellError,))
    return summarize(options)


def summarize(options: "TriageOptions") -> str:
    """Save the heat map of the cells so far, and return the grid and the conclusions from it as text.

    Args:
        options: Options of the grid.
    """
    cells = [read_cell(options, seed, size) for seed in options.seeds for size in options.batch_sizes]
    rows = [(str(cell.seed), str(cell.batch_size), cell.outcome.value, cell.evidence) for cell in cells]
    plot_triage(cells).savefig(options.out / HEAT_MAP, dpi=120)
    table = render_table(("Seed", "Batch size", "Outcome", "Evidence"), rows)
    conclusions = render_table(COLUMNS, conclude(cells))
    return f"{table}\n\n{conclusions}\n\n{options.out / HEAT_MAP}"


def _grid(options: "TriageOptions") -> dict[str, list[int]]:
    return {"seed": list(options.seeds), "batch_size": list(options.batch_sizes)}


def _check_same(study: optuna.Study, options: "TriageOptions", arguments: list[str]) -> None:
    """Refuse a folder whose cells have another preset or other arguments."""
    now = {"preset": options.preset, "arguments": shlex.join(_shared(arguments))}
    before = study.user_attrs
    for name, value in now.items():
        if name in before and before[name] != value:
            raise ValueError(f"{options.out} is of {name} {before[name]!r}. Received: {value!r}. Give another `--out`")
        study.set_user_attr(name, value)


def _shared(arguments: list[str]) -> list[str]:
    """Return the arguments that all machines must share: all except `LOCAL_FLAGS` and their values."""
    shared, is_value = [], False
    for argument in arguments:
        is_local = argument.split("=")[0] in LOCAL_FLAGS
        if not is_local and not is_value:
            shared.append(argument)
        is_value = is_local and "=" not in argument
    return shared


def _train_cell(trial: optuna.Trial, work: _Work) -> float:
    """Train what is left of a cell; return 1 if the cell is healthy, and 0 if not."""
    # The bounds hold for all grids, so that the grid of a folder may grow.
    seed, size = trial.suggest_int("seed", 0, LARGEST), trial.suggest_int("batch_size", 1, LARGEST)
    start = time.monotonic()
    work.tried[seed, size] = 0.0
    folder = cell_folder(work.options, seed, size)
    folder.mkdir(exist_ok=True)
    try:
        # Acquired once: a lock that is acquired again by its own `with` stays locked after it.
        lock = filelock.FileLock(folder / LOCK).acquire(blocking=False)
    except filelock.Timeout as error:
        raise optuna.TrialPruned(f"{folder} is being trained by another process") from error
    with lock:
        if not is_complete(folder):
            _train(folder, work, ["--seed", str(seed), "--batch-size", str(size), *work.arguments])
            work.tried[seed, size] = time.monotonic() - start
    cell = read_cell(work.options, seed, size)
    print(f"seed {seed}, batch size {size}: {cell.outcome.value} {cell.evidence}".rstrip(), flush=True)
    print(_progress(work.options, [seconds for seconds in work.tried.values() if seconds > 0]), flush=True)
    return float(cell.works)


def _progress(options: "TriageOptions", times: list[float]) -> str:
    """Return how many cells are trained, and how long one process may need for the others."""
    places = list(itertools.product(options.seeds, options.batch_sizes))
    done = sum(is_complete(cell_folder(options, *place)) for place in places)
    if not times:
        return f"  {done} of {len(places)} cells"
    left = datetime.timedelta(seconds=round((len(places) - done) * sum(times) / len(times)))
    return f"  {done} of {len(places)} cells, about {left} left"


def _train(folder: Path, work: _Work, flags: list[str]) -> None:
    runs = runs_of(folder)
    begin = ["--resume", str(runs[-1])] if runs else ["--preset", work.options.preset, "--out", str(folder)]
    quiet = [] if "--wandb" in flags else ["--wandb", "off"]
    command = [*work.command, *begin, *quiet, *flags]
    with open(folder / LOG, "a", encoding="utf-8") as log, _devices(work) as environment:
        code = _wait(subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, env=environment))
    if code != DONE and not has_ended(folder):
        print(f"Failed: {shlex.join(command)}; see {folder / LOG}", flush=True)
        raise CellError(f"{folder}: exit code {code}")
    (folder / COMPLETE).touch()


@contextlib.contextmanager
def _devices(work: _Work) -> Iterator[dict[str, str]]:
    """Give a run devices that no other run has, in its environment."""
    group = work.groups.get()
    try:
        yield {**os.environ, **({} if group is None else {VISIBLE: group})}
    finally:
        work.groups.put(group)


def _wait(process: subprocess.Popen[bytes]) -> int:
    """Wait for a training to end. It gets Ctrl-C too, and has time to save itself until a second Ctrl-C."""
    try:
        code = process.wait()
    except KeyboardInterrupt:
        try:
            process.wait()
        except KeyboardInterrupt:
            process.terminate()
        raise
    if code == INTERRUPTED:
        raise KeyboardInterrupt
    return code
