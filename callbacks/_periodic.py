"""Callbacks that act every few epochs."""

import abc
from typing import Any

import keras

from keras_gan.callbacks._needs import check_begun, check_methods
from keras_gan.intervals import read_interval


class Periodic(keras.callbacks.Callback, abc.ABC):
    """Call `act` every few epochs, and for the last epoch when `fit` ends, early or not, unless by an exception.

    Args:
        every: Epochs from one call to the next, at least 1; or a text such as "500 steps" or "20 kimg" (thousands of
            images), which is the first epoch's end at or after each multiple.

    Raises:
        ValueError: If `every` is no such interval, or when training begins, if the model lacks a method, or the length
            of an epoch in the interval's unit is not known.
    """

    #: Methods that the callback calls of its model.
    needs: tuple[str, ...] = ()

    def __init__(self, every: int | str) -> None:
        super().__init__()
        self.interval = read_interval(every, "every")
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
        return is_last or self.interval.is_due(epoch, self._steps or 1, self._images or 0)

    @property
    def _steps(self) -> int | None:
        """Steps in an epoch; None if they are not known."""
        return (self.params or {}).get("steps")

    @property
    def _images(self) -> int | None:
        """Images that the critic is trained on in a step; None if their number is not known."""
        batch_size = getattr(self.model, "batch_size", None)
        return None if batch_size is None else batch_size * getattr(self.model, "n_critic", 1)

    def reads_model(self, epoch: int) -> bool:
        """Return whether `act` may look at the model at the end of an epoch."""
        return self.is_due(epoch)

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
        if self.needs and self.model is None:
            check_methods(self, None, self.needs)
        self.interval.check_known(self._steps, self._images, "every")
        self._has_begun = True
        self._last: tuple[int, dict[str, float]] | None = None

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        check_begun(self, self._has_begun)
        logs = {} if logs is None else logs
        self._last = None if self.is_due(epoch) else (epoch, logs)
        if self._last is None:
            self.act(epoch, logs)

    def on_epoch_part(self, epoch: int, steps: int, is_last: bool) -> None:
        """Take note that a part of an epoch has ended, from where training can go on.

        Args:
            epoch: Index of the epoch.
            steps: Steps of it that are done.
            is_last: Whether training pauses now.
        """
        if is_last:
            # The model is no longer as it was after the epoch before.
            self._last = None

    def on_train_end(self, logs: dict[str, float] | None = None) -> None:
        if self._last is not None:
            self.act(*self._last)
