"""Say what is wrong with a run, or with another program's losses, on what evidence, and what to change first."""

import dataclasses
from pathlib import Path
from typing import Literal

from keras_gan.cli.parser import fail, parse_options
from keras_gan.invocation import program
from keras_gan.training.checks import require


@dataclasses.dataclass(frozen=True)
class DiagnosisOptions:
    """What `keras-gan diagnose` looks at."""

    losses: Path
    """File of losses, of ours or of another program, or the folder of a run."""
    columns: tuple[str, ...] = ()
    """Names of the file's columns where they are not recognised, as `d_loss=errD g_loss=errG`."""
    loss: Literal["wasserstein", "cross-entropy"] = "wasserstein"
    """What the losses of another program are."""
    samples: Path | None = None
    """Folder or .npy file of generated images. Of a run, its last picture."""
    real: Path | None = None
    """Folder or .npy file of all training images."""
    checkpoint: Path | None = None
    """Checkpoint to probe: is its critic near its optimum, and how Lipschitz? Needs `--real` or `--data-dir`."""
    updates: int = 100
    """Critic updates of the probe."""
    data_dir: Path | None = None
    """Folder with cifar10_horses.npz, for a run on horses."""

    def __post_init__(self) -> None:
        require(self.losses.exists(), "losses", "a file or a folder", self.losses)
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
        """What `columns` says, by the names here."""
        pairs = (pair.partition("=") for pair in self.columns)
        return {name: column for name, _, column in pairs}


def main(arguments: list[str]) -> int:
    """Run the command; return its exit code."""
    options = parse_options(DiagnosisOptions, arguments, program("diagnose"), __doc__)
    # After the arguments, so that a mistyped flag is answered at once.
    from keras_gan.cli.diagnosis import report_findings

    try:
        print(report_findings(options))
    except (ValueError, OSError) as error:
        fail(program("diagnose"), str(error))
    return 0
