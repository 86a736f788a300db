"""Measure the quality of a run's samples, or of a folder of images, against real images, and print the figures."""

import dataclasses
import sys
from pathlib import Path

from keras_gan.checks import check_count, check_seed, require
from keras_gan.cli.parser import fail, parse_options
from keras_gan.cli.plugins import load_plugin
from keras_gan.console import say
from keras_gan.files import replace_text, saved_model
from keras_gan.invocation import program
from keras_gan.parts import EXTRACTORS

#: Most draws for an interval: more take hours and change no digit.
MOST_DRAWS = 100_000


@dataclasses.dataclass(frozen=True)
class EvaluationOptions:
    """Options of `keras-gan evaluate`."""

    target: Path
    """Folder of a run or of checkpoints, .keras file, folder of images, or .npy file of uint8 images."""
    real: str | None = None
    """Real images: "horses", "toy", a folder, an archive or a file. Pictures get the run's size and background. Without
    the flag: a run's data set."""
    data_dir: Path | None = None
    """Folder with cifar10_horses.npz, instead of Keras's copy of CIFAR-10."""
    extractor: str = "cifar10-resnet"
    """Feature extractor: "cifar10-resnet", "inception", or one of your own."""
    inception_weights: Path | None = None
    """File of Inception's weights, instead of a download."""
    n_samples: int | None = None
    """Number of samples to measure. Without the flag: 5000 of a run, all of a folder or a file."""
    n_real: int | None = None
    """Number of real images to measure against. Without the flag: all of them."""
    seed: int = 0
    """Seed of a run's latents, or of the order of images."""
    infinity: bool = False
    """Whether to extrapolate the Fréchet distance to infinitely many samples."""
    bootstrap: int = 0
    """Draws for a 95 % interval of the Fréchet distance; 0 for none."""
    second_opinion: bool = False
    """Whether to compute FID, KID, IS and sliced Wasserstein by TF-GAN and torch-fidelity too."""
    plugin: tuple[str, ...] = ()
    """Modules that register your own parts."""
    out: Path | None = None
    """File for the JSON, instead of the standard output."""

    def __post_init__(self) -> None:
        for module in self.plugin:
            load_plugin(module)
        EXTRACTORS.check(self.extractor)
        require(self.target.exists(), "target", "a folder or a file that exists", self.target)
        if self.real is None and not (self.target / "config.json").is_file():
            raise ValueError(f"`real` must be given: {self.target} is no run folder, which would name its data set")
        if self.inception_weights is not None and self.extractor != "inception":
            raise ValueError("`inception_weights` are for `--extractor inception`")
        is_file = self.out is None or (self.out.absolute().parent.is_dir() and not self.out.is_dir())
        require(is_file, "out", "a file in a folder that exists", self.out)
        is_possible = self.bootstrap == 0 or 2 <= self.bootstrap <= MOST_DRAWS
        require(is_possible, "bootstrap", f"0 or at least 2, at most {MOST_DRAWS}", self.bootstrap)
        check_seed(self.seed)
        for name in ("n_samples", "n_real"):
            if getattr(self, name) is not None:
                check_count(getattr(self, name), name)

    @property
    def has_model(self) -> bool:
        """Whether the target is a run, or holds a saved model in another way, and no images."""
        return (self.target / "config.json").is_file() or saved_model(self.target) is not None


def _write(path: Path, text: str) -> None:
    """Write the figures, as a whole or not at all where they go into a file and not into a pipe."""
    if path.exists() and not path.is_file():
        path.write_text(text, encoding="utf-8")
    else:
        replace_text(path, text)


def main(arguments: list[str]) -> int:
    """Run the command; return its exit code."""
    options = parse_options(EvaluationOptions, arguments, program("evaluate"), __doc__)
    # Imported after the arguments are parsed, so that a mistyped flag is reported at once.
    from keras_gan.cli.evaluation import evaluate
    from keras_gan.metrics.second_opinion import PeerError, render

    try:
        evaluation = evaluate(options)
        if options.out is None:
            print(evaluation.to_json(), end="")
        else:
            _write(options.out, evaluation.to_json())
            say(f"Figures in {options.out}")
    except (ValueError, OSError, PeerError) as error:
        fail(program("evaluate"), str(error))
    if evaluation.second_opinion is not None:
        # Without `--out`, standard output is for the JSON alone.
        say(render(evaluation.second_opinion), sys.stderr if options.out is None else None)
    return 0
