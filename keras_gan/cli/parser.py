"""The argument parser of all commands: tyro, with error messages of one line."""

import contextlib
import dataclasses
import difflib
import io
import itertools
import re
import sys
from collections.abc import Sequence
from typing import Annotated, Any, NoReturn, TypeVar, get_args, get_origin, get_type_hints

import tyro

from keras_gan.checks import shortened

Options = TypeVar("Options")

#: Most characters of an error, and of one of tyro, which repeats all arguments that it does not know.
LONGEST, LONGEST_OF_PARSER = 1500, 500


def parse_options(kind: type[Options], arguments: Sequence[str], prog: str, description: str | None) -> Options:
    """Read the arguments of a command.

    Args:
        kind: The dataclass of the command's options; those without a default are positional.
        arguments: The arguments, without the command's name.
        prog: The command as the user typed it.
        description: First text of `--help`.

    Returns:
        The options.

    Raises:
        SystemExit: With code 2 and one line on standard error if an argument cannot be used; with code 0 after
            `--help`.
    """
    return run_tyro(kind, arguments, prog, description, config=(tyro.conf.PositionalRequiredArgs,))


def run_tyro(kind: Any, arguments: Sequence[str], prog: str, description: str | None, **settings: Any) -> Any:
    """Parse arguments with tyro, and report its errors in one line.

    Args:
        kind: The dataclass to make.
        arguments: The arguments, without the command's name.
        prog: The command as the user typed it.
        description: First text of `--help`.
        **settings: Passed on to `tyro.cli`.

    Raises:
        SystemExit: As in `parse_options`.
    """
    message = io.StringIO()
    try:
        with contextlib.redirect_stderr(message):
            return tyro.cli(kind, args=list(arguments), prog=prog, description=description, **settings)
    except SystemExit as stop:
        # tyro leaves with 0 after its help, and with None after a completion script.
        if not stop.code:
            raise
        text = shortened(_first_section(message.getvalue()), LONGEST_OF_PARSER)
        fail(prog, text + _suggestion(kind, text))
    except (OSError, AssertionError) as error:
        # A name of more than 255 characters that is looked for, and a shell that tyro does not know.
        fail(prog, shortened(error, LONGEST_OF_PARSER))


def fail(prog: str, message: str, table: str = "") -> NoReturn:
    """Print one line on standard error, and a table if there is one, and exit with code 2.

    Args:
        prog: The command as the user typed it.
        message: Description of the error.
        table: Lines to print below it. Defaults to none.
    """
    print(f"{prog}: error: {shortened(message, LONGEST)}", file=sys.stderr)
    if table:
        print(table, file=sys.stderr)
    raise SystemExit(2)


def _first_section(box: str) -> str:
    """Return the text of a tyro error between its title and its next rule: the error, without help on it."""
    lines = [line.strip(" ╭╮╰╯│─-") for line in box.splitlines()]
    sections = [list(group) for is_text, group in itertools.groupby(lines, bool) if is_text]
    # With box characters the title shares a section with what follows it.
    first = sections[0][1:] or sections[1]
    # tyro names the class of the options, which no user knows, in front of an error that names the argument.
    return re.sub(r"^Error parsing [A-Z]\w*: ", "", " ".join(first))


def _suggestion(kind: Any, message: str) -> str:
    """Return a sentence that names the flag of a class of options that an unknown flag is most like; "" if none is."""
    unknown = re.match(r"Unrecognized options: (--[\w-]+)", message)
    close = difflib.get_close_matches(unknown[1], _flags(kind), n=1) if unknown else []
    return f". Did you mean {close[0]}?" if close else ""


def _flags(kind: Any, name: str = "") -> list[str]:
    """Return the flags of a class of options and of the groups in it, or that of one option with a name."""
    kind = get_args(kind)[0] if get_origin(kind) is Annotated else kind
    if not dataclasses.is_dataclass(kind):
        # Without a name, these are several commands, of which none is chosen yet.
        return [f"--{name.replace('_', '-')}"] if name else []
    hints = get_type_hints(kind, include_extras=True)
    return [flag for name, hint in hints.items() for flag in _flags(hint, name)]
