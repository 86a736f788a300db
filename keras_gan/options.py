"""What the scripts that look at runs are told."""

import dataclasses
from pathlib import Path
from typing import Literal

import tyro

from keras_gan.presets import PRESETS, require


@dataclasses.dataclass(frozen=True)
class EvaluationOptions:
    """What `scripts/evaluate.py` measures."""

    target: Path
    """Folder of a finished run, folder of images, or .npy file of uint8 images."""
    real: str | None = None
    """Real images: "horses", "toy", a folder or an .npy file. Of a run, its data set."""
    data_dir: Path | None = None
    """Folder with cifar10_horses.npz, instead of Keras's copy of CIFAR-10."""
    extractor: Literal["cifar10-resnet", "inception"] = "cifar10-resnet"
    """Feature extractor."""
    inception_weights: Path | None = None
    """File of Inception's weights, instead of a download."""
    n_samples: int | None = None
    """Samples to measure, drawn from the images. Of a run 5000; otherwise all images."""
    n_real: int | None = None
    """Real images to measure against, drawn from them. All."""
    seed: int = 0
    """Seed of a run's latents, or of the order of images."""
    infinity: bool = False
    """Whether to extrapolate the Fréchet distance to endless samples."""
    bootstrap: int = 0
    """Draws for a 95 % interval of the Fréchet distance; 0 for none."""
    out: Path | None = None
    """File for the JSON, instead of the standard output."""

    def __post_init__(self):
        require(self.target.exists(), "target", "a folder or a file", self.target)
        if self.real is None and not self.is_run:
            raise ValueError(f"`real` must be given: {self.target} is no run folder, which would name its data set")
        if self.inception_weights is not None and self.extractor != "inception":
            raise ValueError("`inception_weights` are for `--extractor inception`")
        has_folder = self.out is None or self.out.absolute().parent.is_dir()
        require(has_folder, "out", "a file in a folder that exists", self.out)
        require(self.bootstrap == 0 or self.bootstrap >= 2, "bootstrap", "0 or at least 2", self.bootstrap)

    @property
    def is_run(self) -> bool:
        """Whether the target is the folder of a run."""
        return (self.target / "config.json").is_file()


@dataclasses.dataclass(frozen=True)
class ReportOptions:
    """What `scripts/report.py` reports on: a run, all runs, or two."""

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

    def __post_init__(self):
        chosen = [self.run is not None, self.log, self.compare is not None]
        require(sum(chosen) == 1, "run", "given alone, or `--log`, or `--compare`", f"{sum(chosen)} of these")
        for name in ("rules", "real", "notes"):
            is_default = getattr(self, name) == getattr(type(self), name)
            require(self.run is not None or is_default, name, "given with a run only", getattr(self, name))
        require(self.real is None or self.real.exists(), "real", "a folder or a file", self.real)


@dataclasses.dataclass(frozen=True)
class DiagnosisOptions:
    """What `scripts/diagnose.py` looks at."""

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

    def __post_init__(self):
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


@dataclasses.dataclass(frozen=True)
class TriageOptions:
    """What `scripts/triage.py` trains: each seed at each batch size."""

    preset: Literal[tuple(PRESETS)]
    """Preset to begin from."""
    seeds: tuple[int, ...] = (42, 43, 44)
    """Seeds."""
    batch_sizes: tuple[int, ...] = (256, 512, 1024)
    """Batch sizes."""
    out: Path = Path("runs/triage")
    """Folder of the runs, the journal and the heat map; several machines may share it."""

    def __post_init__(self):
        for name in ("seeds", "batch_sizes"):
            values = getattr(self, name)
            is_set = len(values) > 0 and len(set(values)) == len(values)
            require(is_set, name, "at least one number, none twice", values)
