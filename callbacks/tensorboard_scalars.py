"""An epoch's values on TensorBoard."""

import time
from pathlib import Path

from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.event_file_writer import EventFileWriter

from keras_gan.callbacks._recorder import EpochRecorder
from keras_gan.callbacks.wandb_run import CHART_NAMES


class TensorBoardScalars(EpochRecorder):
    """Write all values of every epoch to TensorBoard, under the sections of the charts, as `losses/d_loss`.

    `keras.callbacks.TensorBoard` works too, and has graphs and histograms; but it runs an op for each value, which
    takes longer than a small network's step. This one hands a record an epoch to a thread.

    Args:
        folder: Where TensorBoard finds them: `tensorboard --logdir FOLDER`. Made if need be.
    """

    def __init__(self, folder: str | Path):
        super().__init__()
        self.folder = Path(folder)

    def on_train_begin(self, logs=None):
        super().on_train_begin(logs)
        self._writer = EventFileWriter(str(self.folder))

    def record(self, epoch, logs):
        values = [Summary.Value(tag=CHART_NAMES.get(key, key), simple_value=value) for key, value in logs.items()]
        self._writer.add_event(Event(wall_time=time.time(), step=epoch, summary=Summary(value=values)))

    def amend(self, epoch, logs, late):
        self.record(epoch, late)

    def on_train_end(self, logs=None):
        super().on_train_end(logs)
        self._writer.close()
