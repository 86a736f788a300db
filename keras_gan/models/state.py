"""A scope whose assignments to variables do not reach the scope around it."""

import contextlib
from collections.abc import Iterator

import keras


@contextlib.contextmanager
def inner_scope() -> Iterator[keras.StatelessScope]:
    """Open a scope in which variables begin with their values outside; what is assigned inside stays inside.

    Yields:
        The `keras.StatelessScope`. Its `original_scope` is the one around it, or None.
    """
    with keras.StatelessScope(collect_losses=True) as scope:
        if scope.original_scope is not None:
            scope.state_mapping.update(scope.original_scope.state_mapping)
        yield scope
