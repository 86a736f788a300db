import gc
import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import pathlib

import hypothesis
import keras
import numpy as np
import pytest
from helpers import IMAGE_SHAPE, cache_apart, set_back, small_critic, small_generator, state_of, wandb_apart

from keras_gan import WGAN, WeightClipping
from keras_gan.data import load_cifar10

#: Files that take minutes, so that no worker is left alone with one of them at the end.
FIRST = ("test_jax.py", "test_experiment.py", "test_registry.py", "test_triage.py", "test_train.py", "test_evaluate.py")

# A busy machine is no failure: the first call of an operation may take longer than Hypothesis gives an example.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")

REFERENCE = pathlib.Path(__file__).parents[2] / "shared"


def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: item.path.name not in FIRST)


def pytest_collection_finish():
    # Millions of objects of imported modules need not be searched for garbage again and again.
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


@pytest.fixture
def reference_dir() -> pathlib.Path:
    """The documents that specify the behaviour; beside the checkout, or nowhere."""
    path = REFERENCE / "reference"
    if not path.is_dir():
        pytest.skip(f"the specification is not at {path}")
    return path


@pytest.fixture(scope="session")
def cifar10():
    """All of CIFAR-10, from the copy beside the checkout."""
    path = REFERENCE / "data" / "cifar10_jpeg.npz"
    if not path.is_file():
        pytest.skip(f"CIFAR-10 is not at {path}")
    return load_cifar10(path)


@pytest.fixture
def user_cache(tmp_path) -> pathlib.Path:
    """A user cache folder of the test's own."""
    with cache_apart(tmp_path / "cache") as folder:
        yield folder


@pytest.fixture
def wandb_alone(tmp_path):
    """No key, no settings and no run of anybody else on Weights & Biases."""
    with wandb_apart(tmp_path):
        yield


@pytest.fixture
def images() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (64, *IMAGE_SHAPE), dtype=np.uint8)


@pytest.fixture
def float_images(images) -> np.ndarray:
    return images.astype("float32") / 127.5 - 1.0


@pytest.fixture(scope="session")
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


@pytest.fixture(scope="module")
def untrained(make_gan):
    """Return a small WGAN in the state in which it was made.

    The tests of a file share it, because compiling its step takes a second: copy its values before the next call.
    """
    made = {}

    def untrained(n_critic=2, steps_per_execution=1):
        key = n_critic, steps_per_execution
        if key not in made:
            gan = make_gan(n_critic=n_critic, compile_options={"steps_per_execution": steps_per_execution})
            made[key] = gan, state_of(gan)
        gan, state = made[key]
        set_back(gan, state)
        return gan

    return untrained
