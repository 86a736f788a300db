"""Reports on runs, from the command line's options."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from keras_gan.analysis.detectors.advisor import diagnose
from keras_gan.analysis.report.comparison import compare_configs, compare_outcomes
from keras_gan.analysis.report.figures import plot_comparison
from keras_gan.analysis.report.log import LOG, add_to_log, log_path, log_row, rewrite_log, run_folders
from keras_gan.analysis.report.text import render_indicators, render_table
from keras_gan.analysis.report.write import write_report
from keras_gan.analysis.run.saved_run import SavedRun, annotate, load_run
from keras_gan.analysis.verdict.indicators import Verdict
from keras_gan.analysis.verdict.judge import judge
from keras_gan.training.images import load_like

if TYPE_CHECKING:
    from keras_gan.cli.report import ReportOptions

#: Figures of a comparison, in the folder of the second run, and the quantities that they show.
COMPARISON = "plots/{1}_beside_{0}.png"
COMPARED = ("wasserstein_distance", "fid_score")


def report(options: "ReportOptions") -> str:
    """Report on a run, compare two runs, or rewrite the log of all runs.

    Args:
        options: Options of the command.

    Returns:
        Text to print.

    Raises:
        ValueError: If a file is invalid.
        OSError: If a file cannot be read or written.
    """
    if options.run is not None:
        return _report_one(options.run, options)
    if options.compare is not None:
        return _compare(*options.compare)
    return _write_log(options.runs)


def _report_one(folder: Path, options: "ReportOptions") -> str:
    if options.notes is not None:
        load_run(folder)
        annotate(folder, notes=options.notes)
    real = None if options.real is None else load_like(folder, options.real)
    written = write_report(folder, options.rules, real)
    if log_path(folder).is_file():
        # By the default rules, whatever the rules of this report, so that the rows of a log can be compared.
        add_to_log(folder, *_judged(folder))
    return "\n".join([render_indicators(written.verdict), *map(str, written.files)])


def _write_log(runs: Path) -> str:
    folders, skipped = [], []

    def rows() -> Iterator[str]:
        for folder in run_folders(runs):
            try:
                run, verdict = _judged(folder)
            except (ValueError, OSError) as error:
                skipped.append(f"Left out: {folder}: {error}")
            else:
                folders.append(folder)
                yield log_row(run, verdict, folder.relative_to(runs).as_posix())

    if not runs.is_dir():
        raise FileNotFoundError(f"No folder {runs}")
    rewrite_log(runs / LOG, rows)
    return "\n".join([*skipped, f"{len(folders)} runs in {runs / LOG}"])


def _compare(first: Path, second: Path) -> str:
    one, other = _judged(first), _judged(second)
    runs = (one[0], other[0])
    names = tuple(run.name for run in runs)
    configs = compare_configs(*runs)
    paths = [second / COMPARISON.format(first.name, key) for key in COMPARED]
    paths[0].parent.mkdir(exist_ok=True)
    for key, path in zip(COMPARED, paths):
        plot_comparison(runs, key).savefig(path, dpi=120)
    return "\n".join(
        [
            render_table(("Configuration", *names), configs) if configs else "The configurations are equal.",
            "",
            render_table(("Outcome", *names), compare_outcomes(*runs, (one[1], other[1]))),
            "",
            *map(str, paths),
        ]
    )


def _judged(folder: Path) -> tuple[SavedRun, Verdict]:
    run = load_run(folder)
    return run, judge(run, diagnose(run))
