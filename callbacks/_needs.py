"""What callbacks need of models and loops that are not this package's, checked before work is lost."""

from typing import Any

import keras

#: How a method is called, for errors.
SIGNATURES = {"generate": "generate(n, seed=…)", "save": "save(path)"}


def check_methods(callback: keras.callbacks.Callback, model: Any, needs: tuple[str, ...]) -> None:
    """Refuse a model without the methods that a callback calls.

    Args:
        callback: The callback.
        model: Its model; None if `set_model` was not called.
        needs: Names of the methods.

    Raises:
        ValueError: If one of them is missing.
    """
    missing = [SIGNATURES[name] for name in needs if not callable(getattr(model, name, None))]
    if missing:
        received = "no model: call `set_model`" if model is None else type(model).__name__
        raise ValueError(
            f"{type(callback).__name__} needs a model with `{'` and `'.join(missing)}`, as `keras_gan.GAN` has. "
            f"Received: {received}"
        )


def check_begun(callback: keras.callbacks.Callback, has_begun: bool) -> None:
    """Refuse an epoch before training has begun, as in a loop that forgets to say so.

    Args:
        callback: The callback.
        has_begun: Whether its `on_train_begin` was called.

    Raises:
        RuntimeError: If it was not.
    """
    if not has_begun:
        raise RuntimeError(f"{type(callback).__name__} needs `on_train_begin()` before the first epoch, as in `fit`")
