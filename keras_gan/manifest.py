"""The manifest of a checkpoint: what it is of, and a checksum of each part of it."""

import contextlib
import functools
import hashlib
import json
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any

from keras_gan.checks import check_mapping
from keras_gan.files import replace_text

#: Name of the manifest inside a checkpoint: a `.keras` file, which is a ZIP archive, or a folder.
NAME = "manifest.json"

#: Version of the manifest's format.
FORMAT = 1

#: Most bytes of a manifest that is read.
MAX_BYTES = 2**20

#: What reading a damaged archive may raise.
ARCHIVE_ERRORS = (OSError, EOFError, ValueError, LookupError, RuntimeError, zipfile.BadZipFile, zlib.error)


def check_facts(facts: Any) -> None:
    """Refuse facts that a manifest cannot hold.

    Args:
        facts: Values by name.

    Raises:
        ValueError: If they are no mapping of names to values of JSON.
    """
    check_mapping(facts, "facts")
    try:
        json.dumps(dict(facts))
    except (TypeError, ValueError, RecursionError) as error:
        raise ValueError(f"`facts` must be values of JSON by name. Received: {error}") from error


def seal(path: Path, facts: Mapping[str, Any]) -> None:
    """Add a manifest to a checkpoint: facts, and a SHA-256 of each file in it.

    Args:
        path: The `.keras` file or the folder. A file stays as it is if it is no archive, as what a model of the user's
            own may save.
        facts: What the checkpoint is of, as values of JSON.
    """
    if not path.is_dir() and not zipfile.is_zipfile(path):
        return
    with _contents(path) as contents:
        files = {name: _digest(opened) for name, opened in contents.items() if name != NAME}
    text = json.dumps({"format": FORMAT, **facts, "files": files}, indent=2) + "\n"
    if path.is_dir():
        replace_text(path / NAME, text)
        return
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(NAME, text)


def read_manifest(path: Path) -> dict[str, Any] | None:
    """Check a checkpoint by its manifest, and return the manifest.

    Args:
        path: The `.keras` file or the folder.

    Returns:
        The manifest, or None for a checkpoint without one, such as those of earlier versions.

    Raises:
        ValueError: If it is torn or was altered.
    """
    try:
        with _contents(path) as contents:
            if NAME not in contents:
                return None
            with contents.pop(NAME)() as file:
                manifest = _parsed(file.read(MAX_BYTES + 1))
            _check_files(contents, manifest["files"])
    except FileNotFoundError:
        raise
    except ARCHIVE_ERRORS as error:
        raise ValueError(f"{path} is no whole checkpoint: {error}") from error
    return manifest


@contextlib.contextmanager
def _contents(path: Path) -> Iterator[dict[str, Callable[[], IO[bytes]]]]:
    """Yield what opens each file of a checkpoint, by its name."""
    if path.is_dir():
        everything = sorted(path.rglob("*"))
        if any(each.is_symlink() for each in everything):
            raise ValueError("it must hold no symbolic links")
        files = [each for each in everything if each.is_file()]
        yield {each.relative_to(path).as_posix(): functools.partial(_open, each) for each in files}
        return
    with zipfile.ZipFile(path) as archive:
        yield {info.filename: functools.partial(archive.open, info) for info in archive.infolist()}


def _open(path: Path) -> IO[bytes]:
    return path.open("rb")


def _parsed(content: bytes) -> dict[str, Any]:
    if len(content) > MAX_BYTES:
        raise ValueError(f"{NAME} must have at most {MAX_BYTES} bytes")
    manifest = json.loads(content.decode("utf-8"))
    if not isinstance(manifest, dict) or not isinstance(manifest.get("files"), dict):
        raise ValueError(f"{NAME} must hold the checksums of files")
    if manifest.get("format") != FORMAT:
        raise ValueError(f"{NAME} must have format {FORMAT}. Received: {str(manifest.get('format'))[:20]}")
    return manifest


def _check_files(contents: Mapping[str, Callable[[], IO[bytes]]], files: Mapping[str, Any]) -> None:
    if set(files) != set(contents):
        raise ValueError(f"it must hold the files {sorted(files)}. Received: {sorted(contents)}")
    for name, digest in files.items():
        if _digest(contents[name]) != digest:
            raise ValueError(f"{name} must have the checksum in {NAME}. It was altered")


def _digest(opened: Callable[[], IO[bytes]]) -> str:
    digest = hashlib.sha256()
    with opened() as file:
        while chunk := file.read(2**20):
            digest.update(chunk)
    return digest.hexdigest()
