"""Callbacks that keep what every epoch's logs hold."""

import abc

from keras_gan.callbacks._needs import check_begun
from keras_gan.callbacks._observer import Observer
from keras_gan.callbacks._stages import Stage


class EpochRecorder(Observer, abc.ABC):
    """Call `record` for each epoch, and `amend` where figures of the last one have come after its end."""

    stage = Stage.RECORD

    def __init__(self) -> None:
        super().__init__()
        self._has_begun = False

    @abc.abstractmethod
    def record(self, epoch: int, logs: dict[str, float]) -> None:
        """Keep an epoch's values.

        Args:
            epoch: Index of the epoch, from 0.
            logs: Its values.
        """

    @abc.abstractmethod
    def amend(self, epoch: int, logs: dict[str, float], late: dict[str, float]) -> None:
        """Keep what has come late.

        Args:
            epoch: Index of the last epoch, which is recorded already.
            logs: All its values.
            late: Those that were not there yet when it was recorded.
        """

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
        self._has_begun = True
        self._latest: tuple[int, dict[str, float], int] | None = None

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        check_begun(self, self._has_begun)
        logs = {} if logs is None else logs
        self.record(epoch, logs)
        self._latest = (epoch, logs, len(logs))

    def on_train_end(self, logs: dict[str, float] | None = None) -> None:
        if self._latest is None:
            return
        epoch, values, recorded = self._latest
        late = dict(list(values.items())[recorded:])
        if late:
            self.amend(epoch, values, late)
