"""How the user has started the program, for hints that work where the user is."""

import os
import shlex
import shutil
import sys
from pathlib import Path

#: The scripts of a checkout, by the commands that they are.
SCRIPTS = {
    "train": "train_horses.py",
    "evaluate": "evaluate.py",
    "generate": "generate.py",
    "report": "report.py",
    "diagnose": "diagnose.py",
    "compare": "compare.py",
    "convert": "convert.py",
    "triage": "triage.py",
}


def program(name: str) -> str:
    """Return what errors of a command begin with: the script's name, or "keras-gan" and the command's.

    Args:
        name: The command, a key of `SCRIPTS`.
    """
    return SCRIPTS[name] if _script_folder() is not None else f"keras-gan {name}"


def command_line(name: str, *arguments: object) -> str:
    """Return a line that runs a command, in the form in which this process was started.

    Args:
        name: The command, a key of `SCRIPTS`.
        *arguments: Its arguments; they are quoted for a shell.
    """
    folder = _script_folder()
    if folder is not None:
        start = [_python(), str(folder / SCRIPTS[name])]
    elif shutil.which("keras-gan"):
        start = ["keras-gan", name]
    else:
        start = [_python(), "-m", "keras_gan", name]
    return shlex.join([*start, *map(str, arguments)])


def _script_folder() -> Path | None:
    """Return the folder of the script that was started, if it is one of ours."""
    script = Path(sys.argv[0])
    is_ours = script.name in SCRIPTS.values() and all((script.parent / other).is_file() for other in SCRIPTS.values())
    return script.parent if is_ours else None


def _python() -> str:
    """Return "python" if that starts this Python, and else its path."""
    found = shutil.which("python")
    if found is not None and os.path.realpath(found) == os.path.realpath(sys.executable):
        return "python"
    path = Path(sys.executable)
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)
