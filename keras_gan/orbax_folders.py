"""Models in folders that Orbax writes: each process writes the parts of the weights that its devices have.

A folder such as `epoch_000100.orbax` holds `config.json`, the description that a `.keras` file has too, and `weights`,
an Orbax checkpoint. Its manifest is written last, and then it gets its name.
"""

import concurrent.futures
import contextlib
import json
import logging
import weakref
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_gan.checks import shortened
from keras_gan.files import PARTIAL, remove, replace_folder, replace_text
from keras_gan.manifest import seal
from keras_gan.processes import process_index
from keras_gan.reading import read_bytes

#: The description of the model, and the folder of the Orbax checkpoint.
CONFIG, WEIGHTS = "config.json", "weights"

#: Largest size of the description, in bytes: a layer takes about a thousand.
MAX_CONFIG = 2**24

#: The writers of this process. One whose training was interrupted may still be writing.
_writers: "weakref.WeakSet[OrbaxWriter]" = weakref.WeakSet()


def finish_all() -> None:
    """Wait until all writers of this process are done.

    Raises:
        OSError: If a model cannot be written.
    """
    for writer in list(_writers):
        writer.finish()


class OrbaxWriter:
    """Saves models one after another while training goes on.

    Where several processes train together, all must call its methods at the same points, and see the same folders.

    Raises:
        ValueError: If the package orbax-checkpoint is not installed.
    """

    def __init__(self) -> None:
        self._checkpointer = load_orbax().StandardCheckpointer()
        self._first = concurrent.futures.ThreadPoolExecutor(1) if process_index() == 0 else None
        self._committed: concurrent.futures.Future[None] | None = None
        self._path = Path()
        _writers.add(self)

    def save(
        self, model: keras.Model, path: Path, facts: Mapping[str, Any], then: Callable[[], object] | None = None
    ) -> None:
        """Begin to save a model. The weights are those of now; the folder gets its name once it is whole.

        Args:
            model: The model.
            path: The folder. What is there is replaced.
            facts: What its manifest says, as values of JSON.
            then: What the first process calls when the folder is whole, in a thread of its own. Defaults to None,
                nothing.
        """
        self.finish()
        self._path = path = path.absolute()
        partial = path.with_name(f"{PARTIAL}{path.name}")
        if self._first is not None:
            remove(partial)
            partial.mkdir(parents=True)
            with sharing_objects():
                description = json.dumps(keras.saving.serialize_keras_object(model))
            replace_text(partial / CONFIG, description)
        values = {name: _value(each) for name, each in _variables(model).items()}
        with _named_errors(path):
            self._checkpointer.save(partial / WEIGHTS, values)
        if self._first is not None:
            self._committed = self._first.submit(self._commit, partial, path, facts, then)

    def _commit(
        self, partial: Path, path: Path, facts: Mapping[str, Any], then: Callable[[], object] | None = None
    ) -> None:
        with _named_errors(path):
            self._checkpointer.wait_until_finished()
        seal(partial, facts)
        replace_folder(partial, path)
        if then is not None:
            then()

    def finish(self) -> None:
        """Wait until what was saved is whole.

        Raises:
            OSError: If it cannot be written.
        """
        if self._committed is not None:
            committed, self._committed = self._committed, None
            committed.result()
        with _named_errors(self._path):
            self._checkpointer.wait_until_finished()


def save_folder(model: keras.Model, path: Path, facts: Mapping[str, Any]) -> None:
    """Save a model in a folder, and wait until it is whole.

    Args:
        model: The model.
        path: The folder. What is there is replaced.
        facts: What its manifest says, as values of JSON.
    """
    writer = OrbaxWriter()
    try:
        writer.save(model, path, facts)
        writer.finish()
    except BaseException:
        remove(path.with_name(f"{PARTIAL}{path.name}"))
        raise


def read_description(path: Path) -> Any:
    """Return what a folder says about its model, for Keras to make it again.

    Args:
        path: The folder.
    """
    return json.loads(read_bytes(path / CONFIG, MAX_CONFIG))


def stored_bytes(path: Path) -> int:
    """Return the size of a folder's weights, of which each takes a byte at least.

    Args:
        path: The folder.
    """
    return sum(file.stat().st_size for file in (path / WEIGHTS).rglob("*"))


def restore_weights(model: keras.Model, path: Path) -> None:
    """Give a model its weights. They lie on the devices as before.

    Args:
        model: A model as the folder describes it.
        path: The folder.
    """
    variables = _variables(model)
    target = {name: _description(variable) for name, variable in variables.items()}
    values = load_orbax().StandardCheckpointer().restore(path.absolute() / WEIGHTS, target)
    for name, variable in variables.items():
        variable.assign(values[name])


@contextlib.contextmanager
def sharing_objects() -> Iterator[None]:
    """Have an object that two layers share stay one in a description, as in a `.keras` file."""
    # Keras has no public name for this.
    from keras.src.saving.serialization_lib import ObjectSharingScope

    with ObjectSharingScope():
        yield


def _variables(model: keras.Model) -> dict[str, keras.Variable]:
    """Return all variables of a model and of its optimizer, by their number in each.

    Of metrics, it has those that a `.keras` file has too. Metrics that were given to `compile` are none of these: Keras
    makes their variables when training begins.
    """
    optimizer = getattr(model, "optimizer", None)
    kept = [metric for metric in model.metrics if hasattr(metric, "save_own_variables")]
    groups = {
        "model": model.variables,
        "metrics": [variable for metric in kept for variable in metric.variables],
        "optimizer": [] if optimizer is None else optimizer.variables,
    }
    return {
        f"{group}_{index}": variable
        for group, variables in groups.items()
        for index, variable in enumerate({id(each): each for each in variables}.values())
    }


def _value(variable: keras.Variable) -> Any:
    value = variable.value
    # What lies on one device alone is no part of what several processes have.
    is_divided = keras.backend.backend() == "jax" and len(value.sharding.device_set) > 1
    # A copy: the next step overwrites the memory of the weights.
    return value if is_divided else np.array(ops.convert_to_numpy(value))


def _description(variable: keras.Variable) -> Any:
    import jax

    sharding = variable.value.sharding if keras.backend.backend() == "jax" else None
    return jax.ShapeDtypeStruct(tuple(variable.shape), jax.numpy.dtype(variable.dtype), sharding=sharding)


@contextlib.contextmanager
def _named_errors(path: Path) -> Iterator[None]:
    """Let errors of writing say in one line which folder they are about."""
    try:
        yield
    except Exception as error:
        first_line = str(error).partition("\n")[0] or type(error).__name__
        raise OSError(f"{path} cannot be written: {shortened(first_line)}") from error


def load_orbax() -> Any:
    """Return the module of Orbax, which takes a second to import.

    Raises:
        ValueError: If the package orbax-checkpoint is not installed.
    """
    try:
        import orbax.checkpoint
    except ImportError as error:
        raise ValueError(
            f"Folders of Orbax need the package orbax-checkpoint (pip install 'keras-gan[jax]'). Received: {error}"
        ) from error
    logging.getLogger("absl").addFilter(_is_of_others)
    return orbax.checkpoint


def _is_of_others(record: logging.LogRecord) -> bool:
    # What Orbax logs of an error comes as an error too.
    return "orbax" not in record.pathname
