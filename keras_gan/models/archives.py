"""Checks of a `.keras` file before Keras opens it.

Keras loads such a file in its safe mode, without code and pickles. These checks bound what is allocated for it: a small
file may promise weights, members or layers of any size.
"""

import io
import json
import math
import zipfile
from pathlib import Path

import h5py

from keras_gan.orbax_folders import CONFIG, MAX_CONFIG
from keras_gan.reading import check_inside, open_file

#: Members of the file: the description of the model and its weights.
WEIGHTS = "model.weights.h5"

#: What is promised may be as many times larger than what is stored. Keras compresses nothing.
EXPANSION = 20

#: Bytes or numbers that a small file may promise besides.
ALLOWANCE = 2**20

#: Flag of a member that is encrypted.
ENCRYPTED = 1


def check_archive(path: Path) -> int:
    """Refuse a `.keras` file that is damaged, leads out of itself, or promises far more than it holds.

    Args:
        path: The file.

    Returns:
        How many weights its layers may have.

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
        return EXPANSION * _stored_numbers(stored, len(weights)) + ALLOWANCE


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
