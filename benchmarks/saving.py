"""What saving costs a run: the time for which a checkpoint and its link in the chain of hashes block training.

Each callback is timed as `fit` calls it, on its preset's own networks and batches, with a checkpoint after each epoch.

    python benchmarks/saving.py --presets horses wgan_small
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import keras
import tyro

from keras_gan import callbacks, data
from keras_gan.training.build import build_model
from keras_gan.training.hash_chain import HashChain
from keras_gan.training.presets import PRESETS

#: Epochs from one checkpoint to the next in a run.
EVERY = 100


class Timed(keras.callbacks.Callback):
    """Time what a callback does at the end of epochs.

    Args:
        callback: The callback.
    """

    def __init__(self, callback: Any) -> None:
        super().__init__()
        self.callback, self.seconds = callback, []
        self.stage = callback.stage
        for name in ("on_train_begin", "on_epoch_begin", "on_train_end"):
            setattr(self, name, getattr(callback, name))

    def set_model(self, model: Any) -> None:
        super().set_model(model)
        self.callback.set_model(model)

    def set_params(self, params: Any) -> None:
        self.callback.set_params(params)

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        begun = time.perf_counter()
        self.callback.on_epoch_end(epoch, logs)
        self.seconds.append(time.perf_counter() - begun)


class Steps(keras.callbacks.Callback):
    """Keep the times of epochs, without what callbacks take at their ends."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds: list[float] = []

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        self.seconds.append((logs or {})["epoch_time"])


def measure(preset: str, epochs: int, format: str) -> None:
    """Train a few epochs of one step, and print what saving in a format takes."""
    config = PRESETS[preset]
    images = data.toy_horses(2000, seed=0)
    model = build_model(config, images.shape)
    with tempfile.TemporaryDirectory() as folder:
        saver = Timed(callbacks.GanCheckpoint(Path(folder) / "checkpoints", every=1, format=format))
        chain, steps = Timed(HashChain(Path(folder), every=1)), Steps()
        losses = callbacks.LossCsv(Path(folder) / "losses.csv")
        feed = model.batches(images, config.run.batch_size)
        model.fit(feed, steps_per_epoch=1, epochs=epochs, verbose=0, callbacks=[steps, losses, chain, saver])
        [*_, last] = sorted((Path(folder) / "checkpoints").glob("epoch_*"))
        size = sum(path.stat().st_size for path in (last, *last.rglob("*")) if path.is_file())
    # The first epoch compiles the step, and the first checkpoint loads what it needs.
    step, saved, linked = (statistics.median(each.seconds[1:]) for each in (steps, saver, chain))
    share = (saved + linked) / (EVERY * step)
    print(
        f"{preset:<12}{format:<6}{size / 1e6:6.1f} MB  checkpoint {saved:.3f} s  chain {linked:.3f} s  "
        f"step {step:.3f} s  every {EVERY} steps {1 + share:.4f} × the steps",
        flush=True,
    )


def main(
    presets: tuple[str, ...] = ("horses", "horses_gp"), epochs: int = 8, formats: tuple[str, ...] = ("keras", "orbax")
) -> None:
    """Measure presets.

    Args:
        presets: Names of presets, whose images are drawn horses of 32×32.
        epochs: Epochs of one step, each with a checkpoint.
        formats: Formats of the checkpoints.
    """
    for preset in presets:
        for format in formats:
            measure(preset, epochs, format)


if __name__ == "__main__":
    tyro.cli(main, description=__doc__)
