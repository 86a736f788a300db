"""The images that a configuration names."""

import dataclasses

import numpy as np

from keras_gan.console import say
from keras_gan.data.cifar10 import DownloadError
from keras_gan.data.sources import load_source
from keras_gan.training.config import ExperimentConfig, Part
from keras_gan.training.options import RunOptions


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
        return config, load_source(config.data.name, config.data.arguments, options.data_dir)
    except DownloadError as error:
        if options.resume is not None:
            raise
        say(f"Training on drawn toy horses: CIFAR-10 is not cached and cannot be downloaded ({error}).")
    config = dataclasses.replace(config, data=Part("toy"))
    return config, load_source(config.data.name, config.data.arguments)
