"""The arguments of a training: a preset or a run to resume, and changes of its settings."""

import argparse
import dataclasses
import re
import shutil
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from keras_gan import parts
from keras_gan.checks import shortened
from keras_gan.cli.flags import ALIASES, SELECTIONS, Flag, flag_type, flags_of
from keras_gan.cli.parser import fail, run_tyro
from keras_gan.cli.plugins import load_plugin
from keras_gan.training.changes import change
from keras_gan.training.config import ExperimentConfig
from keras_gan.training.options import RunOptions, saved_options
from keras_gan.training.presets import PRESETS
from keras_gan.training.resuming import resumed_folder
from keras_gan.training.run_folder import check, load_config
from keras_gan.training.same_run import OtherRunError

#: Flags whose values decide which other flags exist.
CHOICES = ("data", "dataset", "optimizer", "extractor", *SELECTIONS)

#: What stands for the value of a flag that is given without one, or with one that looks like a flag.
NO_VALUE = object()

#: Flag that shows all flags with their descriptions.
HELP_ALL = "--help-all"


def parse_training(arguments: Sequence[str], prog: str, description: str | None) -> tuple[ExperimentConfig, RunOptions]:
    """Read the arguments of a training.

    Missing values are those of the preset, the first argument or `--preset` (default `horses`), or those of the run to
    `--resume`.

    Args:
        arguments: The arguments, without the command's name.
        prog: The command as the user typed it.
        description: First text of `--help`.

    Returns:
        The run's configuration and options.

    Raises:
        SystemExit: With code 2 and one line on standard error if an argument cannot be used; with code 0 after
            `--help`.
    """
    try:
        arguments = _with_preset([normalised(argument) for argument in arguments])
        config, options, named = _starting_point(arguments)
    except (ValueError, OSError, ImportError) as error:
        fail(prog, str(error))
    flags = flags_of(config, options)
    if "--help" in arguments or "-h" in arguments:
        _print_help(flags, prog, description)
    _refuse_flags_of_pictures(flags, arguments, prog)
    shown = ["--help" if argument == HELP_ALL else argument for argument in arguments]
    parsed = run_tyro(flag_type(flags), shown, prog, description)
    values = {name: value for group in vars(parsed).values() for name, value in vars(group).items()}
    try:
        return _changed(config, flags, values, named)
    except OtherRunError as error:
        fail(prog, f"{error.summary}:", error.table)
    except (ValueError, OSError) as error:
        fail(prog, str(error))


def _changed(
    config: ExperimentConfig, flags: list[Flag], values: dict[str, Any], named: dict[str, str]
) -> tuple[ExperimentConfig, RunOptions]:
    """Check the values of flags, and return the configuration and the options that have them."""
    options = RunOptions(**{field.name: values.pop(field.name) for field in dataclasses.fields(RunOptions)})
    # The configuration already has the parts that these flags name.
    settled = {"preset", "lr", *CHOICES}
    defaults = {flag.name: flag.default for flag in flags if flag.name not in settled}
    changes = {name: value for name, value in values.items() if name in defaults and value != defaults[name]}
    # Named once more, so that a value of another policy is refused.
    policy = {"lipschitz": named["lipschitz"]} if "lipschitz" in named else {}
    config = change(config, **policy, **changes)
    check(config, options)
    return config, options


