"""Compare two runs, and name the first epoch and the first tensor in which they differ."""

import dataclasses
from pathlib import Path

from keras_gan.checks import require
from keras_gan.cli.parser import fail, parse_options
from keras_gan.console import say
from keras_gan.invocation import program


@dataclasses.dataclass(frozen=True)
class ComparisonOptions:
    """Options of `keras-gan compare`."""

    first: Path
    """Folder of a run."""
    second: Path
    """Folder of another run."""

    def __post_init__(self) -> None:
        for name in ("first", "second"):
            path = getattr(self, name)
            require((path / "losses.csv").is_file(), name, "the folder of a run, with its losses.csv", path)


def main(arguments: list[str]) -> int:
    """Run the command; return its exit code: 0 if the runs are equal, and 1 if they differ."""
    options = parse_options(ComparisonOptions, arguments, program("compare"), __doc__)
    from keras_gan.analysis.equality import compare

    try:
        comparison = compare(options.first, options.second)
    except (ValueError, OSError) as error:
        fail(program("compare"), str(error))
    say("\n".join(comparison.lines))
    return 0 if comparison.are_equal else 1
