"""Make images with a trained generator, or a walk between them, and save them as files."""

import dataclasses
from pathlib import Path

from keras_gan.checks import require
from keras_gan.cli.parser import fail, parse_options
from keras_gan.console import say
from keras_gan.invocation import program

#: Most images of a call: their latents are in memory together.
MOST_IMAGES = 1_000_000


@dataclasses.dataclass(frozen=True)
class GenerationOptions:
    """Options of `keras-gan generate`."""

    source: Path
    """Folder of a run or of checkpoints, or a saved GAN or generator: a .keras file or an .orbax folder."""
    out: Path = Path("samples")
    """Where to save: a new folder for PNG files, a .png for one grid, an .npz, or a .gif or .webp for an animation."""
    n: int | None = None
    """Number of images. Without the flag: 64."""
    seed: int = 0
    """Seed of the latents: the same images for the same seed."""
    truncation: float | None = None
    """Bound of the latents' values: a smaller one gives more typical and less varied images."""
    walk: tuple[int, ...] = ()
    """Seeds to walk through, from each to the next, in place of `--n` and `--seed`."""
    steps: int = 15
    """Steps of a walk from one seed to the next."""
    raw: bool = False
    """Whether to use the generator that is trained, and not the averaged one."""
    batch_size: int = 256
    """Images that are generated at a time."""
    columns: int | None = None
    """Images in a row of a grid. Without the flag: a nearly square grid, or all of a walk in one row."""

    def __post_init__(self) -> None:
        require(self.source.exists(), "source", "a folder or a file that exists", self.source)
        for name in ("n", "columns", "batch_size", "steps"):
            value = getattr(self, name)
            require(value is None or value >= 1, name, "at least 1", value)
        require((self.n or 0) <= MOST_IMAGES, "n", f"at most {MOST_IMAGES}", self.n)
        stops = max(1, len(self.walk) - 1)
        require(self.steps <= MOST_IMAGES // stops, "steps", f"such that a walk has at most {MOST_IMAGES}", self.steps)
        require(all(0 <= seed < 2**31 for seed in (self.seed, *self.walk)), "seed", "in [0, 2³¹)", self.seed)
        require(len(self.walk) != 1, "walk", "at least two seeds", self.walk)
        require(not self.walk or self.n is None, "n", "left out with `--walk`", self.n)


def main(arguments: list[str]) -> int:
    """Run the command; return its exit code."""
    options = parse_options(GenerationOptions, arguments, program("generate"), __doc__)
    # Imported after the arguments are parsed, so that a mistyped flag is reported at once.
    from keras_gan.cli.generation import generate

    try:
        say(generate(options))
    except (ValueError, OSError) as error:
        fail(program("generate"), str(error))
    return 0
