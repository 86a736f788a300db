"""Callbacks that act every few epochs."""

import abc

import keras

from keras_gan.checks import check_count


class Periodic(keras.callbacks.Callback, abc.ABC):
    """Call `act` every few epochs, and for the last epoch when `fit` ends, early or not, unless by an exception.

    Args:
        every: Epochs from one call to the next, at least 1.

    Raises:
        ValueError: If `every` is no integer of at least 1.
    """

    def __init__(self, every: int) -> None:
        super().__init__()
        check_count(every, "every")
        self.every = every

    @abc.abstractmethod
    def act(self, epoch: int, logs: dict[str, float]) -> None:
        """Do the callback's work.

        Args:
            epoch: Index of the epoch that has ended, from 0.
            logs: Its values.
        """

    def is_due(self, epoch: int) -> bool:
        """Return whether to act at the end of an epoch: of every `every`-th one, and of the last as far as is known."""
        is_last = epoch + 1 == self.params["epochs"] or self.model.stop_training
        return is_last or (epoch + 1) % self.every == 0

    def reads_model(self, epoch: int) -> bool:
        """Return whether `act` may look at the model at the end of an epoch."""
        return self.is_due(epoch)

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
        self._last: tuple[int, dict[str, float]] | None = None

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        logs = {} if logs is None else logs
        self._last = None if self.is_due(epoch) else (epoch, logs)
        if self._last is None:
            self.act(epoch, logs)

    def on_train_end(self, logs: dict[str, float] | None = None) -> None:
        if self._last is not None:
            self.act(*self._last)
