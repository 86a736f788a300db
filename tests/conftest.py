import gc
import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import pathlib
import types

import hypothesis
import numpy as np
import pytest

# Fixtures import what they need: the process that only hands out the tests does not wait for TensorFlow.

#: Files that take longest, so that no worker is left alone with one of them at the end.
FIRST = (
    *(
        "test_experiment.py",
        "test_jax.py",
        "test_distribution.py",
        "test_crash.py",
        "test_recovery.py",
        "test_train.py",
        "test_backends.py",
    ),
    *("test_examples.py", "test_wandb.py", "test_contracts.py", "test_registry.py", "test_gan.py"),
    *("test_public_face.py", "test_evaluate.py", "test_cifar10_resnet.py", "test_report.py", "test_step.py"),
    *("test_views.py", "test_signals.py", "test_quality_monitor.py", "test_triage.py", "test_augmented.py"),
    *("test_epoch_parts.py", "test_readme.py", "test_saving.py", "test_composition.py", "test_training_arguments.py"),
    *("test_ladder.py", "test_remedies.py", "test_fuzz.py", "test_ownership.py", "test_moving_averages.py"),
    *("test_feeds.py", "test_upsample_conv.py", "test_files.py", "test_loss_csv.py", "test_averaging.py"),
    *("test_old_runs.py", "test_epoch_log.py", "test_families.py", "test_divergence_guard.py", "test_inception.py"),
    *("test_classification.py", "test_cifar10.py", "test_batch_size.py"),
)

# A busy machine is no failure: the first call of an operation may take longer than Hypothesis gives an example.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")

REFERENCE = pathlib.Path(__file__).parents[2] / "shared"


def pytest_collection_modifyitems(items):
    order = {name: place for place, name in enumerate(FIRST)}
    items.sort(key=lambda item: order.get(item.path.name, len(order)))


def pytest_collection_finish():
    # Millions of objects of imported modules need not be searched for garbage again and again.
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish():
    # pytest collects five times at the end: nothing needs the memory any more.
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def files_that_nobody_waits_for():
    """Files that are not forced to the disk, which takes milliseconds each: no test cuts the power."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", os.fstat)
        yield


@pytest.fixture(scope="session", autouse=True)
def datasets_without_tuning():
    """Datasets of TensorFlow that do not tune themselves.

    TensorFlow 2.21 may wait for up to a minute when it drops an iterator whose dataset tunes itself.
    """
    import keras

    if keras.backend.backend() != "tensorflow":
        yield
        return
    import tensorflow as tf

    options = tf.data.Options()
    options.autotune.enabled = False
    iterate = tf.data.Dataset.__iter__
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tf.data.Dataset, "__iter__", lambda dataset: iterate(dataset.with_options(options)))
        yield


@pytest.fixture(scope="session")
def warm_python():
    """Runs programs in processes that need not load TensorFlow."""
    if not hasattr(os, "fork"):
        pytest.skip("programs are forked")
    from warm_python import WarmPython

    warm_python = WarmPython()
    yield warm_python
    warm_python.close()


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
    from keras_gan.data import load_cifar10

    path = REFERENCE / "data" / "cifar10_jpeg.npz"
    if not path.is_file():
        pytest.skip(f"CIFAR-10 is not at {path}")
    return load_cifar10(path)


@pytest.fixture
def user_cache(tmp_path) -> pathlib.Path:
    """A user cache folder of the test's own."""
    from helpers import cache_apart

    with cache_apart(tmp_path / "cache") as folder:
        yield folder


@pytest.fixture
def wandb_alone(tmp_path):
    """No key, no settings and no run of anybody else on Weights & Biases."""
    from helpers import wandb_apart

    with wandb_apart(tmp_path):
        yield


@pytest.fixture
def clock(monkeypatch):
    """The clock of the callbacks, in seconds; a test moves it on."""
    from keras_gan.callbacks import _clock

    now = types.SimpleNamespace(seconds=1000.0)
    monkeypatch.setattr(_clock, "monotonic", lambda: now.seconds)
    return now


@pytest.fixture
def channels_first():
    """The image format that a user may have in keras.json."""
    import keras

    keras.config.set_image_data_format("channels_first")
    yield
    keras.config.set_image_data_format("channels_last")


@pytest.fixture
def images() -> np.ndarray:
    from helpers import IMAGE_SHAPE

    return np.random.default_rng(0).integers(0, 256, (64, *IMAGE_SHAPE), dtype=np.uint8)


@pytest.fixture
def float_images(images) -> np.ndarray:
    return images.astype("float32") / 127.5 - 1.0


@pytest.fixture(scope="session")
def make_gan():
    """Build a small compiled WGAN, the same one for the same arguments."""
    import keras
    from helpers import small_critic, small_generator

    from keras_gan import WGAN, WeightClipping

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
    from helpers import set_back, state_of

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
