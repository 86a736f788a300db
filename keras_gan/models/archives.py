"""Checks of a `.keras` file before Keras opens it.

Keras loads such a file in its safe mode, without code and pickles. These checks bound what is allocated for it: a small
file may promise weights, members or layers of any size.
"""

import contextlib
import io
import json
import math
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import h5py
import keras

from keras_gan.reading import check_inside, open_file

#: Members of the file: the description of the model and its weights.
CONFIG, WEIGHTS = "config.json", "model.weights.h5"

#: Largest size of the description, in bytes: a layer takes about a thousand.
MAX_CONFIG = 2**24

#: What is promised may be as many times larger than what is stored. Keras compresses nothing.
EXPANSION = 20

#: Bytes or numbers that a small file may promise besides.
ALLOWANCE = 2**20

#: Flag of a member that is encrypted.
ENCRYPTED = 1

#: One model is loaded at a time, because `bounded_weights` looks at all layers.
_loading = threading.RLock()


def check_archive(path: Path) -> int:
    """Refuse a `.keras` file that is damaged, leads out of itself, or promises far more than it holds.

    Args:
        path: The file.

    Returns:
        How many numbers its weights are.

    Raises:
        Exception: Whatever `zipfile`, `json` and h5py raise; a caller reads in the context `reading`.
    """
    with open_file(path) as file, zipfile.ZipFile(file) as archive:
        _check_members(archive)
        # Read to the end, where their checksums are checked.
        config, weights = json.loads(archive.read(CONFIG)), archive.read(WEIGHTS)
    if not isinstance(config, dict):
        raise ValueError(f"{CONFIG} without an object")
    with h5py.File(io.BytesIO(weights)) as stored:
        return _stored_numbers(stored, len(weights))


@contextlib.contextmanager
def bounded_weights(stored: int) -> Iterator[None]:
    """Refuse layers that are built in this context, before their memory is allocated, if they have too many weights.

    The description of a model may ask for layers of any size. Keras offers no place to look at them before.

    Args:
        stored: How many numbers are stored for all layers.

    Raises:
        ValueError: If they have far more weights.
    """
    thread, made = threading.get_ident(), 0
    refusal: ValueError | None = None

    def counted(layer: keras.Layer, shape: Any = None, *args: Any, **kwargs: Any) -> Any:
        nonlocal made, refusal
        if threading.get_ident() == thread:
            made += math.prod(shape) if isinstance(shape, (tuple, list)) else 1
            try:
                _check_promise(made, stored, f"layers of {made} weights")
            except ValueError as error:
                refusal = error
                raise
        return add_weight(layer, shape, *args, **kwargs)

    with _loading:
        add_weight = keras.Layer.add_weight
        keras.Layer.add_weight = counted
        try:
            yield
        except Exception:
            if refusal is None:
                raise
            # Keras buries it in a longer error.
            raise refusal from None
        finally:
            keras.Layer.add_weight = add_weight
        if refusal is not None:
            raise refusal


def _check_members(archive: zipfile.ZipFile) -> None:
    names = archive.namelist()
    check_inside(names, "it")
    missing = [name for name in (CONFIG, WEIGHTS) if name not in names]
    if missing or len(set(names)) < len(names):
        raise ValueError(f"an archive without {' and '.join(missing)}" if missing else "two members of one name")
    for member in archive.infolist():
        if member.flag_bits & ENCRYPTED:
            raise ValueError(f"an encrypted {member.filename}")
        _check_promise(member.file_size, member.compress_size, f"{member.filename} of {member.file_size} bytes")
    if archive.getinfo(CONFIG).file_size > MAX_CONFIG:
        raise ValueError(f"{CONFIG} of more than {MAX_CONFIG} bytes")


def _check_promise(promised: int, stored: int, what: str) -> None:
    if promised > EXPANSION * stored + ALLOWANCE:
        raise ValueError(f"{what}, of which {stored} are stored")


def _stored_numbers(file: h5py.File, size: int) -> int:
    """Return how many numbers a file of weights holds, none of which are in other files."""
    sizes, bytes_ = [0], [0]

    def visit(name: str, item: h5py.Group | h5py.Dataset) -> None:
        if isinstance(item, h5py.Group):
            links = (item.get(key, getlink=True) for key in item)
            if not all(isinstance(link, h5py.HardLink) for link in links):
                raise ValueError(f"weights {name} in another file")
        elif item.external or item.is_virtual:
            raise ValueError(f"weights {name} in another file")
        else:
            sizes.append(math.prod(item.shape))
            bytes_.append(sizes[-1] * item.dtype.itemsize)

    visit("/", file)
    file.visititems(visit)
    _check_promise(sum(bytes_), size, f"weights of {sum(bytes_)} bytes")
    return sum(sizes)
