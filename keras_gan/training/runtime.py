"""The process of a run: its backend, seeds and versions, and the data that it has read."""

import os
import platform
import sys
from importlib import metadata
from typing import Any

import keras
import numpy as np

from keras_gan import data
from keras_gan.console import say
from keras_gan.sharding import shards

#: Packages whose versions the bits of a run depend on: for all backends, and for each backend.
PACKAGES = ("keras-gan", "keras", "numpy")
BACKEND_PACKAGES = {"tensorflow": ("tensorflow",), "jax": ("jax", "jaxlib")}


def check_dispatches(steps_per_execution: int) -> None:
    """Refuse several steps in one call of a backend that cannot do so.

    Args:
        steps_per_execution: Steps in one call.

    Raises:
        ValueError: If there are more than one, and the backend is not JAX.
    """
    backend = keras.backend.backend()
    if steps_per_execution > 1 and backend != "jax":
        raise ValueError(
            "`steps_per_execution` must be 1 unless the Keras backend is jax (KERAS_BACKEND=jax). "
            f"Received: {steps_per_execution} on {backend}"
        )


def leave_tensorflow_out() -> None:
    """Keep Keras on another backend from importing TensorFlow, which it does not need to save models and set seeds."""
    from keras.src.utils import module_utils

    if keras.backend.backend() != "tensorflow" and "tensorflow" not in sys.modules:
        # An entry in `sys.modules` would not do, because Keras would take TensorFlow as installed.
        module_utils.tensorflow._available = False


def set_seeds(seed: int, deterministic: bool = False) -> None:
    """Seed Python, NumPy and the backend, and restrict the backend to deterministic ops if asked to.

    Args:
        seed: The seed.
        deterministic: Whether to allow deterministic ops only. Defaults to False.
    """
    leave_tensorflow_out()
    keras.utils.set_random_seed(seed)
    if deterministic:
        _restrict_to_deterministic_ops()


def _restrict_to_deterministic_ops() -> None:
    if keras.backend.backend() == "jax":
        flags, flag = os.environ.get("XLA_FLAGS", ""), "--xla_gpu_deterministic_ops=true"
        if flag not in flags.split():
            os.environ["XLA_FLAGS"] = f"{flags} {flag}".strip()
        say("Deterministic ops: on, unless this process has used JAX before: XLA reads its flags once.")
        return
    import tensorflow as tf

    tf.config.experimental.enable_op_determinism()
    say("Deterministic ops: on. XLA: off, because Keras does not compile deterministic ops.")


def software() -> dict[str, Any]:
    """Return the backend, and the versions that the bits of a run depend on."""
    backend = keras.backend.backend()
    versions = {package: metadata.version(package) for package in (*PACKAGES, *BACKEND_PACKAGES[backend])}
    return {"backend": backend, "versions": {**versions, "python": platform.python_version()}}


def environment(images: np.ndarray) -> dict[str, Any]:
    """Return what the bits of a run depend on besides its configuration: the software, the devices and the data.

    Args:
        images: The images, uint8.
    """
    devices = {} if shards() == 1 else {"devices": shards()}
    return {**software(), **devices, "data": {"images": len(images), "sha256": data.fingerprint(images)}}
