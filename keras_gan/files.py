"""Files that are either whole or not there, and errors that name them."""

import contextlib
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

#: What the name of a file that is being written begins with.
PARTIAL = "partial_"

#: What names of saved models end with: files of Keras, and folders of Orbax.
KERAS, ORBAX = MODELS = (".keras", ".orbax")

#: What the name of a folder begins with while another one takes its place.
REPLACED = f"{PARTIAL}old_"

#: Names of numbered files, without their suffix.
_EPOCH = re.compile(r"epoch_(\d{1,15})(?:_step_(\d{1,15}))?")


@contextlib.contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Yield a path to write to; what is there becomes `path` once it is whole, whenever the process may die.

    The file is on disk before it gets its name, and its name is on disk before this returns.

    If writing fails, `path` stays what it was. If `path` is a symbolic link, it stays one: its target is replaced.

    Raises:
        OSError: If the file cannot be written; the message names it.
    """
    target = Path(os.path.realpath(path))
    # Beside the target, because only a file of the same file system can replace it at once.
    partial = target.with_name(f"{PARTIAL}{path.name}")
    try:
        with named_errors(path):
            yield partial
            with open(partial, "rb+") as file:
                os.fsync(file.fileno())
            _rename(partial, target)
            _sync_folder(target.parent)
    finally:
        partial.unlink(missing_ok=True)


def _rename(partial: Path, target: Path) -> None:
    """Put a file in the place of another one at once."""
    try:
        os.replace(partial, target)
    except OSError as error:
        named = OSError(
            f"{target} cannot be written: {error.strerror}. A file that was written beside it could not be renamed to "
            "it; use another file system if this one never lets a file replace another"
        )
        named.errno = error.errno
        raise named from error


def _sync_folder(folder: Path) -> None:
    """Have the names in a folder written to disk, where the platform can do this."""
    # Windows opens no folders, and some file systems cannot synchronise them.
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def replace_folder(partial: Path, path: Path) -> None:
    """Give a folder its name. What had this name stays whole under another one until then, and is removed.

    Args:
        partial: The folder.
        path: Its name.
    """
    old = path.with_name(f"{REPLACED}{path.name}")
    remove(old)
    if path.exists():
        path.rename(old)
    partial.rename(path)
    _sync_folder(path.parent)
    remove(old)


def remove(path: Path) -> None:
    """Remove a file or a folder, if there is one. A symbolic link is removed, and what it leads to stays.

    Args:
        path: Its path.
    """
    if path.is_symlink() or not path.is_dir():
        path.unlink(missing_ok=True)
        return
    partial = path
    if not path.name.startswith(PARTIAL):
        # A process that dies meanwhile leaves nothing that looks whole.
        partial = path.with_name(f"{PARTIAL}{path.name}")
        remove(partial)
        path.rename(partial)
    shutil.rmtree(partial)


def clear_folders(parent: Path) -> None:
    """Remove folders of Orbax that a process has left that died while it wrote.

    Args:
        parent: The folder that they are in.
    """
    for partial in parent.glob(f"{PARTIAL}*{ORBAX}"):
        path = parent / partial.name.removeprefix(REPLACED)
        if partial.name.startswith(REPLACED) and not path.exists():
            # It died before the new one had this name.
            partial.rename(path)
        else:
            remove(partial)


def replace_text(path: Path, text: str) -> None:
    """Write a text file in place of what is there; it is whole even if the process dies meanwhile.

    Args:
        path: The file.
        text: All that it is to hold.

    Raises:
        OSError: If the file cannot be written; the message names it.
    """
    with whole_file(path) as partial:
        # A name of a file may have bytes that are no text.
        partial.write_text(text, encoding="utf-8", errors="backslashreplace")


def numbered_files(folder: str | Path, *suffixes: str) -> list[tuple[int, Path]]:
    """Return a folder's files of some suffixes as (number, file), sorted; none if there is no such folder.

    Their names are `epoch_000100`, or `epoch_000100_step_000020` for what was saved within the epoch after.
    """
    paths = {path: _EPOCH.fullmatch(path.stem) for path in Path(folder).glob("epoch_*") if path.suffix in suffixes}
    found = sorted((int(match[1]), int(match[2] or 0), path) for path, match in paths.items() if match)
    return [(number, path) for number, _, path in found]


def steps_in_name(path: Path) -> int:
    """Return the steps of an epoch that a numbered file was saved after: 0 for one that was saved between epochs.

    Args:
        path: The file, as `epoch_000100_step_000020.keras`.
    """
    match = _EPOCH.fullmatch(path.stem)
    return int(match[2] or 0) if match else 0


def is_model(path: Path) -> bool:
    """Return whether a path is that of a saved model: a `.keras` file or an `.orbax` folder.

    Args:
        path: The path.
    """
    return path.is_file() if path.suffix == KERAS else path.suffix in MODELS and path.is_dir()


def saved_model(path: str | Path, is_whole: bool = False) -> Path | None:
    """Return the saved model that a path stands for.

    Args:
        path: A `.keras` file or an `.orbax` folder; or a folder, of a run or of checkpoints.
        is_whole: Whether to look for a whole GAN only, and not for a generator alone. Defaults to False.

    Returns:
        The file; of a folder `generator.keras`, else the newest checkpoint, else the best one; None if there is none.
    """
    path = Path(path)
    if is_model(path):
        return path
    folders = (path / "checkpoints", path)
    newest = [file for folder in folders for _, file in numbered_files(folder, *MODELS)[-1:]]
    generators = [] if is_whole else [path / "generator.keras"]
    found = [*generators, *newest, *(folder / f"best{suffix}" for folder in folders for suffix in MODELS)]
    return next((file for file in found if is_model(file)), None)


@contextlib.contextmanager
def named_errors(path: Path) -> Iterator[None]:
    """Let errors of writing, such as that of a full disk, say which file they are about."""
    try:
        yield
    except OSError as error:
        if error.filename is not None:
            raise
        named = OSError(f"{path} cannot be written: {error.strerror or error}")
        named.errno = error.errno
        raise named from error
