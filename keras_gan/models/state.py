"""State of models: a scope that keeps assignments inside itself, and the states of random seeds."""

import contextlib
from collections.abc import Iterator

import keras


@contextlib.contextmanager
def inner_scope() -> Iterator[keras.StatelessScope]:
    """Open a scope in which variables start with their values outside it, and assignments have no effect outside it.

    Yields:
        The `keras.StatelessScope`. Its `original_scope` is the surrounding scope, or None.
    """
    with keras.StatelessScope(collect_losses=True) as scope:
        if scope.original_scope is not None:
            scope.state_mapping.update(scope.original_scope.state_mapping)
        yield scope


def seed_states(model: keras.Model) -> list[keras.Variable]:
    """Return the states of a model's random seeds, which Keras does not count among its weights."""
    weights = {id(weight) for weight in model.weights}
    return [variable for variable in model.non_trainable_variables if id(variable) not in weights]
