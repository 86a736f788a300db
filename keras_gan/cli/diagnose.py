"""Find what is wrong with a run, or with the losses of another program, and say what to change first."""

import dataclasses
from pathlib import Path
from typing import Literal

from keras_gan.checks import require
from keras_gan.cli.parser import fail, parse_options
from keras_gan.console import say
from keras_gan.invocation import program


@dataclasses.dataclass(frozen=True)
class DiagnosisOptions:
    """Options of `keras-gan diagnose`."""

    losses: Path
    """File of losses, from this or another program, or the folder of a run."""
    columns: tuple[str, ...] = ()
    """Names of the file's columns if they are not recognised, such as `d_loss=errD g_loss=errG`."""
    loss: Literal["wasserstein", "cross-entropy"] = "wasserstein"
    """Kind of losses of another program."""
    samples: Path | None = None
    """Folder or .npy file of generated images. Without the flag: a run's last picture."""
    real: Path | None = None
    """Folder, archive or file of all training images. Pictures get the run's size and background."""
    checkpoint: Path | None = None
    """Checkpoint to probe: how near its critic is to its optimum, and how Lipschitz. Needs `--real` or `--data-dir`."""
    updates: int = 100
    """Number of critic updates in the probe."""
    data_dir: Path | None = None
    """Folder with cifar10_horses.npz, for a run on horses."""

    def __post_init__(self) -> None:
        require(self.losses.exists(), "losses", "a file or a folder that exists", self.losses)
        for name in ("samples", "real", "checkpoint", "data_dir"):
            path = getattr(self, name)
            require(path is None or path.exists(), name, "a file or a folder", path)
        require(self.real is None or self.data_dir is None, "data_dir", "given without `--real`", self.data_dir)
        require(self.updates >= 1, "updates", "at least 1", self.updates)
        for pair in self.columns:
            name, _, column = pair.partition("=")
            require(bool(name and column), "columns", "pairs such as d_loss=errD", pair)

    @property
    def mapping(self) -> dict[str, str]:
        """Columns of the file, by the names that this package has for them."""
        pairs = (pair.partition("=") for pair in self.columns)
        return {name: column for name, _, column in pairs}


def main(arguments: list[str]) -> int:
    """Run the command; return its exit code."""
    options = parse_options(DiagnosisOptions, arguments, program("diagnose"), __doc__)
    # Imported after the arguments are parsed, so that a mistyped flag is reported at once.
    from keras_gan.cli.diagnosis import report_findings

    try:
        say(report_findings(options))
    except (ValueError, OSError) as error:
        fail(program("diagnose"), str(error))
    return 0
