"""Automatic differentiation with JAX, inside the `keras.StatelessScope` that holds a step's state.

JAX can only transform functions without side effects. Therefore each function starts with the values that the variables
have in the surrounding scope, and returns the values that it assigned, which are then put into that scope. Without a
surrounding scope, the assigned values are dropped.

JAX sorts the keys of a `dict`, which here are addresses in memory: each process would compile another program, and
several that train together would exchange their numbers in different orders. An `OrderedDict` keeps its own order.
"""

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

import jax
import keras
from keras import ops

from keras_gan.models.state import inner_scope
from keras_gan.tensors import Tensor

Auxiliary = TypeVar("Auxiliary")


def value_and_gradients(
    function: Callable[[], tuple[Tensor, Auxiliary]], variables: Sequence[keras.Variable]
) -> tuple[tuple[Tensor, Auxiliary], list[Tensor | None]]:
    """See `keras_gan.models.autodiff`."""

    def of_values(values: list[Tensor]) -> tuple[Tensor, tuple[Auxiliary, OrderedDict[int, Tensor]]]:
        with inner_scope() as scope:
            scope.state_mapping.update(zip(map(id, variables), values))
            loss, auxiliary = function()
        return loss, (auxiliary, OrderedDict(scope.state_mapping))

    values = [ops.convert_to_tensor(variable) for variable in variables]
    (loss, (auxiliary, state)), gradients = jax.value_and_grad(of_values, has_aux=True)(values)
    _assign(state)
    return (loss, auxiliary), gradients


def input_gradients(function: Callable[[Tensor], Tensor], inputs: Tensor) -> Tensor:
    """See `keras_gan.models.autodiff`."""

    def total(inputs: Tensor) -> tuple[Tensor, OrderedDict[int, Tensor]]:
        with inner_scope() as scope:
            outputs = function(inputs)
        return ops.sum(outputs), OrderedDict(scope.state_mapping)

    gradients, state = jax.grad(total, has_aux=True)(inputs)
    _assign(state)
    return gradients


def apply_gradients(
    optimizer: keras.optimizers.Optimizer, gradients: Sequence[Tensor | None], variables: Sequence[keras.Variable]
) -> None:
    """See `keras_gan.models.autodiff`."""
    groups = variables, optimizer.variables
    values, states = ([ops.convert_to_tensor(variable) for variable in group] for group in groups)
    for group, results in zip(groups, optimizer.stateless_apply(states, gradients, values)):
        for variable, result in zip(group, results):
            variable.assign(result)


def repeat(update: Callable[[Tensor], dict[str, Tensor]], batches: Tensor, keys: Sequence[str]) -> dict[str, Tensor]:
    """See `keras_gan.models.autodiff`."""

    def body(state: OrderedDict[int, Tensor], batch: Tensor) -> tuple[OrderedDict[int, Tensor], dict[str, Tensor]]:
        with inner_scope() as scope:
            scope.state_mapping.update(state)
            outputs = update(batch)
        return OrderedDict((key, scope.state_mapping[key]) for key in state), outputs

    with inner_scope() as scope:
        state = OrderedDict(scope.state_mapping)
    # On a CPU, XLA runs convolutions inside a loop on one core, which is several times slower. So the loop is unrolled.
    state, outputs = jax.lax.scan(body, state, batches, unroll=jax.default_backend() == "cpu")
    _assign(state)
    return {key: outputs[key][-1] for key in keys}


def when(condition: Tensor, function: Callable[[], Tensor], dtype: str) -> Tensor:
    """See `keras_gan.models.autodiff`."""

    def taken(state: OrderedDict[int, Tensor]) -> tuple[Tensor, OrderedDict[int, Tensor]]:
        with inner_scope() as scope:
            scope.state_mapping.update(state)
            value = ops.cast(function(), dtype)
        return value, OrderedDict((key, scope.state_mapping[key]) for key in state)

    with inner_scope() as scope:
        state = OrderedDict(scope.state_mapping)
    value, state = jax.lax.cond(condition, taken, lambda state: (ops.zeros((), dtype), state), state)
    _assign(state)
    return value


def _assign(state: Mapping[int, Tensor]) -> None:
    """Put values that a transformed function returned into the surrounding scope."""
    with inner_scope() as scope:
        around = scope.original_scope
    if around is not None:
        around.state_mapping.update(state)
