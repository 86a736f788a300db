"""Report on a run, compare two runs, or rewrite the log of all runs."""

import dataclasses
from pathlib import Path
from typing import Literal

import tyro

from keras_gan.checks import check_text, require
from keras_gan.cli.parser import fail, parse_options
from keras_gan.console import say
from keras_gan.invocation import program


@dataclasses.dataclass(frozen=True)
class ReportOptions:
    """Options of `keras-gan report`: a run, all runs, or two runs."""

    run: tyro.conf.Positional[Path | None] = None
    """Folder of the run to report on."""
    rules: Literal["default", "reference"] = "default"
    """Rules that the run is judged by: the default ones, or the checks of old reports."""
    real: Path | None = None
    """Folder, archive or file of the training images, to find samples that are copies of them. Pictures get the run's
    size and background."""
    notes: str | None = None
    """Remarks on the run, for the report and the experiment log from now on."""
    log: bool = False
    """Whether to rewrite the experiment log of all runs instead."""
    runs: Path = Path("runs")
    """Folder of all runs, for `--log`."""
    compare: tuple[Path, Path] | None = None
    """Folders of two runs to compare instead."""

    def __post_init__(self) -> None:
        chosen = [self.run is not None, self.log, self.compare is not None]
        require(sum(chosen) == 1, "run", "given alone, or `--log`, or `--compare`", f"{sum(chosen)} of these")
        for name in ("rules", "real", "notes"):
            is_default = getattr(self, name) == getattr(type(self), name)
            require(self.run is not None or is_default, name, "given with a run only", getattr(self, name))
        if self.notes is not None:
            check_text(self.notes, "notes")
        require(self.real is None or self.real.exists(), "real", "a folder or a file that exists", self.real)


def main(arguments: list[str]) -> int:
    """Run the command; return its exit code."""
    options = parse_options(ReportOptions, arguments, program("report"), __doc__)
    # Imported after the arguments are parsed, so that a mistyped flag is reported at once.
    from keras_gan.cli.reports import report

    try:
        say(report(options))
    except (ValueError, OSError) as error:
        fail(program("report"), str(error))
    return 0
