"""Bounds of what is allocated for the weights of layers."""

import contextlib
import math
import threading
from collections.abc import Iterator
from typing import Any

import keras

#: Most weights of a model that is built from a configuration: 2 GiB in float32.
MAX_WEIGHTS = 2**29

#: One context at a time, because it looks at all layers.
_alone = threading.RLock()


@contextlib.contextmanager
def bounded_weights(name: str, most: int = MAX_WEIGHTS) -> Iterator[None]:
    """Refuse layers that are built in this context if they have too many weights, before their memory is allocated.

    A configuration may ask for layers of any size, and Keras offers no place to look at them before. Layers that other
    threads build do not count.

    Args:
        name: What errors call the layers.
        most: Most weights of all layers. Defaults to 2²⁹.

    Raises:
        ValueError: If they have more.
    """
    thread, made = threading.get_ident(), 0
    refusal: ValueError | None = None

    def counted(layer: keras.Layer, shape: Any = None, *args: Any, **kwargs: Any) -> Any:
        nonlocal made, refusal
        if threading.get_ident() == thread:
            made += math.prod(shape) if isinstance(shape, (tuple, list)) else 1
            if made > most:
                refusal = ValueError(f"{name} must have at most {most} weights. Received: {made} or more")
                raise refusal
        return add_weight(layer, shape, *args, **kwargs)

    with _alone:
        add_weight = keras.Layer.add_weight
        keras.Layer.add_weight = counted
        try:
            yield
        except Exception:
            if refusal is None:
                raise
            # Keras buries it in a longer error.
            raise refusal from None
        finally:
            keras.Layer.add_weight = add_weight
        if refusal is not None:
            raise refusal
