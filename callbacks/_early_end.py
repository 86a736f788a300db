"""The end of training after the step under way, before its last epoch."""

import abc

from keras_gan.callbacks._observer import Observer
from keras_gan.console import say
from keras_gan.processes import Vote


class EarlyEnd(Observer, abc.ABC):
    """End training after the step under way once there is a reason, and print the reason.

    Where several steps run in one dispatch, training ends after all of them. Where several processes train together,
    all end within a second or so if one of them has a reason.
    """

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
        self._is_stopping = False
        self._vote = Vote()

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        if self._is_stopping or not (wish := self._vote.largest(self._wish())):
            return
        self._is_stopping = True
        if hasattr(self.model, "pause"):
            self.model.pause()
        elif self.model is not None:
            self.model.stop_training = True
        say(f"Stopping after this step and saving{self._reason(wish)}")

    @abc.abstractmethod
    def _wish(self) -> int:
        """Return a number above 0 that stands for a reason to end; 0 to go on."""

    @abc.abstractmethod
    def _reason(self, wish: int) -> str:
        """Return what to print after "Stopping after this step and saving".

        Args:
            wish: The largest wish of all processes that train together, of which this may be one.
        """
