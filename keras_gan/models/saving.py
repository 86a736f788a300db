"""Saved models, read again."""

import zipfile
from pathlib import Path

import keras

from keras_gan.checks import check_flag, checked_path
from keras_gan.files import saved_model
from keras_gan.manifest import read_manifest
from keras_gan.models.gan import GAN


def load_model(path: str | Path) -> keras.Model:
    """Load a saved model: a whole GAN that `save` or `GanCheckpoint` wrote, or a network such as `generator.keras`.

    `keras.saving.load_model` does the same once `keras_gan` is imported. A GAN goes on in training where it was saved.

    Args:
        path: A `.keras` file.

    Returns:
        The model, compiled if it was.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If the file holds no model, or was altered since it was saved with a manifest.

    Example:

    ```python
    gan = kg.load_model("gan.keras")
    images = gan.generate(64, seed=0)
    ```
    """
    path = checked_path(path, "path")
    if not path.is_file():
        raise FileNotFoundError(f"`path` must be a .keras file. Received: {path}, which does not exist or is a folder")
    if zipfile.is_zipfile(path):
        read_manifest(path)
    try:
        return keras.saving.load_model(path)
    except Exception as error:  # Keras and its formats raise many kinds for a damaged file.
        raise ValueError(f"{path} cannot be loaded: {type(error).__name__}: {error}") from error


def load_generator(path: str | Path, averaged: bool = True) -> tuple[keras.Model, Path]:
    """Load the generator of a run, a checkpoint or a saved model.

    Args:
        path: A `.keras` file of a GAN or of a generator; or a folder, of a run or of checkpoints, whose
            `generator.keras`, newest checkpoint or `best.keras` is taken, in this order.
        averaged: Whether to take the averaged generator if there is one. With False, a folder's newest checkpoint is
            taken, because `generator.keras` holds the generator that samples come from alone. Defaults to True.

    Returns:
        The generator, and the file that it comes from.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If the file holds no model, or no GAN where the generator that is trained is asked for, or if
            `averaged` is neither True nor False.
    """
    check_flag(averaged, "averaged")
    file = saved_model(checked_path(path, "path"), is_whole=not averaged)
    if file is None:
        raise FileNotFoundError(
            f"`path` must be a .keras file, or a folder with a {'generator.keras or ' if averaged else ''}checkpoint "
            f"epoch_….keras. Received: {path}"
        )
    model = load_model(file)
    if isinstance(model, GAN):
        return (model.sampling_generator if averaged else model.generator), file
    if not averaged:
        raise ValueError(f"`path` must be a whole GAN, such as a checkpoint. Received: {file}, a generator alone")
    return model, file
