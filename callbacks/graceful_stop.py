"""Signals that end training after the step under way, with everything saved."""

import signal

from keras_gan.callbacks._early_end import EarlyEnd
from keras_gan.callbacks._signals import EndSignals
from keras_gan.checks import conform


class GracefulStop(EarlyEnd):
    """End training after the current step when the process is asked to end; a second request ends it at once.

    The requests are Ctrl-C (SIGINT), SIGTERM, SIGHUP, which a closed terminal sends, and SIGUSR1, which Slurm sends
    before the time limit with `--signal=USR1@120`. A second Ctrl-C raises `KeyboardInterrupt`, and any other second
    signal `SystemExit` with 128 and the signal's number. In the middle of a long step on the device, the process ends
    within a second or so. Under `nohup`, SIGHUP stays ignored.

    Where several steps run in one dispatch, training ends after all of them.

    It is a callback and the context that the callback works in: signals mean something else inside the `with` only.

    ```python
    with GracefulStop() as stop:
        gan.fit(batches, steps_per_epoch=1, epochs=1000, callbacks=[stop, GanCheckpoint("checkpoints")])
    print("interrupted" if stop.requested else "finished")
    ```

    In a loop of your own that has no Keras model, end the loop when `requested` is true.

    Args:
        advice: What to print when a second request has ended the process in the middle of a step, such as the command
            that goes on. Defaults to an empty text.

    Attributes:
        requested: Whether the process was asked to end.
        signal: Number of the signal that asked first, such as `signal.SIGTERM`; None before.

    Raises:
        RuntimeError: When training begins, if the context was not entered.
    """

    def __init__(self, advice: str = "") -> None:
        super().__init__()
        self.advice = conform(advice, str, "advice")
        self.requested = False
        self.signal: int | None = None
        self._signals: EndSignals | None = None

    def __enter__(self) -> "GracefulStop":
        self._signals = EndSignals(self._request, self.advice)
        self._signals.__enter__()
        return self

    def __exit__(self, *exception: object) -> None:
        signals, self._signals = self._signals, None
        if signals is not None:
            signals.__exit__(*exception)

    def _request(self, number: int) -> None:
        self.requested = True
        self.signal = number

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
        if self._signals is None:
            raise RuntimeError("GracefulStop must be entered: `with GracefulStop() as stop:` around `fit`")
        super().on_train_begin(logs)

    def _wish(self) -> int:
        return (self.signal or signal.SIGINT) if self.requested else 0

    def _reason(self, wish: int) -> str:
        # Printed by the base class at the end of a step, and not in the handler: it may run in the middle of a print.
        if not self.requested:
            self.requested, self.signal = True, wish
        if wish == signal.SIGINT:
            return ". Ctrl-C again interrupts at once."
        return f", as {signal.Signals(wish).name} asks for. A second signal ends the process at once."
