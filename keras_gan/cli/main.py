"""The command `keras-gan` and its subcommands."""

import importlib
import signal
import sys
from importlib import metadata

from keras_gan.checks import shortened
from keras_gan.cli.parser import fail
from keras_gan.console import discard_standard_output, open_streams

#: Subcommands, and what they do.
COMMANDS = {
    "train": "Train a GAN, or resume a run",
    "evaluate": "Measure the quality of a run's samples, or of a folder of images",
    "generate": "Make images with a trained generator, or a walk between them",
    "report": "Report on a run, compare two runs, or rewrite the log of all runs",
    "diagnose": "Say what is wrong with a run, and what to change first",
    "compare": "Compare two runs to the last bit, and name where they part",
    "convert": "Turn a checkpoint into a folder of Orbax, or such a folder into a .keras file",
    "triage": "Train each seed at each batch size, to see what failures come from",
}

PROG = "keras-gan"

#: Exit code after Ctrl-C: what shells add to a signal's number, and this number.
INTERRUPTED = 128 + signal.SIGINT

#: Flags of tyro that ask for a completion script.
COMPLETION = ("--tyro-print-completion", "--tyro-write-completion")


def main(arguments: list[str] | None = None) -> int:
    """Run `keras-gan`.

    Args:
        arguments: Arguments after the program's name. Defaults to None, the arguments of this process.

    Returns:
        The exit code.
    """
    open_streams()
    try:
        try:
            return _run((sys.argv[1:] if arguments is None else arguments) or ["--help"])
        finally:
            sys.stdout.flush()
    except KeyboardInterrupt:
        # Training answers Ctrl-C itself: this is its start, or another command.
        print(f"{PROG}: interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        discard_standard_output()
        return 0
    except OSError as error:
        discard_standard_output()
        fail(PROG, str(error) if error.filename else f"standard output cannot be written: {error.strerror or error}")


def _run(arguments: list[str]) -> int:
    first, *rest = arguments
    if first in ("-h", "--help"):
        print(usage())
    elif first == "--version":
        print(f"{PROG} {metadata.version(PROG)}")
    elif first.split("=")[0] in COMPLETION:
        from keras_gan.cli.completion import print_completion

        print_completion([first, *rest], PROG)
    elif first in COMMANDS:
        return importlib.import_module(f"keras_gan.cli.{first}").main(rest)
    else:
        fail(PROG, f"`command` must be one of {', '.join(COMMANDS)}. Received: {shortened(first)}")
    return 0


def usage() -> str:
    """Return the text that `keras-gan --help` prints."""
    width = max(map(len, COMMANDS))
    return "\n".join(
        [
            f"usage: {PROG} [-h] [--version] COMMAND ...",
            "",
            "Train GANs on your own images, and know what they are worth.",
            "",
            *(f"  {name:{width}}  {summary}" for name, summary in COMMANDS.items()),
            "",
            f"{PROG} COMMAND --help shows a command's options.",
            f"{PROG} --tyro-print-completion bash prints completions for a shell: bash, zsh or tcsh.",
        ]
    )
