"""Values and gradients of every loss on what is drawn, on any backend: written by one, compared by the others."""

import keras
import numpy as np
from keras import ops
from loss_cases import CASES

#: Seeds of what is drawn, and how far predictions lie apart.
DRAWS = ((10, 1.0), (11, 5.0), (12, 0.1))


def drawn(case):
    """Yield labels and float32 predictions of a case."""
    for seed, size in DRAWS:
        y_true, y_pred = case.draw(seed)
        is_fixed = case.arguments.get("from_logits") is False or case.name.endswith("Divergence-probabilities")
        yield y_true, y_pred if is_fixed else np.float32(size) * y_pred


def values_and_gradients(case):
    """Yield the value and the gradient of the sum for each draw: eagerly, but compiled on JAX."""
    call = {"tensorflow": _on_tensorflow, "jax": _on_jax, "torch": _on_torch}[keras.backend.backend()](case.per_sample)
    for y_true, y_pred in drawn(case):
        yield tuple(map(np.asarray, call(y_true, y_pred)))


def _on_tensorflow(function):
    import tensorflow as tf

    def call(y_true, y_pred):
        y_pred = ops.convert_to_tensor(y_pred)
        with tf.GradientTape() as tape:
            tape.watch(y_pred)
            value = function(y_true, y_pred)
        return value, tape.gradient(value, y_pred)

    return call


def _on_jax(function):
    import jax

    def total(y_pred, y_true):
        value = function(y_true, y_pred)
        return ops.sum(value), value

    compiled = jax.jit(jax.value_and_grad(total, has_aux=True))

    def call(y_true, y_pred):
        (_, value), gradient = compiled(y_pred, y_true)
        return value, gradient

    return call


def _on_torch(function):
    def call(y_true, y_pred):
        y_pred = ops.convert_to_tensor(y_pred).requires_grad_()
        value = function(y_true, y_pred)
        value.sum().backward()
        return value.detach(), y_pred.grad

    return call


def write(path):
    """Write what this backend gives."""
    parts = ("value", "gradient")
    answers = {
        f"{case.name} {draw} {part}": array
        for case in CASES
        for draw, answer in enumerate(values_and_gradients(case))
        for part, array in zip(parts, answer, strict=True)
    }
    np.savez(path, **answers)


def compare(path):
    """Assert that this backend gives what is written."""
    written = np.load(path)
    for case in CASES:
        for draw, (value, gradient) in enumerate(values_and_gradients(case)):
            name = f"{case.name} {draw}"
            # Float32 with sums and exponentials in another order.
            np.testing.assert_allclose(value, written[f"{name} value"], rtol=2e-5, atol=2e-6, err_msg=name)
            np.testing.assert_allclose(gradient, written[f"{name} gradient"], rtol=2e-4, atol=1e-5, err_msg=name)
