"""Formats of checkpoints: files of Keras, and folders of Orbax."""

import secrets
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import keras
import numpy as np

from keras_gan.files import KERAS, ORBAX, PARTIAL, clear_folders, whole_file
from keras_gan.manifest import seal
from keras_gan.orbax_folders import OrbaxWriter, finish_all
from keras_gan.processes import gather, meet, process_index, share_text


class Format(Protocol):
    """How checkpoints are written. `then` is called once one is whole."""

    suffix: str

    def begin(self, folder: Path) -> None:
        """Make a folder ready for checkpoints."""

    def save(
        self, model: keras.Model, path: Path, facts: Mapping[str, Any], then: Callable[[], object], same: Path | None
    ) -> None:
        """Save a model; `same` is a checkpoint of the same state, or None."""

    def exists(self, paths: Sequence[Path]) -> bool:
        """Return whether there is one of these checkpoints."""

    def finish(self) -> None:
        """Wait until all checkpoints are whole."""


class KerasFiles:
    """One `.keras` file for each checkpoint, written while training waits."""

    suffix = KERAS

    def begin(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)

    def save(
        self, model: keras.Model, path: Path, facts: Mapping[str, Any], then: Callable[[], object], same: Path | None
    ) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        with whole_file(path) as partial:
            if same is not None:
                shutil.copyfile(same, partial)
            else:
                model.save(partial)
                seal(partial, facts)
        then()

    def exists(self, paths: Sequence[Path]) -> bool:
        return any(path.exists() for path in paths)

    def finish(self) -> None:
        return


class OrbaxFolders:
    """One folder for each checkpoint, which all processes write to while training goes on.

    Raises:
        ValueError: If the package orbax-checkpoint is not installed.
    """

    suffix = ORBAX

    def __init__(self) -> None:
        self._writer = OrbaxWriter()

    def begin(self, folder: Path) -> None:
        # Of a training that was interrupted.
        finish_all()
        _check_is_shared(folder)
        if process_index() == 0:
            clear_folders(folder)

    def save(
        self, model: keras.Model, path: Path, facts: Mapping[str, Any], then: Callable[[], object], same: Path | None
    ) -> None:
        self._writer.save(model, path, facts, then)

    def exists(self, paths: Sequence[Path]) -> bool:
        self._writer.finish()
        # The first process gives them their names.
        return bool(gather(np.array([any(path.exists() for path in paths)], np.int32))[0, 0])

    def finish(self) -> None:
        self._writer.finish()


#: Formats by name.
FORMATS: dict[str, Callable[[], Format]] = {"keras": KerasFiles, "orbax": OrbaxFolders}


def _check_is_shared(folder: Path) -> None:
    """Refuse a folder that not all processes see."""
    if process_index() == 0:
        folder.mkdir(parents=True, exist_ok=True)
    mark = folder / f"{PARTIAL}{share_text(secrets.token_hex(8))}"
    if process_index() == 0:
        mark.touch()
    meet()
    is_seen = gather(np.array([mark.exists()], np.int32))[:, 0]
    if process_index() == 0:
        mark.unlink()
    if not is_seen.all():
        raise ValueError(
            f"`folder` must be a folder that all processes see, for checkpoints of Orbax. Received: {folder}, which "
            f'process {int(np.argmin(is_seen))} does not. `--checkpoint-format keras`, or format="keras", saves from '
            "the first process alone"
        )
