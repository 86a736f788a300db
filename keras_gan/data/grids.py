"""Pictures that hold a grid of images: layout, saving and reading."""

import math
import re
from pathlib import Path

import numpy as np
from PIL import Image, PngImagePlugin

from keras_gan.checks import require, shortened
from keras_gan.data.images import in_range, nearest_levels
from keras_gan.data.pictures import read_picture
from keras_gan.reading import FileError

#: Key of a text in the PNG file that says how to cut the picture: "64 32x32" means 64 images of height and width 32.
TILES = "Tiles"

#: Most values of a grid.
MAX_GRID = 2**31

#: Pillow's modes of the pictures that `grid_picture` makes, one for each number of channels.
MODES = ("L", "LA", "RGB", "RGBA")


def image_grid(images: np.ndarray, columns: int | None = None) -> np.ndarray:
    """Arrange images row by row in a grid; unused cells of the last row are black, or transparent if images have alpha.

    Args:
        images: Images `(count, height, width, channels)`, floats in [−1, 1] or uint8.
        columns: Images in a row. Defaults to None, for a nearly square grid.

    Returns:
        One image `(rows · height, columns · width, channels)`, uint8.

    Raises:
        ValueError: If the grid would have more than 2³¹ values.
    """
    count, height, width, channels = images.shape
    columns = math.ceil(math.sqrt(count)) if columns is None else columns
    rows = math.ceil(count / columns)
    size = rows * columns * height * width * channels
    require(size <= MAX_GRID, "columns", f"such that the picture has at most {MAX_GRID} values", columns)
    cells = np.zeros((rows * columns, height, width, channels), np.uint8)
    cells[:count] = images if images.dtype == np.uint8 else nearest_levels(images)
    grid = cells.reshape(rows, columns, height, width, channels).transpose(0, 2, 1, 3, 4)
    return grid.reshape(rows * height, columns * width, channels)


def tile_picture(image: np.ndarray) -> Image.Image:
    """Return an image, uint8 `(height, width, channels)`, as a picture of Pillow."""
    return Image.fromarray(image[..., 0] if image.shape[-1] == 1 else image)


def on_white(picture: Image.Image) -> Image.Image:
    """Return a picture without transparency: what was transparent shows white."""
    if picture.mode not in ("LA", "RGBA"):
        return picture
    white = Image.new("RGBA", picture.size, "white")
    return Image.alpha_composite(white, picture.convert("RGBA")).convert("RGB")


def grid_picture(images: np.ndarray, columns: int | None = None) -> Image.Image:
    """Return images, floats in [−1, 1] or uint8, as one picture, arranged by `image_grid`."""
    picture = tile_picture(image_grid(images, columns))
    picture.info[TILES] = "{} {}x{}".format(*images.shape)
    return picture


def save_grid(images: np.ndarray, path: str | Path, columns: int | None = None) -> None:
    """Save images in [−1, 1] as one PNG, arranged by `image_grid`.

    The file's text "Tiles" states the number and the size of the images.
    """
    save_picture(grid_picture(images, columns), path)


def save_picture(picture: Image.Image, path: str | Path) -> None:
    """Save a picture that `grid_picture` returned as a PNG."""
    text = PngImagePlugin.PngInfo()
    text.add_text(TILES, picture.info[TILES])
    picture.save(path, format="PNG", pnginfo=text)


def read_grid(path: str | Path) -> np.ndarray | None:
    """Read the images of a grid.

    Args:
        path: A PNG that `SampleGrid` or `save_grid` wrote.

    Returns:
        Images `(count, height, width, channels)` in [−1, 1], float64; None if the file does not say how to cut it.

    Raises:
        ValueError: If the file is not a picture, or its size does not match its text.
    """
    picture = read_picture(path)
    mode, tiles, pixels = picture.mode, getattr(picture, "text", {}).get(TILES), np.asarray(picture)
    if tiles is None:
        return None
    if mode not in MODES:
        raise FileError(f"{path} must be a picture of mode {' or '.join(MODES)}. Received: mode {mode}")
    match = re.fullmatch(r"([1-9]\d{0,8}) ([1-9]\d{0,8})x([1-9]\d{0,8})", tiles, re.ASCII)
    if match is None:
        raise FileError(f"{path} must tell its tiles as in '64 32x32'. Received: {shortened(repr(tiles))}")
    count, height, width = map(int, match.groups())
    rows, columns = pixels.shape[0] // height, pixels.shape[1] // width
    if pixels.shape[:2] != (rows * height, columns * width) or rows * columns < count:
        raise FileError(f"{path} must hold {count} tiles of {height}x{width}. Received: a picture {pixels.shape[:2]}")
    cells = pixels.reshape(rows, height, columns, width, -1).swapaxes(1, 2)
    return in_range(cells.reshape(rows * columns, height, width, -1)[:count])
