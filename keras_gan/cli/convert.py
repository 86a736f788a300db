"""Turn a checkpoint into the other format: a `.keras` file into a folder of Orbax, or the other way round."""

import dataclasses
from pathlib import Path

from keras_gan.checks import require
from keras_gan.cli.parser import fail, parse_options
from keras_gan.console import say
from keras_gan.files import MODELS, is_model
from keras_gan.invocation import program


@dataclasses.dataclass(frozen=True)
class ConversionOptions:
    """Options of `keras-gan convert`."""

    source: Path
    """A .keras file or an .orbax folder."""
    target: Path | None = None
    """Where to save it. Without the flag: beside the source, under its name."""

    def __post_init__(self) -> None:
        require(is_model(self.source), "source", "a .keras file or an .orbax folder that exists", self.source)
        if self.target is not None:
            expected = f"a path that ends with {' or '.join(MODELS)}, and does not exist"
            require(self.target.suffix in MODELS and not self.target.exists(), "target", expected, self.target)


def main(arguments: list[str]) -> int:
    """Run the command; return its exit code."""
    options = parse_options(ConversionOptions, arguments, program("convert"), __doc__)
    # Imported after the arguments are parsed, so that a mistyped flag is reported at once.
    from keras_gan.models import convert_model

    try:
        say(f"{options.source} is also in {convert_model(options.source, options.target)}")
    except (ValueError, OSError) as error:
        fail(program("convert"), str(error))
    return 0
