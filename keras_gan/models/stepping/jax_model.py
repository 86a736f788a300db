"""Steps under JAX: one XLA program that runs one or several steps and maps state to state."""

import itertools
import time
from collections.abc import Callable, Iterator
from typing import Any

import jax
import keras
import numpy as np
from jax import numpy as jnp

from keras_gan.models.inputs import check_steps_per_execution
from keras_gan.models.memory import naming_batch_size
from keras_gan.models.stepping.dispatches import EpochDispatches, StepDispatches
from keras_gan.models.stepping.jax_reading import ReadModel, State
from keras_gan.models.tracker import TrainingTracker
from keras_gan.sharding import shards
from keras_gan.tensors import Tensor


class SteppedModel(ReadModel):
    """See `keras_gan.models.stepping`."""

    batch_size: int | None
    tracker: TrainingTracker
    steps_per_execution: int
    train_function: Callable[[State, Iterator[Any]], tuple[dict[str, float], State]] | None

    _dispatches: StepDispatches | None = None
    _steps_per_dispatch = 1
    _is_stopped = False

    def train_step(self, state: State, data: Any) -> tuple[dict[str, Tensor], State]:
        """Run a step on its images.

        Args:
            state: Values of the trainable, non-trainable, optimizer and metrics variables, one list for each group.
            data: Images of the step.

        Returns:
            The epoch's values so far, and the new state.
        """
        return self._advance(state, data, begins_epoch=False)

    def _advance(self, state: State, data: Any, begins_epoch: bool) -> tuple[dict[str, Tensor], State]:
        groups = self._groups()
        with keras.StatelessScope(zip(itertools.chain(*groups), itertools.chain(*state))) as scope:
            if begins_epoch:
                self.reset_metrics()
            logs = self.run_step(data)
        return logs, tuple([scope.get_current_value(variable) for variable in group] for group in groups)

    def _groups(self) -> tuple[list[keras.Variable], ...]:
        """Return the variables of a step's state."""
        kept = self.trainable_variables, self.non_trainable_variables
        return *kept, self.optimizer.variables, self.metrics_variables

    def _run_steps(self, state: State, batches: list[Any], count: Tensor, are_epochs: bool) -> tuple[Tensor, State]:
        """Run the first `count` steps; return their reported values, one row per step, and the new state."""

        def run_one(data: Any, state: State) -> tuple[Tensor, State]:
            logs, state = self._advance(state, data, are_epochs)
            return jnp.stack([logs[key] for key in self.tracker.keys]), state

        if len(batches) == 1:
            report, state = run_one(batches[0], state)
            return report[None], state

        def body(index: Tensor, carry: tuple[Tensor, State]) -> tuple[Tensor, State]:
            reports, state = carry
            report, state = run_one(jax.tree.map(lambda images: images[index], stacked), state)
            return reports.at[index].set(report), state

        stacked = jax.tree.map(lambda *images: jnp.stack(images), *batches)
        # Rows of steps that are not run stay zero; the caller cuts them off.
        return jax.lax.fori_loop(0, count, body, (jnp.zeros((len(batches), len(self.tracker.keys))), state))

    def compile(self, *args: Any, **kwargs: Any) -> None:
        super().compile(*args, **kwargs)
        # Keras would count this many steps for each call of the train function, which returns one step at a time.
        self._steps_per_dispatch, self.steps_per_execution = self.steps_per_execution, 1
        self._reported: dict[str, float] = {}

    def fit(self, *args: Any, **kwargs: Any) -> keras.callbacks.History:
        try:
            return super().fit(*args, **kwargs)
        finally:
            self._dispatches = None

    def prepare_fit(
        self, steps_per_epoch: int | None, callbacks: list[keras.callbacks.Callback]
    ) -> list[keras.callbacks.Callback]:
        """See `keras_gan.models.stepping`."""
        if steps_per_epoch == 1:
            self._dispatches = EpochDispatches(self._steps_per_dispatch, callbacks)
        else:
            check_steps_per_execution(self._steps_per_dispatch, steps_per_epoch)
            self._dispatches = StepDispatches(self._steps_per_dispatch)
        return [self._dispatches]

    def make_train_function(self, force: bool = False) -> None:
        if self.train_function is not None and not force:
            return
        run: Callable[..., tuple[Tensor, State]] = self._run_steps
        if self.jit_compile and not self.run_eagerly:
            run = jax.jit(run, donate_argnums=0, static_argnames="are_epochs", out_shardings=self._result_shardings())

        def train_function(state: State, iterator: Iterator[Any]) -> tuple[dict[str, float], State]:
            # Outside of `fit`, as in `train_on_batch`, each step has its own dispatch.
            dispatches = self._dispatches or StepDispatches(1)
            if not dispatches.pending:
                with naming_batch_size(self.batch_size, _is_exhaustion):
                    state = self._dispatch(run, dispatches, state, iterator)
            self._reported = dispatches.pending.popleft()
            return self._reported, state

        self.train_function = train_function

    def _result_shardings(self) -> tuple[None, State] | None:
        """Return how the results of a step lie on the devices; None without a distribution of Keras.

        The new state lies as the old one does. XLA would choose otherwise.
        """
        if shards() == 1:
            return None
        return None, tuple([variable.value.sharding for variable in group] for group in self._groups())

    def _dispatch(
        self,
        run: Callable[..., tuple[Tensor, State]],
        dispatches: StepDispatches,
        state: State,
        iterator: Iterator[Any],
    ) -> State:
        """Run as many steps as allowed, pass on their values, and return the new state."""
        begun = time.perf_counter()
        # Keras has taken the weights out of the variables. If this raises an error, Keras restores them from here.
        self._keep(state)
        batches = dispatches.take(iterator)
        if not batches:
            raise StopIteration
        # Padded to one shape, so that one program serves dispatches of any length.
        filled = batches + batches[-1:] * (dispatches.limit - len(batches))
        reports, state = run(state, filled, len(batches), are_epochs=dispatches.are_epochs)
        # Kept before waiting for the results, which may be interrupted: the memory of the old state is already reused.
        self._keep(state)
        rows = np.asarray(reports)[: len(batches)].tolist()
        dispatches.receive([dict(zip(self.tracker.keys, row)) for row in rows], time.perf_counter() - begun)
        return state

    def _keep(self, state: State) -> None:
        names = "trainable_variables", "non_trainable_variables", "optimizer_variables", "metrics_variables"
        self._jax_state = dict(zip(names, state))

    def get_metrics_result(self) -> dict[str, float]:
        # The values of the epoch that callbacks see; the variables may already be those of a later epoch.
        return dict(self._reported)

    @property
    def stop_training(self) -> bool:
        """Whether `fit` shall stop. Before it stops, callbacks get the values of all epochs that have run."""
        return self._is_stopped and not self.is_ahead

    @stop_training.setter
    def stop_training(self, value: bool) -> None:
        self._is_stopped = value

    @property
    def is_ahead(self) -> bool:
        """Whether the state is already that of a later step than the one whose values callbacks see."""
        return bool(self._dispatches and self._dispatches.pending)

    @property
    def steps_taken(self) -> int:
        """Number of steps that the generator was trained for, up to the step whose values callbacks see."""
        self.jax_state_sync()
        pending = len(self._dispatches.pending) if self._dispatches else 0
        return int(self.optimizer.iterations) - pending


def _is_exhaustion(error: Exception) -> bool:
    # XLA has one class for all errors, and not always this code for this one.
    signs = "RESOURCE_EXHAUSTED", "Out of memory"
    return isinstance(error, jax.errors.JaxRuntimeError) and any(sign in str(error) for sign in signs)
