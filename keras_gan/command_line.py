"""The command lines of the scripts: of those that train, a preset and a flag for every value of it."""

import argparse
import contextlib
import dataclasses
import io
import itertools
import sys
from pathlib import Path
from typing import NoReturn

import tyro

from keras_gan.presets import PRESETS, EvaluationOptions, ExperimentConfig, RunOptions
from keras_gan.run_folder import check, check_data, load_config


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


def parse_evaluation(arguments: list[str], prog: str, description: str) -> EvaluationOptions:
    """Read the evaluation script's arguments.

    Args:
        arguments: The arguments, without the script's name.
        prog: The script's name.
        description: What `--help` says first.

    Returns:
        What to measure.

    Raises:
        SystemExit: With code 2 and one line on standard error if an argument cannot be used; with code 0 after
            `--help`.
    """
    return _parse(EvaluationOptions, arguments, prog, description, config=(tyro.conf.PositionalRequiredArgs,))


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
