"""Saved models, read again."""

import math
from pathlib import Path

import keras

from keras_gan.checks import check_flag, checked_path, require, shortened
from keras_gan.data.pictures import MAX_PIXELS
from keras_gan.files import MODELS, ORBAX, is_model, saved_model, whole_file
from keras_gan.manifest import read_manifest, seal
from keras_gan.models.archives import ALLOWANCE, EXPANSION, check_archive
from keras_gan.models.bounds import bounded_weights
from keras_gan.models.gan import GAN
from keras_gan.orbax_folders import (
    read_description,
    restore_weights,
    save_folder,
    sharing_objects,
    stored_bytes,
)
from keras_gan.reading import FileError, reading


def load_model(path: str | Path) -> keras.Model:
    """Load a saved model: a whole GAN that `save` or `GanCheckpoint` wrote, or a network such as `generator.keras`.

    `keras.saving.load_model` does the same with a `.keras` file once `keras_gan` is imported. A GAN goes on in training
    where it was saved.

    The file may come from anywhere: no code in it runs, and a file that promises far more than it holds is refused
    before memory is allocated.

    Args:
        path: A `.keras` file, or an `.orbax` folder that `GanCheckpoint` wrote.

    Returns:
        The model, compiled if it was.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If the file holds no model, must not be loaded, or was altered since it was saved with a manifest.

    Example:

    ```python
    gan = kg.load_model("gan.keras")
    images = gan.generate(64, seed=0)
    ```
    """
    path = checked_path(path, "path")
    if not (path.is_file() or is_model(path)):
        raise FileNotFoundError(f"`path` must be a .keras file or an .orbax folder. Received: {path}, which is neither")
    try:
        with reading("it", "a saved Keras model"):
            if path.is_dir():
                return _load_folder(path)
            stored = check_archive(path)
            read_manifest(path)
            with bounded_weights("its layers", stored):
                return keras.saving.load_model(path, safe_mode=True)
    except (FileError, OSError) as error:
        # Of a member that is both a file and a folder, Keras says which name outside was not a folder.
        if isinstance(error, OSError) and error.filename == str(path):
            raise
        raise FileError(f"{path} cannot be loaded: {shortened(error, 400)}") from error


def _load_folder(path: Path) -> keras.Model:
    if read_manifest(path) is None:
        raise ValueError("a folder without a manifest")
    most = EXPANSION * stored_bytes(path) + ALLOWANCE
    with bounded_weights("its layers", most), sharing_objects():
        model = keras.saving.deserialize_keras_object(read_description(path), safe_mode=True)
    if not isinstance(model, keras.Model):
        raise ValueError(f"a {type(model).__name__}")
    restore_weights(model, path)
    return model


def convert_model(source: str | Path, target: str | Path | None = None) -> Path:
    """Turn a saved model into the other format, with the facts in its manifest.

    Args:
        source: A `.keras` file or an `.orbax` folder.
        target: The folder or file to write; its name ends with the format. Defaults to None, that of the other format
            beside the source.

    Returns:
        The target.

    Raises:
        FileNotFoundError: If there is no such model.
        FileExistsError: If the target exists.
        ValueError: If the source cannot be loaded, or the target has another ending.
    """
    source = checked_path(source, "source")
    other = next(suffix for suffix in MODELS if suffix != source.suffix)
    target = source.with_suffix(other) if target is None else checked_path(target, "target")
    require(target.suffix in MODELS, "target", f"a path that ends with {' or '.join(MODELS)}", target)
    if target.exists():
        raise FileExistsError(f"`target` must not exist. Received: {target}")
    target.parent.mkdir(parents=True, exist_ok=True)
    model = load_model(source)
    manifest = read_manifest(source) or {}
    facts = {name: value for name, value in manifest.items() if name not in ("format", "files")}
    if target.suffix == ORBAX:
        save_folder(model, target, facts)
    else:
        with whole_file(target) as partial:
            model.save(partial)
            seal(partial, facts)
    return target


def load_generator(path: str | Path, averaged: bool = True) -> tuple[keras.Model, Path]:
    """Load the generator of a run, a checkpoint or a saved model.

    Args:
        path: A saved model, of a GAN or of a generator; or a folder, of a run or of checkpoints, whose
            `generator.keras`, newest checkpoint or best model is taken, in this order.
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
            f"`path` must be a .keras file, an .orbax folder, or a folder with a "
            f"{'generator.keras or ' if averaged else ''}checkpoint epoch_….keras. Received: {path}"
        )
    model = load_model(file)
    if isinstance(model, GAN):
        model = model.sampling_generator if averaged else model.generator
    elif not averaged:
        raise ValueError(f"`path` must be a whole GAN, such as a checkpoint. Received: {file}, a generator alone")
    _check_images(model, file)
    return model, file


def _check_images(generator: keras.Model, file: Path) -> None:
    """Refuse a network without weights to speak of that would fill memory with its images."""
    shape = getattr(generator, "output_shape", None)
    sides = shape[1:] if isinstance(shape, tuple) and all(isinstance(side, int) for side in shape[1:]) else ()
    if math.prod(sides) > MAX_PIXELS:
        raise FileError(f"{file} must make images of at most {MAX_PIXELS} values. Received: {sides}")
