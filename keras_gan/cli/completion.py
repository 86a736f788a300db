"""Shell completion of `keras-gan`, as tyro makes it for one program with subcommands."""

from collections.abc import Sequence
from typing import Annotated, Any, Union

import tyro

from keras_gan.cli.compare import ComparisonOptions
from keras_gan.cli.convert import ConversionOptions
from keras_gan.cli.diagnose import DiagnosisOptions
from keras_gan.cli.evaluate import EvaluationOptions
from keras_gan.cli.flags import flag_type, flags_of
from keras_gan.cli.generate import GenerationOptions
from keras_gan.cli.parser import run_tyro
from keras_gan.cli.report import ReportOptions
from keras_gan.cli.triage import TriageOptions
from keras_gan.training.presets import PRESETS


def print_completion(arguments: Sequence[str], prog: str) -> None:
    """Print or write a completion script.

    Args:
        arguments: tyro's flag with its values, such as "--tyro-print-completion bash".
        prog: What the user types for the program.

    Raises:
        SystemExit: With code 0 when the script is printed; with code 2 and one line if tyro does not know the shell.
    """
    kinds = {
        "train": flag_type(flags_of(PRESETS["horses"])),
        "evaluate": EvaluationOptions,
        "report": ReportOptions,
        "diagnose": DiagnosisOptions,
        "generate": GenerationOptions,
        "compare": ComparisonOptions,
        "convert": ConversionOptions,
        "triage": TriageOptions,
    }
    commands: Any = Union[tuple(Annotated[kind, tyro.conf.subcommand(name)] for name, kind in kinds.items())]  # noqa: UP007
    run_tyro(commands, arguments, prog, None, config=(tyro.conf.PositionalRequiredArgs,))
