"""Epochs that are trained in parts: a `fit` may end within an epoch, and the next one goes on there."""

from collections.abc import Sequence
from typing import Any, Protocol

import keras


class PausableModel(Protocol):
    """What `EpochParts` needs of a model."""

    stop_training: bool
    is_paused: bool
    is_ahead: bool


class EpochParts(keras.callbacks.CallbackList):
    """Callbacks of a `fit` on a feed, whose first and last epochs may be parts of epochs.

    After each step from which training can go on, it calls the method `on_epoch_part(epoch, steps, is_last)` of the
    callbacks that have one: `steps` of the epoch are done, and training pauses if `is_last`. An epoch that is paused
    has no end: `on_epoch_end` is called when another `fit` has trained the rest of it.

    Args:
        callbacks: All callbacks.
        model: The model.
        epochs: Index of the epoch before which training stops.
        steps: Steps in an epoch.
        done: Steps of the first epoch that are done.
        verbose: As in Keras.
    """

    def __init__(
        self,
        callbacks: Sequence[keras.callbacks.Callback],
        model: Any,
        epochs: int,
        steps: int,
        done: int,
        verbose: int | str,
    ) -> None:
        settings = {"verbose": verbose, "epochs": epochs, "steps": steps}
        super().__init__(list(callbacks), add_history=True, add_progbar=verbose != 0, model=model, **settings)
        # Not the attribute `model`, which on JAX copies the state of training each time.
        self._gan: PausableModel = model
        self._steps, self._done = steps, done
        self._savers = [callback for callback in callbacks if hasattr(callback, "on_epoch_part")]
        self._is_cut = self._is_rest = False

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        self._epoch = epoch
        super().on_epoch_begin(epoch, logs)

    def on_train_batch_begin(self, batch: int, logs: dict[str, float] | None = None) -> None:
        super().on_train_batch_begin(batch + self._done, logs)

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        super().on_train_batch_end(batch + self._done, logs)
        steps = batch + self._done + 1
        if steps < self._steps:
            self._end_part(steps)
        elif self._done and not self._gan.stop_training:
            # Keras would train as many steps as in a whole epoch.
            self._gan.stop_training = self._is_rest = True

    def _end_part(self, steps: int) -> None:
        if self._gan.is_ahead:
            return
        self._is_cut = self._gan.is_paused and self._gan.stop_training
        for callback in self._savers:
            callback.on_epoch_part(self._epoch, steps, self._is_cut)

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        if self._is_cut:
            return
        if self._is_rest:
            self._gan.stop_training = self._is_rest = False
        self._done = 0
        super().on_epoch_end(epoch, logs)
