"""The end of training after the step under way, before its last epoch."""

import abc

from keras_gan.callbacks._observer import Observer
from keras_gan.console import say


class EarlyEnd(Observer, abc.ABC):
    """End training after the step under way once there is a reason, and print the reason.

    Where several steps run in one dispatch, training ends after all of them.
    """

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
        self._is_stopping = False

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        if self._is_stopping or (reason := self._reason()) is None:
            return
        self._is_stopping = True
        if hasattr(self.model, "pause"):
            self.model.pause()
        elif self.model is not None:
            self.model.stop_training = True
        say(f"Stopping after this step and saving{reason}")

    @abc.abstractmethod
    def _reason(self) -> str | None:
        """Return what to print after "Stopping after this step and saving", or None to go on."""
