"""Training each seed at each batch size, to see which of them failures come from."""

import functools
import shlex
import subprocess
import sys
from pathlib import Path

import filelock
import optuna
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend

from keras_gan.analysis.saved_run import load_run
from keras_gan.analysis.text import render_table
from keras_gan.analysis.triage import COLUMNS, Cell, Outcome, classify, conclude, plot_triage
from keras_gan.options import TriageOptions

JOURNAL, HEAT_MAP = "journal.log", "triage.png"

#: Exit codes of a training script that has trained to its end, and that was interrupted.
DONE, INTERRUPTED = 0, 130


#: Beyond any seed and batch size.
LARGEST = 2**31 - 1


class CellError(Exception):
    """A cell whose training could not be begun or went wrong."""


def run_triage(options: TriageOptions, arguments: list[str], script: Path) -> str:
    """Train the cells of the grid that nobody has trained yet; others may do so at the same time, in the same folder.

    Args:
        options: The grid, and where its runs go.
        arguments: Further arguments of the training script.
        script: The training script.

    Returns:
        What to print: the grid, and what it is evidence for.

    Raises:
        ValueError: If the folder is of another preset or other arguments.
        OSError: If the folder cannot be written.
        KeyboardInterrupt: At Ctrl-C; the cell under way is saved, and goes on when called again.
    """
    options.out.mkdir(parents=True, exist_ok=True)
    # A cell that fails is told of below, in one line.
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    grid = {"seed": list(options.seeds), "batch_size": list(options.batch_sizes)}
    study = optuna.create_study(
        storage=JournalStorage(JournalFileBackend(str(options.out / JOURNAL))),
        sampler=optuna.samplers.GridSampler(grid, seed=0),
        study_name="triage",
        direction="maximize",
        load_if_exists=True,
    )
    _check_same(study, options, arguments)
    again = _failed_before(study, grid)
    for parameters in again:
        study.enqueue_trial(parameters)
    train = functools.partial(_train_cell, options=options, arguments=arguments, script=script)
    study.optimize(train, n_trials=len(again) + len(options.seeds) * len(options.batch_sizes), catch=(CellError,))
    return summarize(options)


def summarize(options: TriageOptions) -> str:
    """Save the heat map of what is there, and return the grid as text, with what it is evidence for.

    Args:
        options: The grid, and where its runs are.
    """
    cells = [_cell(options, seed, size) for seed in options.seeds for size in options.batch_sizes]
    rows = [(str(cell.seed), str(cell.batch_size), cell.outcome.value, cell.evidence) for cell in cells]
    plot_triage(cells).savefig(options.out / HEAT_MAP, dpi=120)
    table = render_table(("Seed", "Batch size", "Outcome", "Evidence"), rows)
    conclusions = render_table(COLUMNS, conclude(cells))
    return f"{table}\n\n{conclusions}\n\n{options.out / HEAT_MAP}"


def _check_same(study, options, arguments):
    """Refuse a folder whose cells were trained otherwise."""
    now = {"preset": options.preset, "arguments": shlex.join(arguments)}
    before = study.user_attrs
    for name, value in now.items():
        if name in before and before[name] != value:
            raise ValueError(f"{options.out} is of {name} {before[name]!r}. Received: {value!r}. Give another `--out`")
        study.set_user_attr(name, value)


def _failed_before(study, grid) -> list[dict[str, int]]:
    """Return the cells of the grid whose last trial failed, which the sampler takes for done."""
    last = {tuple(sorted(trial.params.items())): trial for trial in study.get_trials(deepcopy=False)}
    failed = (trial.params for trial in last.values() if trial.state is optuna.trial.TrialState.FAIL)
    return [dict(cell) for cell in failed if cell.keys() == grid.keys() and all(cell[key] in grid[key] for key in grid)]


def _train_cell(trial, options, arguments, script) -> float:
    """Train one cell to its end, from where it is; return 1 if it is healthy, and else 0."""
    # Bounds that hold for any grid, so that a folder may get a larger one.
    seed, size = trial.suggest_int("seed", 0, LARGEST), trial.suggest_int("batch_size", 1, LARGEST)
    folder = _folder(options, seed, size)
    folder.mkdir(exist_ok=True)
    lock = filelock.FileLock(folder / ".lock")
    try:
        lock.acquire(blocking=False)
    except filelock.Timeout as error:
        raise optuna.TrialPruned(f"{folder} is being trained by another process") from error
    with lock:
        if not _is_complete(folder):
            flags = ["--seed", str(seed), "--batch-size", str(size), *arguments]
            _train(folder, script, options.preset, flags)
    cell = _cell(options, seed, size)
    print(f"seed {seed}, batch size {size}: {cell.outcome.value} {cell.evidence}".rstrip(), flush=True)
    return float(cell.works)


def _train(folder, script, preset, flags):
    runs = _runs(folder)
    begin = ["--resume", str(runs[-1])] if runs else ["--preset", preset, "--out", str(folder)]
    quiet = [] if "--wandb" in flags else ["--wandb", "off"]
    command = [sys.executable, str(script), *begin, *quiet, *flags]
    with open(folder / "training.log", "a", encoding="utf-8") as log:
        code = subprocess.run(command, stdout=log, stderr=subprocess.STDOUT, check=False).returncode
    if code == INTERRUPTED:
        raise KeyboardInterrupt
    if code == DONE:
        (folder / "complete").touch()
        return
    runs = _runs(folder)
    if runs and classify(load_run(runs[-1]))[0] is Outcome.DIVERGED:
        (folder / "complete").touch()
        return
    print(f"Failed: {shlex.join(command)}; see {folder / 'training.log'}", flush=True)
    raise CellError(f"{folder}: exit code {code}")


def _cell(options, seed, size) -> Cell:
    folder = _folder(options, seed, size)
    runs = _runs(folder)
    if _is_complete(folder):
        return Cell(seed, size, *classify(load_run(runs[-1])))
    if not (folder / "training.log").exists():
        return Cell(seed, size, Outcome.MISSING)
    return Cell(seed, size, Outcome.FAILED, f"see {folder / 'training.log'}")


def _folder(options, seed, size) -> Path:
    return options.out / f"seed_{seed}_batch_{size}"


def _runs(folder) -> list[Path]:
    """Return the runs in a cell's folder that have begun; one, unless somebody has added others."""
    return sorted(path.parent for path in folder.glob("*/losses.csv"))


def _is_complete(folder) -> bool:
    return (folder / "complete").exists() and bool(_runs(folder))
