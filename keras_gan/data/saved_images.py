"""Images saved as files: a folder of PNG files, one picture, an animation, or an array."""

import collections
import concurrent.futures
import itertools
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from keras_gan.checks import check_count, checked_path
from keras_gan.data.grids import grid_picture, on_white, save_picture, tile_picture
from keras_gan.data.images import to_uint8
from keras_gan.files import named_errors, whole_file

#: Suffixes of files that hold all images. A path without a suffix is a folder.
SUFFIXES = (".png", ".npz", ".gif", ".webp")

#: Milliseconds that an animation shows an image.
FRAME_TIME = 60

#: Level of compression: half of the time of Pillow's own at 64×64 pixels, for files that are a tenth larger.
COMPRESSION = 3

#: Files that are compressed at the same time; Pillow lets other threads run meanwhile.
THREADS = 4


def save_images(images: Any, path: str | Path, columns: int | None = None) -> int:
    """Save images, in the form that the path's suffix names.

    | Path | Files |
    | --- | --- |
    | without a suffix | a folder, new or empty, with `000000.png`, `000001.png` and so on |
    | `.png` | one picture, the images arranged in a grid |
    | `.npz` | one array `images`, uint8 `(count, height, width, channels)` |
    | `.gif`, `.webp` | an endless animation; a GIF has no partial transparency, so its images are put on white |

    Args:
        images: Images `(count, height, width, channels)`, uint8 or floats in [−1, 1], with 1 to 4 channels: grey, grey
            and alpha, RGB, RGBA. Or an iterable of such batches, which a folder does not hold in memory.
        path: The folder or the file. A file that exists is replaced.
        columns: Images in a row of a grid. Defaults to None, a nearly square grid.

    Returns:
        The number of images.

    Raises:
        ImageError: If the images have another shape or dtype, or a value is NaN, infinite or outside [−1, 1].
        ValueError: If the suffix is another, there are no images, or `columns` is no integer of at least 1.
        FileExistsError: If the folder has files.
        OSError: If a file cannot be written.

    Example:

    ```python
    kg.save_images(gan.generate(1000, seed=0), "samples")
    kg.save_images(gan.generate(64, seed=0), "samples.png")
    ```
    """
    path = checked_path(path, "path")
    if columns is not None:
        check_count(columns, "columns")
    check_target(path)
    batches = _checked(images)
    if path.suffix == "":
        return _save_files(batches, path)
    whole = np.concatenate(list(batches))
    path.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(path) as partial:
        if path.suffix == ".npz":
            with open(partial, "wb") as file:
                np.savez_compressed(file, images=whole)
        elif path.suffix == ".png":
            save_picture(grid_picture(whole, columns), partial)
        else:
            _save_animation(whole, partial, path.suffix.lstrip(".").upper())
    return len(whole)


def check_target(path: Path, name: str = "path") -> None:
    """Refuse a path that `save_images` cannot save to.

    Args:
        path: A folder or a file.
        name: Name of the path in errors. Defaults to "path".

    Raises:
        ValueError: If its suffix is none of those known.
        FileExistsError: If it is a folder with files, or a file where a folder is wanted or the other way round.
    """
    if path.suffix not in ("", *SUFFIXES):
        known = ", ".join(SUFFIXES)
        raise ValueError(f"`{name}` must be a folder, or a file that ends with {known}. Received: {path}")
    if path.suffix == "" and path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise FileExistsError(f"`{name}` must be a new or empty folder, for these images alone. Received: {path}")
    if path.suffix != "" and path.is_dir():
        raise FileExistsError(f"`{name}` must be a file. Received: {path}, which is a folder")


def _checked(images: Any) -> Iterator[np.ndarray]:
    """Return batches of images in uint8, of which there is at least one."""
    is_whole = isinstance(images, np.ndarray) or hasattr(images, "shape") or not isinstance(images, Iterable)
    batches = map(to_uint8, [images] if is_whole else images)
    first = next(batches, None)
    if first is None:
        raise ValueError("`images` must hold at least one image. Received: none")
    if first.shape[-1] > 4:
        raise ValueError(f"`images` must have 1 to 4 channels. Received: shape {first.shape}")
    return itertools.chain([first], batches)


def _save_files(batches: Iterable[np.ndarray], folder: Path) -> int:
    folder.mkdir(parents=True, exist_ok=True)
    count = 0
    coming: Iterator[None] = iter(())
    with concurrent.futures.ThreadPoolExecutor(THREADS) as threads:
        for batch in batches:
            # The files of the batch before were written while this one was generated; errors of threads come now.
            collections.deque(coming, maxlen=0)
            paths = [folder / f"{count + index:06d}.png" for index in range(len(batch))]
            coming = threads.map(_save_file, batch, paths)
            count += len(batch)
        collections.deque(coming, maxlen=0)
    return count


def _save_file(image: np.ndarray, path: Path) -> None:
    with named_errors(path):
        tile_picture(image).save(path, format="PNG", compress_level=COMPRESSION)


def _save_animation(images: np.ndarray, path: Path, kind: str) -> None:
    frames = [tile_picture(image) for image in images]
    if kind == "GIF":
        frames = [on_white(frame) for frame in frames]
    settings = {"lossless": True} if kind == "WEBP" else {}
    first, *others = frames
    first.save(path, format=kind, save_all=True, append_images=others, duration=FRAME_TIME, loop=0, **settings)
