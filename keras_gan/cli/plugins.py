"""Modules of the user's own that register parts."""

import importlib
import os
import sys


def load_plugin(module: str) -> None:
    """Import a module that registers parts of the user's own; it may be a file in the working directory.

    Args:
        module: Its name.

    Raises:
        ImportError: If there is no such module.
    """
    # A command that pip has installed does not look there.
    if os.getcwd() not in sys.path:
        sys.path.append(os.getcwd())
    try:
        importlib.import_module(module)
    except ModuleNotFoundError as error:
        raise ImportError(f"`plugin` must be a module that can be imported. Received: {module} ({error})") from error
