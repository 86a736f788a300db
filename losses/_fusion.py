"""Losses in plain graphs of TensorFlow on a CPU, whose operations each go through memory: one XLA program instead."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import keras

from keras_gan.losses._replicas import replica_count
from keras_gan.losses._types import Tensor

#: Elements of an input from which a program of its own is worth its compilation and its call.
SMALLEST = 2**14

#: What a batch of unknown size counts for.
USUAL_BATCH = 32


def fused(function: Callable[..., Tensor], *inputs: Any) -> Tensor:
    """Call a function of tensors, as one XLA program where its operations would else run one by one on a CPU.

    Value and gradient are of the same program: in the forward pass, if a tape watches an input, and the backward pass
    scales the gradient.

    Args:
        function: A function of the inputs and of nothing else that is differentiated; returns a scalar.
        *inputs: Tensors, nested ones, or anything else.

    Returns:
        The function's value.
    """
    if keras.backend.backend() != "tensorflow":
        return function(*inputs)
    import tensorflow as tf

    if tf.executing_eagerly():
        return function(*inputs)
    leaves = [tf.convert_to_tensor(leaf) if _is_variable(leaf) else leaf for leaf in tf.nest.flatten(inputs)]
    given = [i for i, leaf in enumerate(leaves) if tf.is_symbolic_tensor(leaf) or _is_watched(leaf)]
    if not any(_size(leaves[i]) >= SMALLEST for i in given) or not _on_cpu_alone() or replica_count() > 1:
        return function(*inputs)

    def call(*tensors: Tensor) -> Tensor:
        replaced = dict(zip(given, tensors))
        return function(*tf.nest.pack_sequence_as(inputs, [replaced.get(i, leaf) for i, leaf in enumerate(leaves)]))

    return _differentiable(call, [leaves[i] for i in given])


def _differentiable(function: Callable[..., Tensor], tensors: list[Tensor]) -> Tensor:
    import tensorflow as tf

    # Without a tape, as in an evaluation, no gradient is worth its time.
    watched = [i for i, x in enumerate(tensors) if _is_watched(x)]
    if not watched:
        return tf.function(function, autograph=False, jit_compile=True)(*tensors)
    # A tape around this function may watch the others.
    others = [i for i, x in enumerate(tensors) if x.dtype.is_floating and i not in watched]

    def gradients_of(indices: Sequence[int], *tensors: Tensor) -> tuple[Tensor, list[Tensor]]:
        # In float32 until they are scaled: a scaled loss keeps its digits in float16.
        upcast = {i: tf.cast(tensors[i], tf.float64 if tensors[i].dtype == tf.float64 else tf.float32) for i in indices}
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(list(upcast.values()))
            value = function(*(upcast.get(i, x) for i, x in enumerate(tensors)))
        return value, tape.gradient(value, list(upcast.values()), unconnected_gradients="zero")

    @tf.custom_gradient
    def with_gradient(*differentiated: Tensor) -> tuple[Tensor, Callable[..., list[Tensor]]]:
        replaced = dict(zip([*watched, *others], differentiated))
        current = [replaced.get(i, x) for i, x in enumerate(tensors)]
        value, gradients = _program(gradients_of, watched)(*current)

        def scale(by: Tensor) -> list[Tensor]:
            # TensorFlow drops the second program from the graph where nobody asks for its gradients.
            rest = _program(gradients_of, others)(*current)[1] if others else []
            known = tf.get_static_value(by)
            scaled = [g if known == 1 else g * tf.cast(by, g.dtype) for g in [*gradients, *rest]]
            return [tf.cast(g, x.dtype) for g, x in zip(scaled, differentiated)]

        return value, scale

    return with_gradient(*(tensors[i] for i in [*watched, *others]))


def _program(function: Callable[..., Any], indices: Sequence[int]) -> Callable[..., Any]:
    import tensorflow as tf

    return tf.function(lambda *tensors: function(indices, *tensors), autograph=False, jit_compile=True)


def _is_variable(x: Any) -> bool:
    import tensorflow as tf

    return isinstance(x, (tf.Variable, keras.Variable))


def _is_watched(x: Any) -> bool:
    """Return whether a tape watches a tensor."""
    import tensorflow as tf

    # Not public, and nothing else tells.
    from tensorflow.python.eager import record

    return isinstance(x, tf.Tensor) and x.dtype.is_floating and record.should_record_backprop([x])


def _size(x: Tensor) -> int:
    """Return how many elements a tensor has, for a usual batch if its size is unknown; 0 if others are."""
    if x.shape.rank in (None, 0) or None in x.shape[1:]:
        return 0
    return math.prod(x.shape[1:]) * (x.shape[0] or USUAL_BATCH)


def _on_cpu_alone() -> bool:
    import tensorflow as tf

    return all(device.device_type == "CPU" for device in tf.config.list_physical_devices())
