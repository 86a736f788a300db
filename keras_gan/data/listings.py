"""The picture files of a folder or a ZIP archive, which is read in place."""

import dataclasses
import os
import stat
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import IO

import numpy as np

from keras_gan.data.pictures import MAX_FILE_BYTES
from keras_gan.reading import FileError, check_inside, open_file, reading

#: Suffixes of the files that are read.
IMAGE_SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".webp", ".gif", ".tif", ".tiff")


@dataclasses.dataclass(frozen=True)
class Listing:
    """Picture files in the order of their names.

    Attributes:
        source: The folder or the archive.
        names: Names inside the source, with slashes.
        stamp: Facts that change when a file is written, so that an unchanged source need not be read again.
        newest: Time of the latest change, in nanoseconds.
        archive: The open archive; None for a folder.
    """

    source: Path
    names: Sequence[str]
    stamp: str
    newest: int
    archive: zipfile.ZipFile | None = None

    def read(self, name: str) -> bytes:
        """Return the bytes of a file.

        Raises:
            ValueError: If it cannot be read, or is too large.
        """
        try:
            with reading("it", "a file that can be read"), self._open(name) as file:
                # The size in an archive's list may be a lie.
                content = file.read(MAX_FILE_BYTES + 1)
        except OSError as error:
            raise FileError(f"it cannot be read: {error.strerror}") from error
        if len(content) > MAX_FILE_BYTES:
            raise FileError(f"it must have at most {MAX_FILE_BYTES} bytes, unpacked")
        return content

    def _open(self, name: str) -> IO[bytes]:
        return open_file(self.source / name) if self.archive is None else self.archive.open(name)

    def classes(self) -> tuple[np.ndarray, list[str]]:
        """Return the class of each file and the names of the classes.

        A class is a sub-folder of the source, or of the only folder that an archive holds. A file beside these has the
        class −1.
        """
        parts = [PurePosixPath(name).parts for name in self.names]
        if self.archive is not None and len({first for first, *_ in parts}) == 1 and min(map(len, parts)) > 1:
            parts = [rest for _, *rest in parts]  # type: ignore[misc]
        found = sorted({each[0] for each in parts if len(each) > 1})
        index = {name: number for number, name in enumerate(found)}
        labels = [index[each[0]] if len(each) > 1 else -1 for each in parts]
        return np.array(labels, np.int32), found


def list_folder(folder: Path) -> Listing:
    """List the picture files of a folder and its sub-folders.

    Hidden files and folders are left out. Links to folders are followed; a folder is read once.

    Raises:
        FileNotFoundError: If there are none.
    """
    files = sorted(_walk(folder), key=lambda file: PurePosixPath(file[0]).parts)
    _check_some([name for name, _ in files], folder)
    stamp, newest = [], 0
    for name, status in files:
        stamp.append((name, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns))
        newest = max(newest, status.st_mtime_ns, status.st_ctime_ns)
    return Listing(folder, [name for name, _ in files], repr(stamp), newest)


def list_archive(path: Path) -> Listing:
    """List the picture files of a ZIP archive, which stays open.

    Raises:
        FileNotFoundError: If there are none.
        ValueError: If it is no archive, or a name leads out of it.
    """
    status = path.stat()
    with reading(path, "a whole ZIP archive of pictures"):
        archive = zipfile.ZipFile(path)
    names = {info.filename for info in archive.infolist() if not info.is_dir()}
    check_inside(names, path)
    kept = sorted(filter(_is_wanted, names), key=lambda name: PurePosixPath(name).parts)
    _check_some(kept, path)
    stamp = (status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
    return Listing(path, kept, repr(stamp), max(stamp[2:]), archive)


def _check_some(names: Sequence[str], source: Path) -> None:
    if not names:
        raise FileNotFoundError(f"No images in {source}: it must hold {', '.join(IMAGE_SUFFIXES)} files")


def _is_wanted(name: str) -> bool:
    parts = name.split("/")
    return name.lower().endswith(IMAGE_SUFFIXES) and not any(part.startswith((".", "__MACOSX")) for part in parts)


def _walk(source: Path) -> Iterator[tuple[str, os.stat_result]]:
    seen: set[tuple[int, int]] = set()
    # A stack, because folders may be nested more deeply than functions can call each other.
    waiting = [(str(source), "")]
    while waiting:
        folder, inside = waiting.pop()
        status = os.stat(folder)
        if (status.st_dev, status.st_ino) in seen:
            continue
        seen.add((status.st_dev, status.st_ino))
        with os.scandir(folder) as entries:
            visible = sorted((each for each in entries if not each.name.startswith(".")), key=lambda each: each.name)
        there = [entry for entry in visible if not entry.is_symlink() or os.path.exists(entry.path)]
        waiting.extend((entry.path, f"{inside}{entry.name}/") for entry in reversed(there) if entry.is_dir())
        for entry in there:
            is_picture = entry.name.lower().endswith(IMAGE_SUFFIXES) and not entry.is_dir()
            if is_picture and stat.S_ISREG((found := entry.stat()).st_mode):
                yield f"{inside}{entry.name}", found
