"""Scopes in which variables keep what they are, whatever is assigned to them."""

import contextlib

import keras


@contextlib.contextmanager
def inner_scope():
    """Open a scope in which variables begin with the values that they have around it, and keep their changes.

    Yields:
        The `keras.StatelessScope`. Its `original_scope` is the one around it, or None.
    """
    with keras.StatelessScope(collect_losses=True) as scope:
        if scope.original_scope is not None:
            scope.state_mapping.update(scope.original_scope.state_mapping)
        yield scope
