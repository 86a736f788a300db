"""Modules of the user that register parts."""

import importlib
import os
import sys

from keras_gan.checks import shortened


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
    if not all(part.isidentifier() for part in module.split(".")):
        raise ValueError(
            f"`plugin` must be the name of a module, without a path or an ending. Received: {shortened(module)}"
        )
    try:
        importlib.import_module(module)
    except Exception as error:  # It is the user's own code.
        raise ValueError(
            f"`plugin` must be a module that can be imported. Received: {shortened(module)} ({shortened(repr(error))})"
        ) from error
