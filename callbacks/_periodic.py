"""Callbacks that act every few epochs."""

import abc
from typing import Any

import keras

from keras_gan.callbacks._needs import check_begun, check_methods
from keras_gan.checks import check_count


class Periodic(keras.callbacks.Callback, abc.ABC):
    """Call `act` every few epochs, and for the last epoch when `fit` ends, early or not, unless by an exception.

    Args:
        every: Epochs from one call to the next, at least 1.

    Raises:
        ValueError: If `every` is no integer of at least 1, or when training begins, if the model lacks a method.
    """

    #: Methods that the callback calls of its model.
    needs: tuple[str, ...] = ()

    def __init__(self, every: int) -> None:
        super().__init__()
        check_count(every, "every")
        self.every = every
        self._has_begun = False

    def set_model(self, model: Any) -> None:
        check_methods(self, model, self.needs)
        super().set_model(model)

    @property
    def epochs(self) -> int | None:
        """Index of the epoch before which training stops; None in a loop that does not say so."""
        return (self.params or {}).get("epochs")

    @abc.abstractmethod
    def act(self, epoch: int, logs: dict[str, float]) -> None:
        """Do the callback's work.

        Args:
            epoch: Index of the epoch that has ended, from 0.
            logs: Its values.
        """

    def is_due(self, epoch: int) -> bool:
        """Return whether to act at the end of an epoch: of every `every`-th one, and of the last as far as is known."""
        is_last = epoch + 1 == self.epochs or getattr(self.model, "stop_training", False)
        return is_last or (epoch + 1) % self.every == 0

    def reads_model(self, epoch: int) -> bool:
        """Return whether `act` may look at the model at the end of an epoch."""
        return self.is_due(epoch)

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
        if self.needs and self.model is None:
            check_methods(self, None, self.needs)
        self._has_begun = True
        self._last: tuple[int, dict[str, float]] | None = None

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        check_begun(self, self._has_begun)
        logs = {} if logs is None else logs
        self._last = None if self.is_due(epoch) else (epoch, logs)
        if self._last is None:
            self.act(epoch, logs)

    def on_train_end(self, logs: dict[str, float] | None = None) -> None:
        if self._last is not None:
            self.act(*self._last)
