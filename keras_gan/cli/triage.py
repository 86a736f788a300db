"""Train a preset with each seed at each batch size, and say what its failures come from.

Further flags are those of `keras-gan train`. A second call continues the work of the first. Several processes, also on
several machines, share the work if they have the same folder.
"""

import dataclasses
import itertools
from pathlib import Path
from typing import Annotated

import tyro

from keras_gan.checks import check_count, require
from keras_gan.cli.parser import fail, run_tyro
from keras_gan.cli.training_arguments import parse_training
from keras_gan.console import say
from keras_gan.invocation import program
from keras_gan.training.presets import PRESETS

#: Exit code that shells give a program that Ctrl-C has ended.
INTERRUPTED = 130

#: Flags of a training that the command sets itself.
OWN_FLAGS = {"--preset", "--out", "--resume", "--seed", "--batch-size", "--coordinator", "--processes", "--process"}


@dataclasses.dataclass(frozen=True)
class TriageOptions:
    """Options of `keras-gan triage`, which trains each seed at each batch size."""

    preset: Annotated[str, tyro.conf.arg(metavar=f"{{{','.join(PRESETS)}}}")]
    """Preset to start from."""
    seeds: tuple[int, ...] = (42, 43, 44)
    """Seeds."""
    batch_sizes: tuple[int, ...] = (256, 512, 1024)
    """Batch sizes."""
    out: Path = Path("runs/triage")
    """Folder of the runs, the journal and the heat map; several machines may share it."""
    devices_per_run: int | None = None
    """GPUs of each run. With it, as many runs are trained at a time as there are GPUs for."""

    def __post_init__(self) -> None:
        require(self.preset in PRESETS, "preset", f"one of {', '.join(PRESETS)}", self.preset)
        for name in ("seeds", "batch_sizes"):
            values = getattr(self, name)
            is_set = len(values) > 0 and len(set(values)) == len(values)
            require(is_set, name, "at least one number, none twice", values)
        if self.devices_per_run is not None:
            check_count(self.devices_per_run, "devices_per_run")


def parse_with_training(arguments: list[str], prog: str, description: str | None) -> tuple[TriageOptions, list[str]]:
    """Read the command's own arguments, and those of each training.

    Args:
        arguments: The arguments, without the command's name.
        prog: The command as the user typed it.
        description: First text of `--help`.

    Returns:
        The options, and the arguments that are left for `keras-gan train`.

    Raises:
        SystemExit: With code 2 and one line on standard error if the command or one of its trainings cannot
            use an argument.
    """
    config = (tyro.conf.PositionalRequiredArgs,)
    options, rest = run_tyro(TriageOptions, arguments, prog, description, config=config, return_unknown_args=True)
    names = {argument.split("=")[0].replace("_", "-") for argument in rest}
    if taken := sorted(names & OWN_FLAGS):
        fail(prog, f"{' and '.join(taken)} cannot be given: each run has its own")
    for seed, size in itertools.product(options.seeds, options.batch_sizes):
        cell = ["--preset", options.preset, "--out", str(options.out), "--seed", str(seed), "--batch-size", str(size)]
        parse_training([*cell, *rest], prog, description)
    if (options.devices_per_run or 1) > 1:
        rest = [*rest, "--devices", str(options.devices_per_run)]
    return options, rest


def main(arguments: list[str]) -> int:
    """Run the command; return its exit code."""
    options, training = parse_with_training(arguments, program("triage"), __doc__)
    # Imported after the arguments are parsed, so that a mistyped flag is reported at once.
    from keras_gan.cli.triage_grid import run_triage

    try:
        say(run_triage(options, training))
    except (ValueError, OSError) as error:
        fail(program("triage"), str(error))
    except KeyboardInterrupt:
        say(f"Interrupted. Call it again to go on; the runs are in {options.out}")
        return INTERRUPTED
    return 0
