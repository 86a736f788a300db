"""The manifest of a checkpoint: what it is of, and a checksum of each part of it."""

import hashlib
import json
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from keras_gan.checks import check_mapping

#: Name of the manifest inside a `.keras` file, which is a ZIP archive.
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
    """Add a manifest to a `.keras` file: facts, and a SHA-256 of each file in the archive.

    Args:
        path: The file. It stays as it is if it is no archive, as what a model of the user's own may save.
        facts: What the file is of, as values of JSON.
    """
    if not zipfile.is_zipfile(path):
        return
    with zipfile.ZipFile(path, "a") as archive:
        files = {info.filename: _digest(archive, info) for info in archive.infolist()}
        archive.writestr(NAME, json.dumps({"format": FORMAT, **facts, "files": files}, indent=2) + "\n")


def read_manifest(path: Path) -> dict[str, Any] | None:
    """Check a `.keras` file by its manifest, and return the manifest.

    Args:
        path: The file.

    Returns:
        The manifest, or None for a file without one, such as those of earlier versions.

    Raises:
        ValueError: If the file is torn or was altered.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            infos = {info.filename: info for info in archive.infolist()}
            if NAME not in infos:
                return None
            manifest = _parsed(archive.read(NAME) if infos[NAME].file_size <= MAX_BYTES else b"")
            _check_files(archive, infos, manifest["files"])
    except FileNotFoundError:
        raise
    except ARCHIVE_ERRORS as error:
        raise ValueError(f"{path} is no whole checkpoint: {error}") from error
    return manifest


def _parsed(content: bytes) -> dict[str, Any]:
    manifest = json.loads(content.decode("utf-8"))
    if not isinstance(manifest, dict) or not isinstance(manifest.get("files"), dict):
        raise ValueError(f"{NAME} must hold the checksums of files")
    if manifest.get("format") != FORMAT:
        raise ValueError(f"{NAME} must have format {FORMAT}. Received: {str(manifest.get('format'))[:20]}")
    return manifest


def _check_files(archive: zipfile.ZipFile, infos: Mapping[str, zipfile.ZipInfo], files: Mapping[str, Any]) -> None:
    expected, found = set(files), set(infos) - {NAME}
    if expected != found:
        raise ValueError(f"it must hold the files {sorted(expected)}. Received: {sorted(found)}")
    for name, digest in files.items():
        if _digest(archive, infos[name]) != digest:
            raise ValueError(f"{name} must have the checksum in {NAME}. It was altered")


def _digest(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> str:
    digest = hashlib.sha256()
    with archive.open(info) as file:
        while chunk := file.read(2**20):
            digest.update(chunk)
    return digest.hexdigest()
