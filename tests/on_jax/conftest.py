"""Tests of what differs on JAX: `KERAS_BACKEND=jax pytest tests/on_jax`, as where no TensorFlow is installed."""

import sys

import keras


class NoTensorFlow:
    def find_spec(self, name, path=None, target=None):
        if name == "tensorflow":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


if keras.backend.backend() == "jax":
    sys.meta_path.insert(0, NoTensorFlow())
else:
    collect_ignore_glob = ["test_*.py"]
