"""The command lines of the scripts: of those that train, a preset and a flag for every value of it."""

import argparse
import contextlib
import dataclasses
import io
import itertools
import sys
from pathlib import Path
from typing import NoReturn, TypeVar

import tyro

from keras_gan.training.config import ExperimentConfig, RunOptions
from keras_gan.training.presets import PRESETS
from keras_gan.training.run_folder import check, check_data, load_config

Options = TypeVar("Options")


#: Flags of the training script that a script which trains many runs sets itself.
OWN_FLAGS = {"--preset", "--out", "--resume", "--seed", "--batch-size"}


@dataclasses.dataclass(frozen=True)
class _Arguments:
    config: tyro.conf.OmitArgPrefixes[ExperimentConfig]
    options: tyro.conf.OmitArgPrefixes[RunOptions]


def parse(arguments: list[str], prog: str, description: str) -> tuple[ExperimentConfig, RunOptions]:
    """Read a training script's arguments.

    Values not given are those of `--preset` (default `horses`), or those of the run to `--resume`.

    Args:
        arguments: The arguments, without the script's name.
        prog: The script's name.
        description: What `--help` says first.

    Returns:
        The run's configuration and options.

    Raises:
        SystemExit: With code 2 and one line on standard error if an argument cannot be used; with code 0 after
            `--help`.
    """
    try:
        defaults = _Arguments(_starting_config(arguments), RunOptions())
    except (ValueError, OSError) as error:
        fail(prog, str(error))
    parsed = _parse(_Arguments, arguments, prog, description, default=defaults)
    try:
        check(parsed.config, parsed.options)
        check_data(parsed.config, parsed.options)
    except (ValueError, OSError) as error:
        fail(prog, str(error))
    return parsed.config, parsed.options


def parse_options(kind: type[Options], arguments: list[str], prog: str, description: str) -> Options:
    """Read the arguments of a script that does not train.

    Args:
        kind: The dataclass of its options; those without a default are positional.
        arguments: The arguments, without the script's name.
        prog: The script's name.
        description: What `--help` says first.

    Returns:
        The options.

    Raises:
        SystemExit: With code 2 and one line on standard error if an argument cannot be used; with code 0 after
            `--help`.
    """
    return _parse(kind, arguments, prog, description, config=(tyro.conf.PositionalRequiredArgs,))


def parse_with_training(
    kind: type[Options], arguments: list[str], prog: str, description: str
) -> tuple[Options, list[str]]:
    """Read the arguments of a script that trains many runs: its own, and the training script's.

    Args:
        kind: The dataclass of its options: a `preset`, an `out` folder, `seeds` and `batch_sizes`.
        arguments: The arguments, without the script's name.
        prog: The script's name.
        description: What `--help` says first.

    Returns:
        The options, and the arguments that are left for the training script.

    Raises:
        SystemExit: As `parse_options`; also if the training script would refuse what is left.
    """
    config = (tyro.conf.PositionalRequiredArgs,)
    options, rest = _parse(kind, arguments, prog, description, config=config, return_unknown_args=True)
    names = {argument.split("=")[0].replace("_", "-") for argument in rest}
    if taken := sorted(names & OWN_FLAGS):
        fail(prog, f"{' and '.join(taken)} cannot be given: each run has its own")
    for seed, size in itertools.product(options.seeds, options.batch_sizes):
        cell = ["--preset", options.preset, "--out", str(options.out), "--seed", str(seed), "--batch-size", str(size)]
        parse([*cell, *rest], prog, description)
    return options, rest


def _parse(kind: type, arguments: list[str], prog: str, description: str, **settings):
    """Return what tyro makes of the arguments; of its errors, what is wrong, in one line."""
    message = io.StringIO()
    try:
        with contextlib.redirect_stderr(message):
            return tyro.cli(kind, args=arguments, prog=prog, description=description, **settings)
    except SystemExit as stop:
        if stop.code == 0:
            raise
        fail(prog, _first_section(message.getvalue()))


def fail(prog: str, message: str) -> NoReturn:
    """Print one line on standard error and exit with code 2."""
    print(f"{prog}: error: {' '.join(message.split())}", file=sys.stderr)
    raise SystemExit(2)


def _starting_config(arguments: list[str]) -> ExperimentConfig:
    """Return the configuration whose values the arguments replace."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--preset", nargs="?")
    parser.add_argument("--resume", nargs="?", type=Path)
    known, _ = parser.parse_known_args(arguments)
    if known.preset is not None and known.preset not in PRESETS:
        raise ValueError(f"unknown preset {known.preset!r}. Presets: {', '.join(PRESETS)}")
    if known.resume is not None:
        return load_config(known.resume)
    return PRESETS[known.preset or "horses"]


def _first_section(box: str) -> str:
    """Return what a tyro error says between its title and its next rule: what is wrong, without the help on it."""
    lines = [line.strip(" ╭╮╰╯│─-") for line in box.splitlines()]
    sections = [list(group) for is_text, group in itertools.groupby(lines, bool) if is_text]
    # With box characters the title shares a section with what follows it.
    first = sections[0][1:] or sections[1]
    return " ".join(first)
