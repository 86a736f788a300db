"""The images that a configuration names, and the checks whether a run can train on them."""

import dataclasses
from pathlib import Path

import numpy as np

from keras_gan.console import say
from keras_gan.data.cifar10 import DownloadError
from keras_gan.data.folder import holds_pictures, load_images
from keras_gan.data.records import record_of
from keras_gan.data.sources import BY_PATH, load_source
from keras_gan.training.config import ExperimentConfig, Part
from keras_gan.training.options import RunOptions
from keras_gan.training.run_folder import load_config
from keras_gan.training.same_run import PREPARATION


def load_training_images(config: ExperimentConfig, options: RunOptions) -> tuple[ExperimentConfig, np.ndarray]:
    """Load the images that a configuration names, or toy horses if CIFAR-10 cannot be downloaded.

    Args:
        config: The configuration.
        options: Options of the run, with the folder of the user's data. A run that is resumed never trains on toy
            horses instead.

    Returns:
        The configuration with the data set that was loaded, and the images, uint8 `(count, height, width, channels)`.

    Raises:
        ValueError: If the images cannot be used.
        OSError: If files cannot be read, or cannot be downloaded for a run that is resumed.
    """
    try:
        images = _loaded(config, options)
        for line in describe_set(images):
            say(line)
        return config, images
    except DownloadError as error:
        if options.resume is not None:
            raise
        say(f"Training on drawn toy horses: CIFAR-10 is not cached and cannot be downloaded ({error}).")
    except FileNotFoundError as error:
        if options.resume is None or config.data.name not in BY_PATH:
            raise
        raise FileNotFoundError(f"{error}. If the images were moved, give their new place by `--data`") from error
    config = dataclasses.replace(config, data=Part("toy"))
    return config, load_source(config.data.name, config.data.arguments)


def load_like(run: Path, path: Path) -> np.ndarray:
    """Load images, of which pictures are prepared as those of a run were: of the same size, and on the same background.

    Args:
        run: Folder of the run, or a file in it. Anything else has no preparation of its own.
        path: Folder, archive or file of images.

    Returns:
        Images, uint8 `(count, height, width, channels)`.

    Raises:
        ValueError: If images cannot be read.
        OSError: If there are none.
    """
    folder = run if run.is_dir() else run.parent
    try:
        part = load_config(folder).data
    except (ValueError, OSError):  # What another program wrote, or `fit` alone.
        return load_images(path)
    how = {name: part.arguments[name] for name in PREPARATION if name in part.arguments} if part.name in BY_PATH else {}
    if not holds_pictures(path) and how.get("fit") != "pad":
        how.pop("background", None)
    return load_images(path, **how)


def _loaded(config: ExperimentConfig, options: RunOptions) -> np.ndarray:
    return load_source(config.data.name, config.data.arguments, options.data_dir, options.cache)


def describe_set(images: np.ndarray) -> list[str]:
    """Return lines about a set that was decoded from files: its size on disk, and what may be wrong with it.

    Args:
        images: The images.
    """
    record = record_of(images)
    if record is None:
        return []
    count, *shape = record.shape
    size = "×".join(map(str, shape))
    lines = [f"{count} images of {size}, decoded: {images.nbytes / 1e6:.1f} MB in {images.filename}"]  # type: ignore[attr-defined]
    if record.skipped:
        lines.append(f"Left out: {record.skipped} files that cannot be read.")
    if record.copies or record.near_duplicates:
        lines.append(
            f"Exact copies of other images: {record.copies}. Near copies: {record.near_duplicates}. A GAN may learn "
            "these by heart."
        )
    return lines


def check_count(count: int, config: ExperimentConfig, options: RunOptions) -> None:
    """Refuse a data set with fewer images than a batch.

    Args:
        count: Number of images.
        config: Configuration of the run.
        options: Options of the run, with the folder of the images.

    Raises:
        ValueError: If there are too few images.
    """
    size = config.run.batch_size
    if count < size:
        source = options.data_dir or f"the data set {config.data.name}"
        raise ValueError(
            f"`batch_size` must be at most the {count} images of {source}. Received: {size}. "
            f"Add images, or give `--batch-size {count}` or less"
        )


def check_shape(images: np.ndarray, made: tuple[int, ...]) -> None:
    """Refuse images of another shape than the generator makes.

    Args:
        images: The images, `(count, height, width, channels)`.
        made: Height, width and channels of what the generator makes.

    Raises:
        ValueError: If the shapes differ, or the images are neither grey nor in colours.
    """
    given = images.shape[1:]
    if given[-1] not in (1, 3, 4):
        raise ValueError(f"Images must have 1, 3 or 4 channels. Received: {given[-1]}")
    if made != given:
        raise ValueError(
            f"`generator` must make images of the data's shape {given}. Received: {made}. Resize pictures with "
            f"`--size {made[0]}x{made[1]}`, or take a preset whose networks follow the images, such as `wgan_small`"
        )