def _starting_point(arguments: Sequence[str]) -> tuple[ExperimentConfig, RunOptions, dict[str, str]]:
    """Return what the arguments start from: a configuration with the parts that they name, options, and these names."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--preset", nargs="?", const=NO_VALUE)
    parser.add_argument("--resume", nargs="?", const=NO_VALUE, type=Path)
    parser.add_argument("--plugin", nargs="*", default=[], action="extend")
    # First, so that a flag for one network wins, whatever the order.
    parser.add_argument("--lr", nargs="?", const=NO_VALUE)
    for name in CHOICES:
        # Both names of `data` are told apart, so that only one of them is given.
        aliases = ALIASES.get(name, ()) if name in SELECTIONS else ()
        parser.add_argument(f"--{name.replace('_', '-')}", *aliases, nargs="?", const=NO_VALUE)
    known = vars(parser.parse_known_args(list(arguments))[0])
    for name, value in known.items():
        if value is NO_VALUE:
            raise ValueError(f"`--{name.replace('_', '-')}` must have a value, which does not begin with a hyphen")
    for module in known.pop("plugin"):
        load_plugin(module)
    preset, resumed = known.pop("preset"), known.pop("resume")
    if preset is not None and resumed is not None:
        raise ValueError(
            f"`preset` must be left out with `resume`, which has its own. Received: preset={shortened(repr(preset))}"
        )
    if preset is not None and preset not in PRESETS:
        raise ValueError(f"unknown preset {shortened(repr(preset))}. Presets: {', '.join(PRESETS)}")
    if resumed is None:
        config, options = PRESETS[preset or "horses"], RunOptions()
    else:
        folder = resumed_folder(resumed)
        config, options = load_config(folder), RunOptions(**saved_options(folder))
    rate = _number(known.pop("lr"))
    named = {name: value for name, value in known.items() if value is not None}
    return change(config, **named, lr=rate), options, named


def _number(text: str | None) -> float | None:
    """Return a number, or None for a text that is none, which the parser of all flags refuses."""
    try:
        return None if text is None else float(text)
    except ValueError:
        return None


def _with_preset(arguments: list[str]) -> list[str]:
    """Return the arguments with `--preset` before a preset that comes first, without a flag."""
    if not arguments or arguments[0].startswith("-"):
        return arguments
    if any(argument.partition("=")[0] == "--preset" for argument in arguments):
        raise ValueError(f"the preset must be given once. Received: {shortened(arguments[0])} and --preset")
    return ["--preset", *arguments]


def normalised(argument: str) -> str:
    """Return `--a_part.an_argument` as `--a-part-an-argument`."""
    flag, equals, value = argument.partition("=")
    return re.sub(r"[_.]", "-", flag) + equals + value if flag.startswith("--") else argument


def _print_help(flags: list[Flag], prog: str, description: str | None) -> None:
    """Print the common flags with their descriptions, the others by name, and exit."""
    try:
        run_tyro(flag_type([flag for flag in flags if flag.group == "common"]), ["--help"], prog, description)
    except SystemExit:
        groups: dict[str, list[str]] = {}
        for flag in flags:
            groups.setdefault(flag.group, []).append(flag.option)
        groups.pop("common")
        if own := _of_pictures(flags):
            groups["with --data FOLDER"] = own
        print(f"{HELP_ALL} describes these as well:")
        for name, options in groups.items():
            print("\n".join(_wrapped(options, f"  {name + ':':12} ")))
        raise


def _of_pictures(flags: list[Flag]) -> list[str]:
    """Return the flags of a user's own pictures that are not among the flags."""
    options = [f"--{argument.replace('_', '-')}" for argument in parts.SOURCES.parameters("folder")]
    return [option for option in options if option not in ("--path", *(flag.option for flag in flags))]


def _refuse_flags_of_pictures(flags: list[Flag], arguments: Sequence[str], prog: str) -> None:
    """Refuse a flag of a user's own pictures for a set that has no such flag, and exit."""
    names = [argument.partition("=")[0] for argument in arguments]
    for option in _of_pictures(flags):
        if option in names:
            fail(prog, f"`{option}` is for pictures of your own. Name them by `--data`: a folder, or a .zip file")


def _wrapped(options: list[str], start: str) -> list[str]:
    """Return lines as wide as the terminal, all aligned with the first option."""
    width, indent = shutil.get_terminal_size().columns, " " * len(start)
    return textwrap.wrap(
        " ".join(options), width, initial_indent=start, subsequent_indent=indent, break_on_hyphens=False
    )
