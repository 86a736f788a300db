"""Saved models, read again."""

from pathlib import Path

import keras


def load_model(path: str | Path) -> keras.Model:
    """Load a saved model: a whole GAN that `save` or `GanCheckpoint` wrote, or a network such as `generator.keras`.

    `keras.saving.load_model` does the same once `keras_gan` is imported. A GAN goes on in training where it was saved.

    Args:
        path: A `.keras` file.

    Returns:
        The model, compiled if it was.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If the file holds no model.

    Example:

    ```python
    gan = kg.load_model("gan.keras")
    images = gan.generate(64, seed=0)
    ```
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"`path` must be a .keras file. Received: {path}, which does not exist or is a folder")
    try:
        return keras.saving.load_model(path)
    except Exception as error:  # Keras and its formats raise many kinds for a damaged file.
        raise ValueError(f"{path} cannot be loaded: {type(error).__name__}: {error}") from error
