"""Pictures of what the generator makes, epoch by epoch."""

import math
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import numpy as np
from PIL import Image, ImageDraw, ImageOps

from keras_gan.callbacks._periodic import Periodic
from keras_gan.callbacks._stages import Stage
from keras_gan.checks import check_count, check_seed, checked_path
from keras_gan.data.grids import grid_picture, on_white, save_picture
from keras_gan.data.pictures import read_picture
from keras_gan.files import numbered_files, whole_file
from keras_gan.reading import FileError

#: The animation of a folder's pictures.
ANIMATION = "progress.gif"

#: Pictures that the animation has at most, evenly chosen; it lasts ten seconds.
FRAMES = 100

#: Milliseconds that a frame is shown, and the last one.
FRAME_TIME, LAST_FRAME_TIME = 100, 2000

CAPTION_HEIGHT = 16


class Sampler(Protocol):
    """What has a GAN's `generate`."""

    def generate(self, n: int, *, seed: int) -> np.ndarray: ...


def sample_picture(model: Sampler, count: int, seed: int, epoch: int) -> Image.Image | None:
    """Return a picture of a model's samples; None, with a warning, if they are no images any more.

    Args:
        model: What has `generate`.
        count: Number of samples.
        seed: Seed of their latents.
        epoch: Index of the epoch, for the warning.
    """
    images = model.generate(count, seed=seed)
    if np.isfinite(images).all():
        return grid_picture(images)
    warnings.warn(f"No picture of epoch {epoch}: the samples have NaN or infinite values", stacklevel=3)
    return None


def pictures(folder: str | Path) -> list[tuple[int, Path]]:
    """Return a folder's pictures as (epochs done, file), the oldest first; none if there is no such folder."""
    return numbered_files(checked_path(folder, "folder"), ".png")


def save_animation(frames: list[tuple[int, Path]], path: Path) -> None:
    """Save pictures as an endless GIF, with the epochs done under each.

    Args:
        frames: Pictures of one size as (epochs done, file), at least one; all, or `FRAMES` of them.
        path: The file.
    """
    step = math.ceil(len(frames) / FRAMES)
    chosen = frames[::-1][::step][::-1]
    shown = list(_captioned(chosen))
    if not shown:
        return
    first, *others = shown
    times = [FRAME_TIME] * len(others) + [LAST_FRAME_TIME]
    with whole_file(path) as partial:
        first.save(partial, format="GIF", save_all=True, append_images=others, duration=times, loop=0)


def _captioned(frames: list[tuple[int, Path]]) -> Iterator[Image.Image]:
    for epochs, path in frames:
        try:
            picture = read_picture(path)
        except FileError as error:  # Training is over: a damaged picture must not end it with an error.
            warnings.warn(f"The animation is without the picture of epoch {epochs}: {error}", stacklevel=2)
            continue
        frame = ImageOps.expand(on_white(picture).convert("RGB"), (0, 0, 0, CAPTION_HEIGHT))
        ImageDraw.Draw(frame).text((2, frame.height - CAPTION_HEIGHT + 2), f"after {epochs} epochs", "white")
        yield frame


class SampleGrid(Periodic):
    """Save a grid of samples every few epochs and at the end, always of the same latents, and then all as an animation.

    It needs a model with `generate(n, seed=…)`, which returns images in [−1, 1].

    Args:
        folder: Where `epoch_000100.png` and so on go; the number is that of the epochs done, 100 after the epoch of
            index 99. Made if need be. When training ends, `progress.gif` shows those up to the last epoch in turn.
        every: Epochs from one picture to the next, at least 1; or an interval such as "500 steps" or "20 kimg".
            Defaults to 100.
        count: Samples in a picture. Defaults to 64.
        seed: Seed of the latents. Defaults to 0.

    Raises:
        ValueError: If `every` is no interval, `count` no integer of at least 1, or `seed` none of at least 0; or when
            training begins, if the model has no `generate`.
    """

    stage = Stage.RECORD
    needs = ("generate",)

    def __init__(self, folder: str | Path, every: int | str = 100, count: int = 64, seed: int = 0) -> None:
        super().__init__(every)
        check_count(count, "count")
        check_seed(seed)
        self.folder = checked_path(folder, "folder")
        self.count = count
        self.seed = seed

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
        super().on_train_begin(logs)
        self.folder.mkdir(parents=True, exist_ok=True)
        self._done = 0

    def act(self, epoch: int, logs: dict[str, float]) -> None:
        picture = sample_picture(self.model, self.count, self.seed, epoch)
        if picture is None:
            return
        # Somebody may have tidied up during a run of days.
        self.folder.mkdir(parents=True, exist_ok=True)
        with whole_file(self.folder / f"epoch_{epoch + 1:06d}.png") as path:
            save_picture(picture, path)
        self._done = epoch + 1

    def on_train_end(self, logs: dict[str, float] | None = None) -> None:
        super().on_train_end(logs)
        frames = [(epochs, path) for epochs, path in pictures(self.folder) if epochs <= self._done]
        if frames:
            save_animation(frames, self.folder / ANIMATION)
