"""Automatic differentiation with TensorFlow."""

from collections.abc import Callable, Sequence
from typing import TypeVar

import keras
import tensorflow as tf

from keras_gan.tensors import Tensor

Auxiliary = TypeVar("Auxiliary")


def value_and_gradients(
    function: Callable[[], tuple[Tensor, Auxiliary]], variables: Sequence[keras.Variable]
) -> tuple[tuple[Tensor, Auxiliary], list[Tensor | None]]:
    """See `keras_gan.models.autodiff`."""
    with tf.GradientTape() as tape:
        loss, auxiliary = function()
    return (loss, auxiliary), tape.gradient(loss, variables)


def input_gradients(function: Callable[[Tensor], Tensor], inputs: Tensor) -> Tensor:
    """See `keras_gan.models.autodiff`."""
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(inputs)
        outputs = function(inputs)
    return tape.gradient(outputs, inputs)


def apply_gradients(
    optimizer: keras.optimizers.Optimizer, gradients: Sequence[Tensor | None], variables: Sequence[keras.Variable]
) -> None:
    """See `keras_gan.models.autodiff`."""
    optimizer.apply(gradients, variables)


def repeat(update: Callable[[Tensor], dict[str, Tensor]], batches: Tensor, keys: Sequence[str]) -> dict[str, Tensor]:
    """See `keras_gan.models.autodiff`."""

    def body(index: Tensor, _: dict[str, Tensor]) -> tuple[Tensor, dict[str, Tensor]]:
        return index + 1, update(batches[index])

    count = batches.shape[0]
    nothing_yet = {key: tf.zeros(()) for key in keys}
    # One iteration at a time, because each update reads the weights that the previous update wrote.
    _, outputs = tf.while_loop(lambda index, _: index < count, body, (0, nothing_yet), parallel_iterations=1)
    return outputs


def when(condition: Tensor, function: Callable[[], Tensor], dtype: str) -> Tensor:
    """See `keras_gan.models.autodiff`."""
    return tf.cond(condition, lambda: tf.cast(function(), dtype), lambda: tf.zeros((), dtype))
