"""The charts of a run on Weights & Biases."""

import contextlib
import io
import warnings
from array import array
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from PIL import Image

from keras_gan.callbacks import wandb_run
from keras_gan.callbacks._background import Background, call_within
from keras_gan.callbacks._periodic import Periodic
from keras_gan.callbacks._stages import Stage
from keras_gan.callbacks.charts import CHART_NAMES
from keras_gan.callbacks.sample_grid import sample_picture
from keras_gan.callbacks.wandb_run import check_run, current_run, define_wgan_charts, finish_wandb, init_wandb
from keras_gan.checks import check_count, check_mapping, check_seed, require
from keras_gan.console import say

if TYPE_CHECKING:
    import wandb


class _Entry(NamedTuple):
    """What is logged at a time, in as little memory as a run of a million epochs needs."""

    epoch: int
    keys: tuple[str, ...]
    values: "array[float]"
    #: A PNG, or None.
    picture: bytes | None
    caption: str

    def send(self, run: "wandb.Run") -> None:
        import wandb

        row: dict[str, Any] = {CHART_NAMES.get(key, key): value for key, value in zip(self.keys, self.values)}
        if self.picture is not None:
            picture = wandb.Image(Image.open(io.BytesIO(self.picture)), caption=self.caption)
            row[CHART_NAMES["generated_images"]] = picture
        run.log({"epoch": self.epoch, **row})


