"""Report on a run, compare two, or write the log of all runs anew."""

import dataclasses
from pathlib import Path
from typing import Literal

import tyro

from keras_gan.cli.parser import fail, parse_options
from keras_gan.invocation import program
from keras_gan.training.checks import require


@dataclasses.dataclass(frozen=True)
class ReportOptions:
    """What `keras-gan report` reports on: a run, all runs, or two."""

    run: tyro.conf.Positional[Path | None] = None
    """Folder of the run to report on."""
    rules: Literal["default", "reference"] = "default"
    """What it is judged by: what its quantities mean, or the checks of old reports."""
    real: Path | None = None
    """Its training images, a folder or an .npy file, to find samples that copy them."""
    notes: str | None = None
    """What the report and the log are to remark on it, from now on."""
    log: bool = False
    """Whether to write the experiment log of all runs anew instead."""
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
        require(self.real is None or self.real.exists(), "real", "a folder or a file", self.real)


def main(arguments: list[str]) -> int:
    """Run the command; return its exit code."""
    options = parse_options(ReportOptions, arguments, program("report"), __doc__)
    # After the arguments, so that a mistyped flag is answered at once.
    from keras_gan.cli.reports import report

    try:
        print(report(options))
    except (ValueError, OSError) as error:
        fail(program("report"), str(error))
    return 0
