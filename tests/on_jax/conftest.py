"""Tests of what differs on JAX: `KERAS_BACKEND=jax pytest tests/on_jax`, as where no TensorFlow is installed."""

import sys

import keras

if keras.backend.backend() == "jax":
    # Keras looks for it when it saves a model.
    sys.modules["tensorflow"] = None
else:
    collect_ignore_glob = ["test_*.py"]