class WandbCharts(Periodic):
    """Log every epoch to Weights & Biases, and a grid of samples every few epochs, always of the same latents.

    All values of the epoch's logs are logged; those of `CHARTS` under their sections, as `losses/d_loss`. A thread
    sends them, so that training never waits. It needs a model with `generate(n, seed=…)`.

    A service that fails or hangs does not end training: it warns once, and when training ends, it logs all epochs that
    it has seen again, in a new run, which `run` then is. Of a run that is resumed online, epochs that are there already
    are not logged twice.

    Args:
        run: The `wandb.Run`, such as `init_wandb` returns. Defaults to None, the one that was begun last.
        every: Epochs from one grid to the next, at least 1; or an interval such as "500 steps" or "20 kimg".
            Defaults to 100.
        count: Samples in a grid. Defaults to 64.
        seed: Seed of the latents. Defaults to 0.

    Attributes:
        run: The run that is logged to; None before training, if it was not given.
        failure: Why the run lacks a part; None if it does not.

    Raises:
        ValueError: If `every` is no interval, or, when training begins, if there is no run, or the model has no
            `generate`.
    """

    stage = Stage.RECORD
    needs = ("generate",)

    def __init__(self, run: "wandb.Run | None" = None, every: int | str = 100, count: int = 64, seed: int = 0) -> None:
        super().__init__(every)
        check_count(count, "count")
        check_seed(seed)
        if run is not None:
            check_run(run)
        self.run: wandb.Run | None = None
        self.count = count
        self.seed = seed
        self.failure: Exception | None = None
        self._given_run = run
        self._background: Background | None = None
        self._journal: list[_Entry] = []
        self._grid: bytes | None = None

    def replay(self, history: Mapping[str, Iterable[float]], pictures: Iterable[tuple[int, Path]] = ()) -> None:
        """Log the epochs of an earlier process, as far as the service has them not.

        Args:
            history: Columns of the epochs' values, among them "epoch"; NaN where there is none.
            pictures: Grids of samples as (epochs done, file).

        Raises:
            ValueError: If the history has no epochs, or the pictures are no such pairs.
        """
        check_mapping(history, "history")
        require("epoch" in history, "history", "columns with an `epoch`", list(history))
        try:
            grids = dict(pictures)
        except (TypeError, ValueError) as error:
            raise ValueError(f"`pictures` must be pairs of epochs done and a file. Received: {pictures!r}") from error
        self._open()
        for row in zip(*history.values()):
            values = {key: value for key, value in zip(history, row) if value == value}
            epoch = int(values.pop("epoch"))
            grid = grids[epoch + 1].read_bytes() if epoch + 1 in grids else None
            self._log(epoch, values, grid)

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
        super().on_train_begin(logs)
        self._latest: tuple[int, dict[str, float], int] | None = None
        self._open()

    def act(self, epoch: int, logs: dict[str, float]) -> None:
        picture = sample_picture(self.model, self.count, self.seed, epoch)
        if picture is not None:
            buffer = io.BytesIO()
            picture.save(buffer, format="PNG")
            self._grid = buffer.getvalue()

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        self._grid = None
        logs = {} if logs is None else logs
        super().on_epoch_end(epoch, logs)
        self._log(epoch, logs, self._grid)
        self._latest = (epoch, logs, len(logs))

    def on_train_end(self, logs: dict[str, float] | None = None) -> None:
        self._grid = None
        super().on_train_end(logs)
        if self._latest is not None:
            epoch, values, logged = self._latest
            # Figures of the last epoch may have come after its end.
            late = dict(list(values.items())[logged:])
            if late or self._grid is not None:
                self._log(epoch, late, self._grid)
        self._close()
        if self.run is not None and self.failure is not None:
            self._log_again(self.run)

    def finish(self) -> None:
        """End the run, after what is on its way to it; how to upload what is left then is said."""
        if self.run is None:
            return
        self._close()
        if self.failure is None:
            finish_wandb(self.run)

    def _open(self) -> None:
        """Begin to send to the run, if it is not begun yet."""
        import wandb

        # After a failure, `run` is the one that all was logged to again.
        run = self.run if self._given_run is not None and self.run is not None else current_run(self._given_run)
        if run is not self.run:
            self.run, self._journal, self.failure = run, [], None
            #: The last epoch that the service has of a run that is resumed.
            self._known = run.summary.get("epoch", -1) if isinstance(run, wandb.Run) and run.resumed else -1
        if self._background is None:
            self._background = Background()
            self._background.submit(define_wgan_charts, run)

    def _close(self) -> None:
        if self._background is not None:
            self._background.close(wandb_run.END_TIMEOUT)
            self._look(self._background)
            self._background = None

    def _log(self, epoch: int, values: dict[str, float], grid: bytes | None) -> None:
        background = self._background
        if background is None:
            raise RuntimeError("WandbCharts is not logging: `on_train_begin` comes first")
        keys = tuple(values)
        if self._journal and self._journal[-1].keys == keys:
            keys = self._journal[-1].keys
        caption = f"{self.count} samples after {epoch + 1} epochs"
        entry = _Entry(epoch, keys, array("d", values.values()), grid, caption)
        self._journal.append(entry)
        if background.failure is None and epoch > self._known:
            background.submit(entry.send, self.run)
        self._look(background)

    def _look(self, background: Background) -> None:
        """Warn of what has failed since, once."""
        if self.failure is None and background.failure is not None:
            self.failure = background.failure
            warnings.warn(
                f"Weights & Biases takes no more data; it is tried again when training ends: {self.failure!r}",
                stacklevel=4,
            )

    def _log_again(self, old: "wandb.Run") -> None:
        _give_up(old)
        try:
            mode: Literal["online", "offline"] = "offline" if old.offline else "online"
            self.run = init_wandb(old.name, dict(old.config), old.project, mode, old.settings.root_dir)
            call_within(wandb_run.END_TIMEOUT, self._send_journal, self.run)
        except Exception as error:  # Whatever it is, the run's own files must still be written.
            self.failure = error
            warnings.warn(f"Weights & Biases has not taken the run the second time either: {error!r}", stacklevel=3)
        else:
            self.failure = None
            first, last = self._journal[0].epoch, self._journal[-1].epoch
            say(f"Weights & Biases: epochs {first} to {last} are in {self.run.id}; {old.id} lacks a part")

    def _send_journal(self, run: "wandb.Run") -> None:
        define_wgan_charts(run)
        for entry in self._journal:
            entry.send(run)


def _give_up(run: "wandb.Run") -> None:
    """End a run that takes no more data, and the connection with it if that is what has failed."""
    import wandb

    try:
        call_within(wandb_run.END_TIMEOUT, run.finish)
    except Exception:
        # It would be used for the next run too; waiting for it would keep the process from ending.
        with contextlib.suppress(Exception):
            call_within(wandb_run.END_TIMEOUT, wandb.teardown)
    wandb.run = None
