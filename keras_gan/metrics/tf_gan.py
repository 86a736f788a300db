"""Loader of the parts of TF-GAN that work with current versions of TensorFlow.

`import tensorflow_gan` fails because it uses `tf.estimator`, which TensorFlow 2.16 removed, and `distutils`, which
Python 3.12 removed. Its sub-packages work if the code of the packages above them is not run.
"""

import importlib
import importlib.machinery
import importlib.util
import sys
import types

PARTS = ("eval", "features", "losses")

#: Modules that the parts import. TensorFlow Hub needs `pkg_resources`, which newer versions of setuptools do not have.
MODULES = ("tensorflow", "tensorflow_gan", "tensorflow_probability", "tensorflow_hub", "tf_keras", "pkg_resources")


def missing() -> list[str]:
    """Return the modules that TF-GAN needs and that are not installed. The list is empty if TF-GAN can be loaded."""
    return [name for name in MODULES if importlib.util.find_spec(name) is None]


def load(part: str) -> types.ModuleType:
    """Import a sub-package of TF-GAN.

    Args:
        part: `"eval"`, `"features"` or `"losses"`.

    Returns:
        The module `tensorflow_gan.python.<part>`.

    Raises:
        ValueError: If `part` is not one of these.
        ModuleNotFoundError: If TF-GAN, or a module that it needs, is not installed.
    """
    if part not in PARTS:
        raise ValueError(f"`part` must be one of {PARTS}. Received: part={part!r}")
    if absent := missing():
        raise ModuleNotFoundError(
            f"TF-GAN needs {', '.join(absent)}, which cannot be imported: pip install 'keras-gan[tensorflow-gan]'"
        )
    if "tensorflow_gan" not in sys.modules:
        spec = importlib.util.find_spec("tensorflow_gan")
        if spec is None or spec.submodule_search_locations is None:
            raise ModuleNotFoundError("No module named 'tensorflow_gan'", name="tensorflow_gan")
        folders = list(spec.submodule_search_locations)
        _register_empty("tensorflow_gan", folders)
        _register_empty("tensorflow_gan.python", [f"{folder}/python" for folder in folders])
    return importlib.import_module(f"tensorflow_gan.python.{part}")


def _register_empty(name: str, folders: list[str]) -> None:
    module = types.ModuleType(name)
    module.__path__ = folders
    module.__spec__ = importlib.machinery.ModuleSpec(name, None, is_package=True)
    sys.modules[name] = module
