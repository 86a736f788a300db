"""What the steps of a dispatch have reported, on its way to callbacks."""

import collections
import itertools
import warnings
from collections.abc import Iterator
from typing import Any

import keras

from keras_gan.tensors import Shape

#: Callbacks of Keras that look at an epoch's values alone.
_OBSERVERS = (keras.callbacks.CSVLogger, keras.callbacks.TerminateOnNaN)


class StepDispatches(keras.callbacks.Callback):
    """Dispatches of several steps of one epoch; callbacks get their values one step at a time.

    Args:
        limit: Steps of a dispatch at most. Epochs have a multiple of it, or end with the data.

    Attributes:
        pending: Values that are not handed out yet.
    """

    #: Whether each of the steps is an epoch.
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
        """Return how many steps the next dispatch may run; after a short one, none beyond the epoch's end."""
        return self.limit - self._taken % self.limit

    def take(self, iterator: Iterator[Any]) -> list[Any]:
        """Take the images of the next dispatch's steps, all of one shape, since one program runs them.

        Args:
            iterator: Yields the images of a step.

        Returns:
            What it has yielded; nothing at its end.
        """
        batches, self._held = self._held, []
        for batch in itertools.islice(iterator, self.allowance() - len(batches)):
            if batches and _shapes(batch) != _shapes(batches[0]):
                self._held = [batch]
                break
            batches.append(batch)
        return batches

    def receive(self, values: list[dict[str, float]], seconds: float) -> None:
        """Take what a dispatch has reported.

        Args:
            values: Values of the epoch so far, after each step.
            seconds: Time that it took.
        """
        self.pending.extend(values)
        self._taken += len(values)


class EpochDispatches(StepDispatches):
    """Dispatches of several epochs of one step each; callbacks get their values one epoch at a time.

    A dispatch ends with an epoch after which a callback reads the model. A callback's `reads_model(epoch)` says whether
    it does; one without that method is assumed to after every epoch.

    Args:
        limit: Steps of a dispatch, and so epochs, at most.
        callbacks: All callbacks of `fit`.

    Warns:
        UserWarning: If a callback keeps dispatches from being longer than a step.
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
                stacklevel=4,
            )

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        self._waited = 0.0
        if not self.pending:
            # Not in the midst of an epoch: a callback that asks for its model makes Keras put the state back into it.
            self._allowance = self._count_unread(epoch)

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        assert logs is not None  # Keras always passes them.
        logs["epoch_time"] += self._share - self._waited

    def allowance(self) -> int:
        return self._allowance

    def receive(self, values: list[dict[str, float]], seconds: float) -> None:
        super().receive(values, seconds)
        self._share = seconds / len(values)
        # The epoch that begins the dispatch has waited for all of it.
        self._waited = seconds

    def _count_unread(self, epoch: int) -> int:
        """Return how many epochs, from this one, may run before a callback reads the model."""
        last = min(epoch + self.limit, self.params["epochs"]) - 1
        read = (index for index in range(epoch, last) if self._is_read(index))
        return next(read, last) - epoch + 1

    def _is_read(self, epoch: int) -> bool:
        return any(not hasattr(reader, "reads_model") or reader.reads_model(epoch) for reader in self._readers)


def _shapes(batch: Any) -> list[Shape]:
    return [array.shape for array in keras.tree.flatten(batch) if array is not None]
