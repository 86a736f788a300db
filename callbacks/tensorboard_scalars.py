"""An epoch's values on TensorBoard."""

import time
from pathlib import Path

from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.record_writer import RecordWriter

from keras_gan.callbacks._recorder import EpochRecorder
from keras_gan.callbacks.charts import CHART_NAMES
from keras_gan.checks import checked_path
from keras_gan.files import named_errors


class TensorBoardScalars(EpochRecorder):
    """Write all values of every epoch to TensorBoard, under the sections of the charts, as `losses/d_loss`.

    `keras.callbacks.TensorBoard` works too, and has graphs and histograms; but it runs an op for each value, which
    takes longer than a small network's step. This one writes a record an epoch. It takes the logs of any model.

    Args:
        folder: Where TensorBoard finds them: `tensorboard --logdir FOLDER`. Made if need be; each training adds a file.

    Raises:
        OSError: At the end of an epoch, if its values cannot be written; the message names the file.
    """

    def __init__(self, folder: str | Path) -> None:
        super().__init__()
        self.folder = checked_path(folder, "folder")

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
        super().on_train_begin(logs)
        self.folder.mkdir(parents=True, exist_ok=True)
        # TensorBoard knows its files by the second part of the name, and reads them in the order of the fourth.
        self._path = self.folder / f"events.out.tfevents.{time.time_ns()}"
        self._write(Event(wall_time=time.time(), file_version="brain.Event:2"))

    def record(self, epoch: int, logs: dict[str, float]) -> None:
        values = [Summary.Value(tag=CHART_NAMES.get(key, key), simple_value=value) for key, value in logs.items()]
        self._write(Event(wall_time=time.time(), step=epoch, summary=Summary(value=values)))

    def amend(self, epoch: int, logs: dict[str, float], late: dict[str, float]) -> None:
        self.record(epoch, late)

    def _write(self, event: Event) -> None:
        with named_errors(self._path), open(self._path, "ab") as file:
            RecordWriter(file).write(event.SerializeToString())
