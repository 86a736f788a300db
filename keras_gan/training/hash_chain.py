"""The callback that writes a run's chain of hashes."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from keras_gan.callbacks._periodic import Periodic
from keras_gan.callbacks._stages import Stage
from keras_gan.chain import CHAIN, append_link, cut_chain
from keras_gan.sharding import to_numpy


class HashChain(Periodic):
    """Add a link to a run's chain of hashes every few epochs, before their checkpoint is saved.

    Args:
        folder: The run's folder.
        every: Epochs from one link to the next, or an interval.
    """

    stage = Stage.SAVE
    needs = ("save",)

    def __init__(self, folder: Path, every: int | str) -> None:
        super().__init__(every)
        self.folder = folder
        self._is_cut = False

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        if not self._is_cut:
            cut_chain(self.folder / CHAIN, epoch)
        self._is_cut = True

    def act(self, epoch: int, logs: dict[str, float]) -> None:
        if not getattr(self.model, "has_diverged", False):
            append_link(self.folder / CHAIN, epoch + 1, self.folder / "losses.csv", self._tensors())

    def _tensors(self) -> Iterator[tuple[str, bytes]]:
        model = self.model
        for index, variable in enumerate([*model.variables, *model.optimizer.variables]):
            yield f"{index:03d} {variable.path}", np.ascontiguousarray(to_numpy(variable)).tobytes()
