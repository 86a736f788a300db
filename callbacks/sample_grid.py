"""Pictures of what the generator makes, epoch by epoch."""

import math
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageOps, PngImagePlugin

from keras_gan.callbacks._files import numbered_files, whole_file
from keras_gan.callbacks._periodic import Periodic
from keras_gan.callbacks._stages import Stage

#: The animation of a folder's pictures.
ANIMATION = "progress.gif"

#: Pictures that the animation has at most, evenly chosen; it lasts ten seconds.
FRAMES = 100

#: Milliseconds that a frame is shown, and the last one.
FRAME_TIME, LAST_FRAME_TIME = 100, 2000

CAPTION_HEIGHT = 16

#: Text in a picture's file that tells how to cut it: "64 32x32" is 64 images of height and width 32.
TILES = "Tiles"


def image_grid(images: np.ndarray) -> np.ndarray:
    """Lay images out in a grid as square as can be, row by row; what is left of the last row is black.

    Args:
        images: Images `(count, height, width, channels)` in [−1, 1].

    Returns:
        One image `(rows · height, columns · width, channels)`, uint8.
    """
    count, height, width, channels = images.shape
    columns = math.ceil(math.sqrt(count))
    rows = math.ceil(count / columns)
    cells = np.full((rows * columns, height, width, channels), -1.0, np.float32)
    cells[:count] = images
    grid = cells.reshape(rows, columns, height, width, channels).transpose(0, 2, 1, 3, 4)
    grid = grid.reshape(rows * height, columns * width, channels)
    return np.clip(np.round((grid + 1.0) * 127.5), 0, 255).astype(np.uint8)


def grid_picture(images: np.ndarray) -> Image.Image:
    """Return images in [−1, 1] as one picture, laid out by `image_grid`."""
    grid = image_grid(images)
    picture = Image.fromarray(grid[..., 0] if grid.shape[-1] == 1 else grid)
    picture.info[TILES] = "{} {}x{}".format(*images.shape)
    return picture


def save_grid(images: np.ndarray, path: str | Path):
    """Save images in [−1, 1] as one PNG, laid out by `image_grid`; its text "Tiles" tells their number and size."""
    save_picture(grid_picture(images), path)


def save_picture(picture: Image.Image, path: str | Path):
    """Save what `grid_picture` returns as a PNG."""
    text = PngImagePlugin.PngInfo()
    text.add_text(TILES, picture.info[TILES])
    picture.save(path, format="PNG", pnginfo=text)


def sample_picture(model, count: int, seed: int, epoch: int) -> Image.Image | None:
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
    return numbered_files(folder, ".png")


def save_animation(frames: list[tuple[int, Path]], path: Path):
    """Save pictures as an endless GIF, with the epochs done under each.

    Args:
        frames: Pictures of one size as (epochs done, file), at least one; all, or `FRAMES` of them.
        path: The file.
    """
    step = math.ceil(len(frames) / FRAMES)
    chosen = frames[::-1][::step][::-1]
    times = [FRAME_TIME] * (len(chosen) - 1) + [LAST_FRAME_TIME]
    first, *others = _captioned(chosen)
    with whole_file(path) as partial:
        first.save(partial, format="GIF", save_all=True, append_images=others, duration=times, loop=0)


def _captioned(frames: list[tuple[int, Path]]) -> Iterator[Image.Image]:
    for epochs, path in frames:
        with Image.open(path) as picture:
            frame = ImageOps.expand(picture.convert("RGB"), (0, 0, 0, CAPTION_HEIGHT))
        ImageDraw.Draw(frame).text((2, frame.height - CAPTION_HEIGHT + 2), f"epoch {epochs}", "white")
        yield frame


class SampleGrid(Periodic):
    """Save a grid of samples every few epochs and at the end, always of the same latents, and then all as an animation.

    Args:
        folder: Where `epoch_000100.png` and so on go; the number is that of the epochs done. Made if need be. When
            training ends, `progress.gif` shows those up to the last epoch in turn.
        every: Epochs from one picture to the next, at least 1. Defaults to 100.
        count: Samples in a picture. Defaults to 64.
        seed: Seed of the latents. Defaults to 0.

    Raises:
        ValueError: If `every` is less than 1.
    """

    stage = Stage.RECORD

    def __init__(self, folder: str | Path, every: int = 100, count: int = 64, seed: int = 0):
        super().__init__(every)
        self.folder = Path(folder)
        self.count = count
        self.seed = seed

    def on_train_begin(self, logs=None):
        super().on_train_begin(logs)
        self.folder.mkdir(parents=True, exist_ok=True)
        self._done = 0

    def act(self, epoch, logs):
        picture = sample_picture(self.model, self.count, self.seed, epoch)
        if picture is None:
            return
        # Somebody may have tidied up during a run of days.
        self.folder.mkdir(parents=True, exist_ok=True)
        with whole_file(self.folder / f"epoch_{epoch + 1:06d}.png") as path:
            save_picture(picture, path)
        self._done = epoch + 1

    def on_train_end(self, logs=None):
        super().on_train_end(logs)
        frames = [(epochs, path) for epochs, path in pictures(self.folder) if epochs <= self._done]
        if frames:
            save_animation(frames, self.folder / ANIMATION)
