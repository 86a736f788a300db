"""Checkpoints that a run continues from as if it had never stopped."""

import re
from pathlib import Path

from keras_gan.callbacks._files import whole_file
from keras_gan.callbacks._periodic import Periodic

NAME = re.compile(r"epoch_(\d+)\.keras")


def checkpoints(folder: str | Path) -> list[tuple[int, Path]]:
    """Return a folder's checkpoints as (epochs done, file), the oldest first; none if there is no such folder."""
    matches = ((NAME.fullmatch(path.name), path) for path in Path(folder).glob("epoch_*.keras"))
    return sorted((int(match[1]), path) for match, path in matches if match)


class GanCheckpoint(Periodic):
    """Save the whole model every few epochs and when `fit` ends, early or not, unless by an exception.

    A `.keras` file holds both networks, both optimizers, the noise generators and the metrics' windows. It appears
    under its name only once it is whole on disk.

    Args:
        folder: Where `epoch_000100.keras` and so on go; the number is that of the epochs done. Made if need be.
        every: Epochs from one checkpoint to the next, at least 1. Defaults to 100.
        keep: How many of the latest checkpoints to keep, at least 1. Defaults to 3.

    Raises:
        ValueError: If `every` or `keep` is less than 1.
    """

    def __init__(self, folder: str | Path, every: int = 100, keep: int = 3):
        super().__init__(every)
        if keep < 1:
            raise ValueError(f"`keep` must be at least 1. Received: keep={keep}")
        self.folder = Path(folder)
        self.keep = keep

    def on_train_begin(self, logs=None):
        super().on_train_begin(logs)
        self.folder.mkdir(parents=True, exist_ok=True)

    def act(self, epoch, logs):
        with whole_file(self.folder / f"epoch_{epoch + 1:06d}.keras") as path:
            self.model.save(path)
        for _, old in checkpoints(self.folder)[: -self.keep]:
            old.unlink()
