"""Tests on four devices, which are parts of the processor: `KERAS_BACKEND=jax pytest tests/distribution`."""

import os
import pathlib
import tempfile

import keras
import numpy as np
import pytest

from keras_gan.data import toy_horses
from keras_gan.data.horses import ARCHIVE_NAME

COUNT = 4

if keras.backend.backend() == "jax":
    programs = tempfile.TemporaryDirectory()
    import jax

    jax.config.update("jax_num_cpu_devices", COUNT)
    # XLA reads its flags when the first program is compiled.
    dump = f"--xla_dump_to={programs.name} --xla_dump_hlo_as_text --xla_dump_hlo_module_re=.*_run_steps.*"
    os.environ["XLA_FLAGS"] = f"{os.environ.get('XLA_FLAGS', '')} {dump}"
else:
    collect_ignore_glob = ["test_*.py"]


@pytest.fixture
def compiled_step():
    """Return the step that was compiled last, as a text of XLA."""

    def read() -> str:
        found = pathlib.Path(programs.name).glob("*after_optimizations.txt")
        return max(found, key=lambda path: path.stat().st_mtime_ns).read_text()

    return read


@pytest.fixture
def devices():
    """Spread batches over a number of devices until the test ends."""

    def spread(count: int) -> None:
        chosen = keras.distribution.list_devices()[:count]
        alone = keras.distribution.DataParallel(devices=chosen, auto_shard_dataset=False)
        keras.distribution.set_distribution(None if count == 1 else alone)

    yield spread
    keras.distribution.set_distribution(None)


@pytest.fixture
def data_dir(tmp_path):
    """Return a folder with drawn images in the place of CIFAR-10's horses."""
    folder = tmp_path / "data"
    folder.mkdir()
    np.savez(folder / ARCHIVE_NAME, x_train=toy_horses(42, seed=0), x_test=toy_horses(4, seed=1))
    return folder
