import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import pathlib

import keras
import numpy as np
import pytest
from helpers import IMAGE_SHAPE, small_critic, small_generator

from keras_gan import WGAN, WeightClipping

REFERENCE = pathlib.Path(__file__).parents[2] / "shared"


@pytest.fixture
def reference_dir() -> pathlib.Path:
    """The documents that specify the behaviour; beside the checkout, or nowhere."""
    path = REFERENCE / "reference"
    if not path.is_dir():
        pytest.skip(f"the specification is not at {path}")
    return path


@pytest.fixture
def images() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (64, *IMAGE_SHAPE), dtype=np.uint8)


@pytest.fixture
def float_images(images) -> np.ndarray:
    return images.astype("float32") / 127.5 - 1.0


@pytest.fixture
def make_gan():
    """Build a small compiled WGAN, the same one for the same arguments."""

    def make(lipschitz=WeightClipping(0.01), n_critic=2, generator=None, critic=None, compile_options=None, **kwargs):
        keras.utils.set_random_seed(7)
        gan = WGAN(generator or small_generator(), critic or small_critic(), lipschitz, n_critic, seed=1, **kwargs)
        gan.compile(
            critic_optimizer=keras.optimizers.RMSprop(1e-3),
            generator_optimizer=keras.optimizers.RMSprop(1e-3),
            **(compile_options or {}),
        )
        return gan

    return make
