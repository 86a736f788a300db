"""Ctrl-C that ends training after the step under way, with everything saved."""

import signal
import threading
from collections.abc import Callable
from types import FrameType

from keras_gan.callbacks._observer import Observer
from keras_gan.console import say


class GracefulStop(Observer):
    """End training after the current step when the user presses Ctrl-C; a second Ctrl-C interrupts at once.

    Where several steps run in one dispatch, training ends after all of them.

    It is a callback and the context that the callback works in: Ctrl-C means something else inside the `with` only.

    ```python
    with GracefulStop() as stop:
        gan.fit(batches, steps_per_epoch=1, epochs=1000, callbacks=[stop, GanCheckpoint("checkpoints")])
    print("interrupted" if stop.requested else "finished")
    ```

    In a loop of your own that has no Keras model, end the loop when `requested` is true.

    Attributes:
        requested: Whether Ctrl-C was pressed.

    Raises:
        RuntimeError: When training begins, if the context was not entered.
    """

    def __init__(self) -> None:
        super().__init__()
        self.requested = False
        self._is_entered = False

    def __enter__(self) -> "GracefulStop":
        self._is_entered = True
        self._previous: Callable[[int, FrameType | None], object] | int | None = None
        # Python lets the main thread alone set handlers; elsewhere Ctrl-C stays what it was.
        if threading.current_thread() is threading.main_thread():
            self._previous = signal.signal(signal.SIGINT, self._request)
        return self

    def __exit__(self, *exception: object) -> None:
        self._is_entered = False
        if self._previous is not None:
            signal.signal(signal.SIGINT, self._previous)

    def _request(self, signal_number: int, frame: FrameType | None) -> None:
        self.requested = True
        signal.signal(signal.SIGINT, signal.default_int_handler)

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
        if not self._is_entered:
            raise RuntimeError("GracefulStop must be entered: `with GracefulStop() as stop:` around `fit`")
        self._is_stopping = False

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        if self.requested and not self._is_stopping:
            self._is_stopping = True
            if self.model is not None:
                self.model.stop_training = True
            # Not in the handler, which may run in the middle of another print.
            say("Stopping after this step and saving. Ctrl-C again interrupts at once.")
