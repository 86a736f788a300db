"""A limit of the time that training takes."""

from keras_gan.callbacks._clock import Stopwatch
from keras_gan.callbacks._early_end import EarlyEnd
from keras_gan.checks import Positive, check_number


class TimeLimit(EarlyEnd):
    """End training after the step in which so many hours have passed, as `GracefulStop` does at a signal.

    The time is wall time since the start of `fit`, so that a batch job can save and end by itself. Leave time for the
    start of the program, for one more step and for saving.

    ```python
    limit = TimeLimit(hours=7.5)
    gan.fit(batches, steps_per_epoch=1, epochs=1000, callbacks=[limit, GanCheckpoint("checkpoints")])
    print("to be continued" if limit.reached else "finished")
    ```

    In a loop of your own that has no Keras model, end the loop when `reached` is true.

    Args:
        hours: The limit in hours, more than 0.

    Attributes:
        reached: Whether the limit was reached.

    Raises:
        ValueError: If `hours` is no positive number.
    """

    def __init__(self, hours: float) -> None:
        super().__init__()
        check_number(hours, "hours", Positive)
        self.hours = hours
        self.reached = False

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
        super().on_train_begin(logs)
        self.reached = False
        self._watch = Stopwatch()

    def _wish(self) -> int:
        return int(self._watch.seconds >= 3600 * self.hours)

    def _reason(self, wish: int) -> str:
        self.reached = True
        return f": {self.hours:g} hours have passed."
