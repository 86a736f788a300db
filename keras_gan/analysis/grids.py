"""Images, cut out of the grids that they were saved in."""

import re
from pathlib import Path

import numpy as np
from PIL import Image

#: Text in a picture's file that tells its tiles, as "64 32x32".
TILES = "Tiles"


def read_grid(path: str | Path) -> np.ndarray | None:
    """Read the images of a grid.

    Args:
        path: A PNG that `SampleGrid` or `save_grid` wrote.

    Returns:
        Images `(count, height, width, channels)` in [−1, 1], float64; None if the file does not tell how to cut it.

    Raises:
        ValueError: If the file is no picture, or has not the size that it tells.
    """
    try:
        with Image.open(path) as picture:
            pixels, tiles = np.asarray(picture), getattr(picture, "text", {}).get(TILES)
    except (OSError, SyntaxError) as error:
        raise ValueError(f"{path} cannot be read as a picture: {error}") from error
    if tiles is None:
        return None
    match = re.fullmatch(r"(\d+) (\d+)x(\d+)", tiles)
    if match is None:
        raise ValueError(f"{path} must tell its tiles as in '64 32x32'. Received: {tiles!r}")
    count, height, width = map(int, match.groups())
    rows, columns = pixels.shape[0] // height, pixels.shape[1] // width
    if pixels.shape[:2] != (rows * height, columns * width) or rows * columns < count:
        raise ValueError(f"{path} must hold {count} tiles of {height}x{width}. Received: a picture {pixels.shape[:2]}")
    cells = pixels.reshape(rows, height, columns, width, -1).swapaxes(1, 2)
    return in_range(cells.reshape(rows * columns, height, width, -1)[:count])


def in_range(images: np.ndarray) -> np.ndarray:
    """Return images, uint8 or already in [−1, 1], as float64 in [−1, 1]."""
    return images / 127.5 - 1.0 if images.dtype == np.uint8 else images.astype(np.float64)
