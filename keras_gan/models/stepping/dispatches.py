"""Dispatches of several steps, whose values callbacks get one step or epoch at a time."""

import collections
import itertools
import warnings
from collections.abc import Iterator
from typing import Any

import keras

from keras_gan.tensors import Shape

#: Callbacks of Keras that look only at the values of an epoch, not at the model.
_OBSERVERS = (keras.callbacks.CSVLogger, keras.callbacks.TerminateOnNaN)


class StepDispatches(keras.callbacks.Callback):
    """Dispatches of several steps of one epoch. Callbacks get the values of one step at a time.

    Args:
        limit: Largest number of steps in a dispatch. The number of steps in an epoch is a multiple of it, unless the
            epoch ends with the data.

    Attributes:
        pending: Values that callbacks have not got yet.
    """

    #: Whether each step is an epoch.
    are_epochs = False

    def __init__(self, limit: int) -> None:
        super().__init__()
        self.pending: collections.deque[dict[str, float]] = collections.deque()
        self.limit = limit
        self._held: list[Any] = []
        self._taken = 0

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        self._taken = 0

    def allowance(self) -> int:
        """Return how many steps the next dispatch may run.

        After a short dispatch, the next one still does not run beyond the end of the epoch.
        """
        return self.limit - self._taken % self.limit

    def take(self, iterator: Iterator[Any]) -> list[Any]:
        """Take the images for the steps of the next dispatch. They have the same shapes, since one program runs them.

        Args:
            iterator: Iterator that yields the images of one step at a time.

        Returns:
            The images of each step; an empty list if the iterator has ended.
        """
        batches, self._held = self._held, []
        for batch in itertools.islice(iterator, self.allowance() - len(batches)):
            if batches and _shapes(batch) != _shapes(batches[0]):
                self._held = [batch]
                break
            batches.append(batch)
        return batches

    def receive(self, values: list[dict[str, float]], seconds: float) -> None:
        """Receive the values that a dispatch reported.

        Args:
            values: The epoch's values so far, after each step.
            seconds: Duration of the dispatch.
        """
        self.pending.extend(values)
        self._taken += len(values)


class EpochDispatches(StepDispatches):
    """Dispatches of several epochs of one step each. Callbacks get the values of one epoch at a time.

    A dispatch ends with an epoch after which a callback reads the model. The callback's method `reads_model(epoch)`
    says whether it does. A callback without that method is assumed to read the model after every epoch.

    Args:
        limit: Largest number of steps, and so of epochs, in a dispatch.
        callbacks: All callbacks of `fit`.

    Warns:
        UserWarning: If a callback limits dispatches to one step.
    """

    are_epochs = True

    def __init__(self, limit: int, callbacks: list[keras.callbacks.Callback]) -> None:
        super().__init__(limit)
        self._readers = [callback for callback in callbacks if not isinstance(callback, _OBSERVERS)]
        undeclared = [type(callback).__name__ for callback in self._readers if not hasattr(callback, "reads_model")]
        if limit > 1 and undeclared:
            warnings.warn(
                f"Steps are dispatched one at a time instead of {limit}, because {', '.join(undeclared)} may read the "
                "model after any epoch. Define `reads_model(epoch)` on the callback to say when it does.",
                stacklevel=7,
            )

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        self._waited = 0.0
        if not self.pending:
            # Here and not during the epoch: a callback that accesses its model makes Keras put the state back into it.
            self._allowance = self._count_unread(epoch)

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        assert logs is not None  # Keras always passes them.
        logs["epoch_time"] += self._share - self._waited

    def allowance(self) -> int:
        return self._allowance

    def receive(self, values: list[dict[str, float]], seconds: float) -> None:
        super().receive(values, seconds)
        self._share = seconds / len(values)
        # The first epoch of the dispatch has waited for the whole dispatch.
        self._waited = seconds

    def _count_unread(self, epoch: int) -> int:
        """Return how many epochs, starting with this one, may run until a callback reads the model."""
        last = min(epoch + self.limit, self.params["epochs"]) - 1
        read = (index for index in range(epoch, last) if self._is_read(index))
        return next(read, last) - epoch + 1

    def _is_read(self, epoch: int) -> bool:
        return any(not hasattr(reader, "reads_model") or reader.reads_model(epoch) for reader in self._readers)


def _shapes(batch: Any) -> list[Shape]:
    return [array.shape for array in keras.tree.flatten(batch) if array is not None]
