"""Pictures of what the generator makes, epoch by epoch."""

import math
from pathlib import Path

import numpy as np
from PIL import Image

from keras_gan.callbacks._periodic import Periodic


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


def save_grid(images: np.ndarray, path: str | Path):
    """Save images in [−1, 1] as one PNG, laid out by `image_grid`."""
    grid = image_grid(images)
    Image.fromarray(grid[..., 0] if grid.shape[-1] == 1 else grid).save(path, format="PNG")


class SampleGrid(Periodic):
    """Save a grid of samples every few epochs and at the end, always of the same latents.

    Args:
        folder: Where `epoch_000100.png` and so on go; the number is that of the epochs done. Made if need be.
        every: Epochs from one picture to the next, at least 1. Defaults to 100.
        count: Samples in a picture. Defaults to 64.
        seed: Seed of the latents. Defaults to 0.

    Raises:
        ValueError: If `every` is less than 1.
    """

    def __init__(self, folder: str | Path, every: int = 100, count: int = 64, seed: int = 0):
        super().__init__(every)
        self.folder = Path(folder)
        self.count = count
        self.seed = seed

    def on_train_begin(self, logs=None):
        super().on_train_begin(logs)
        self.folder.mkdir(parents=True, exist_ok=True)

    def act(self, epoch, logs):
        images = self.model.generate(self.count, seed=self.seed)
        save_grid(images, self.folder / f"epoch_{epoch + 1:06d}.png")
