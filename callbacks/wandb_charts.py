"""The charts of a run on Weights & Biases."""

import contextlib
import io
import warnings
from array import array
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from PIL import Image

from keras_gan.callbacks._console import say
from keras_gan.callbacks._periodic import Periodic
from keras_gan.callbacks._stages import Stage
from keras_gan.callbacks.sample_grid import sample_picture
from keras_gan.callbacks.wandb_run import CHART_NAMES, current_run, define_wgan_charts, init_wandb


class _Entry(NamedTuple):
    """What is logged at a time, in as little memory as a run of a million epochs needs."""

    epoch: int
    keys: tuple[str, ...]
    values: array
    #: A PNG, or None.
    picture: bytes | None
    caption: str

    def send(self, run):
        import wandb

        row = {CHART_NAMES.get(key, key): value for key, value in zip(self.keys, self.values)}
        if self.picture is not None:
            picture = wandb.Image(Image.open(io.BytesIO(self.picture)), caption=self.caption)
            row[CHART_NAMES["generated_images"]] = picture
        run.log({"epoch": self.epoch, **row})


class WandbCharts(Periodic):
    """Log every epoch to Weights & Biases, and a grid of samples every few epochs, always of the same latents.

    All values of the epoch's logs are logged; those of `CHARTS` under their sections, as `losses/d_loss`.

    A service that fails does not end training: it warns once, and when training ends, it logs the whole run again in a
    new one, which `run` then is.

    Args:
        run: The `wandb.Run`, such as `init_wandb` returns. Defaults to None, the one that was begun last.
        every: Epochs from one grid to the next, at least 1. Defaults to 100.
        count: Samples in a grid. Defaults to 64.
        seed: Seed of the latents. Defaults to 0.

    Attributes:
        run: The run that is logged to; None until training begins, if it was not given.
        failure: Why the run lacks a part; None if it does not.

    Raises:
        ValueError: If `every` is less than 1, or, when training begins, if there is no run.
    """

    stage = Stage.RECORD

    def __init__(self, run=None, every: int = 100, count: int = 64, seed: int = 0):
        super().__init__(every)
        self.run = run
        self.count = count
        self.seed = seed
        self._journal: list[_Entry] = []
        self.failure: Exception | None = None

    def replay(self, history: Mapping[str, Sequence[float]], pictures: Iterable[tuple[int, Path]] = ()):
        """Log the epochs of an earlier process, as a run that is resumed offline needs.

        Args:
            history: Columns of the epochs' values, among them "epoch"; NaN where there is none.
            pictures: Grids of samples as (epochs done, file).
        """
        grids = dict(pictures)
        define_wgan_charts(self.run)
        for row in zip(*history.values()):
            values = {key: value for key, value in zip(history, row) if value == value}
            epoch = int(values.pop("epoch"))
            grid = grids[epoch + 1].read_bytes() if epoch + 1 in grids else None
            self._log(epoch, values, grid)

    def on_train_begin(self, logs=None):
        super().on_train_begin(logs)
        self.run = current_run(self.run)
        self._latest = None
        self._try(define_wgan_charts, self.run)

    def act(self, epoch, logs):
        picture = sample_picture(self.model, self.count, self.seed, epoch)
        if picture is not None:
            buffer = io.BytesIO()
            picture.save(buffer, format="PNG")
            self._grid = buffer.getvalue()

    def on_epoch_end(self, epoch, logs=None):
        self._grid = None
        super().on_epoch_end(epoch, logs)
        self._log(epoch, logs, self._grid)
        self._latest = (epoch, logs, len(logs))

    def on_train_end(self, logs=None):
        self._grid = None
        super().on_train_end(logs)
        if self._latest is not None:
            epoch, values, written = self._latest
            # Figures of the last epoch may have come after its end.
            late = dict(list(values.items())[written:])
            if late or self._grid is not None:
                self._log(epoch, late, self._grid)
        if self.failure is not None:
            self._log_again()

    def _log(self, epoch, values, grid):
        caption = f"{self.count} samples after {epoch + 1} epochs"
        keys = tuple(values)
        if self._journal and self._journal[-1].keys == keys:
            keys = self._journal[-1].keys
        entry = _Entry(epoch, keys, array("d", values.values()), grid, caption)
        self._journal.append(entry)
        self._try(entry.send, self.run)

    def _try(self, function, *arguments):
        if self.failure is not None:
            return
        try:
            function(*arguments)
        except Exception as error:  # Whatever it is, it must not stop training.
            self.failure = error
            warnings.warn(
                f"Weights & Biases takes no more data, so the run is logged again when training ends: {error!r}",
                stacklevel=4,
            )

    def _log_again(self):
        import wandb

        old = self.run
        # The connection is beyond repair, and would be used again; the run cannot even be finished.
        with contextlib.suppress(Exception):
            wandb.teardown()
        wandb.run = None
        try:
            mode = "offline" if old.offline else "online"
            self.run = init_wandb(old.name, dict(old.config), old.project, mode, old.settings.root_dir)
            define_wgan_charts(self.run)
            for entry in self._journal:
                entry.send(self.run)
        except Exception as error:  # As above.
            warnings.warn(f"Weights & Biases has not taken the run the second time either: {error!r}", stacklevel=3)
        else:
            self.failure = None
            say(f"Weights & Biases: all of the run is in {self.run.id}; {old.id} lacks a part")
