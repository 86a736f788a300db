"""Reports on runs, from the command line's options."""

from pathlib import Path

import numpy as np

from keras_gan.analysis.advisor import diagnose
from keras_gan.analysis.comparison import compare_configs, compare_outcomes
from keras_gan.analysis.experiment_log import LOG, log_path, log_row, rewrite_log, run_folders, update_log
from keras_gan.analysis.figures import plot_comparison
from keras_gan.analysis.judgement import Judgement, judge
from keras_gan.analysis.reporting import write_report
from keras_gan.analysis.saved_run import SavedRun, annotate, load_run
from keras_gan.analysis.text import render_indicators, render_table
from keras_gan.data.folder import load_images
from keras_gan.options import ReportOptions

#: Where the figure of a comparison goes: into the second run's folder.
COMPARISON = "plots/comparison_{}.png"


def report(options: ReportOptions) -> str:
    """Do what the options say.

    Args:
        options: What to report on.

    Returns:
        What to print.

    Raises:
        ValueError: If a file is not what it should be.
        OSError: If a file cannot be read or written.
    """
    if options.log:
        return _write_log(options.runs)
    if options.compare is not None:
        return _compare(*options.compare)
    return _report_one(options)


def _report_one(options) -> str:
    if options.notes is not None:
        load_run(options.run)
        annotate(options.run, notes=options.notes)
    real = None if options.real is None else load_images(options.real) / np.float32(127.5) - 1
    written = write_report(options.run, options.rules, real)
    path = log_path(options.run)
    if path.is_file():
        name = Path(options.run).absolute().relative_to(path.parent).as_posix()
        update_log(path, log_row(written.run, written.judgement, name))
    return "\n".join([render_indicators(written.judgement), *map(str, written.files)])


def _write_log(runs: Path) -> str:
    skipped, count = [], 0

    def rows():
        nonlocal count
        for folder in run_folders(runs):
            try:
                run, judgement = _judged(folder)
            except (ValueError, OSError) as error:
                skipped.append(f"Left out: {folder}: {error}")
            else:
                count += 1
                yield log_row(run, judgement, folder.relative_to(runs).as_posix())

    if not runs.is_dir():
        raise FileNotFoundError(f"No folder {runs}")
    rewrite_log(runs / LOG, rows)
    return "\n".join([*skipped, f"{count} runs in {runs / LOG}"])


def _compare(first: Path, second: Path) -> str:
    one, other = _judged(first), _judged(second)
    runs = (one[0], other[0])
    columns = ("", *(run.name for run in runs))
    configs = compare_configs(*runs)
    path = second / COMPARISON.format(first.name)
    path.parent.mkdir(exist_ok=True)
    plot_comparison(runs).savefig(path, dpi=120)
    return "\n".join(
        [
            render_table(("Configuration", *columns[1:]), configs) if configs else "The configurations are equal.",
            "",
            render_table(("Outcome", *columns[1:]), compare_outcomes(*runs, (one[1], other[1]))),
            "",
            str(path),
        ]
    )


def _judged(folder: Path) -> tuple[SavedRun, Judgement]:
    run = load_run(folder)
    return run, judge(run, diagnose(run))
