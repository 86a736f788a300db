"""Evaluation and prediction under JAX: XLA programs that read a model's weights and leave them where they are."""

import itertools
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

import jax
import keras

from keras_gan.sharding import undivided
from keras_gan.tensors import Tensor

#: Values of groups of variables, one list for each group: those that are trainable, those that are not, ….
State: TypeAlias = tuple[list[Tensor], ...]


class ReadModel(keras.Model):
    """A model whose weights survive an evaluation or a prediction that fails or is interrupted.

    Keras's own programs reuse the memory of the weights, and copy them back when all batches are done.
    """

    test_function: Callable[[State, Iterator[Any]], tuple[dict[str, Tensor], State]] | None
    predict_function: Callable[[State, Iterator[Any]], tuple[Tensor, State]] | None

    def test_step(self, state: State, data: Any) -> tuple[dict[str, Tensor], State]:
        """Score a batch of images.

        Args:
            state: Values of the trainable, non-trainable and metrics variables, one list for each group.
            data: Images.

        Returns:
            The values of the evaluation so far, and the new state.
        """
        groups = self.trainable_variables, self.non_trainable_variables, self.metrics_variables
        with keras.StatelessScope(zip(itertools.chain(*groups), itertools.chain(*state))) as scope:
            logs = self.run_test_step(data)
        *weights, _ = state
        return logs, (*weights, [scope.get_current_value(variable) for variable in self.metrics_variables])

    def make_test_function(self, force: bool = False) -> None:
        if self.test_function is not None and not force:
            return

        def score(state: State, data: Any) -> tuple[dict[str, Tensor], list[Tensor]]:
            logs, (*_, metrics) = self.test_step(state, data)
            return logs, metrics

        run = self._compiled(score)

        def test_function(state: State, iterator: Iterator[Any]) -> tuple[dict[str, Tensor], State]:
            self._lend(state, "metrics_variables")
            *weights, _ = state
            logs, metrics = run(state, next(iterator))
            return logs, (*weights, metrics)

        self.test_function = test_function

    def make_predict_function(self, force: bool = False) -> None:
        if self.predict_function is not None and not force:
            return
        run = self._compiled(lambda state, data: self.predict_step(state, data)[0])

        def predict_function(state: State, iterator: Iterator[Any]) -> tuple[Tensor, State]:
            self._lend(state)
            return run(state, next(iterator)), state

        self.predict_function = predict_function

    def evaluate(self, *args: Any, **kwargs: Any) -> list[float] | dict[str, float]:
        try:
            with undivided():
                return super().evaluate(*args, **kwargs)
        finally:
            self.jax_state_sync()

    def predict(self, *args: Any, **kwargs: Any) -> Any:
        try:
            with undivided():
                return super().predict(*args, **kwargs)
        finally:
            self.jax_state_sync()

    def _compiled(self, function: Callable[..., Any]) -> Callable[..., Any]:
        return jax.jit(function) if self.jit_compile and not self.run_eagerly else function

    def _lend(self, state: State, *others: str) -> None:
        """Note the values that Keras has taken out of the variables, from where `jax_state_sync` puts them back."""
        self._jax_state = dict(zip(("trainable_variables", "non_trainable_variables", *others), state))
