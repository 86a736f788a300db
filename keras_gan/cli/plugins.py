"""Modules of the user that register parts."""

import importlib
import os
import sys


def load_plugin(module: str) -> None:
    """Import a module of the user that registers parts; it may be a file in the working directory.

    Args:
        module: Name of the module.

    Raises:
        ImportError: If the module cannot be found.
    """
    # Python does not search the working directory when it runs an installed command.
    if os.getcwd() not in sys.path:
        sys.path.append(os.getcwd())
    try:
        importlib.import_module(module)
    except ModuleNotFoundError as error:
        raise ImportError(f"`plugin` must be a module that can be imported. Received: {module} ({error})") from error
