"""A plugin with an extractor that needs no network."""

import os
import pathlib

import numpy as np

from keras_gan.metrics import FeatureExtractor
from keras_gan.parts import EXTRACTORS


@EXTRACTORS.register("colours")
class Colours(FeatureExtractor):
    """Means of colours. Images of samples, of which there are more, are counted in a file of this process."""

    name = "colours"
    weights_hash = "1"
    resize = "none"

    def compute(self, images):
        if len(images) > 30:
            with open(pathlib.Path(os.environ["COLOURS"]) / f"colours_{os.getpid()}", "a") as file:
                file.write(f"{len(images)} ")
        return images.mean(axis=(1, 2), dtype=np.float64)
