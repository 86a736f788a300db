"""Pictures of a folder or an archive, decoded once and in parallel."""

import collections
import concurrent.futures
import dataclasses
import hashlib
import itertools
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from keras_gan.data.duplicates import Duplicates, difference_hash, digest
from keras_gan.data.image_cache import processors, write_images
from keras_gan.data.listings import Listing
from keras_gan.data.pictures import Preparation, is_grey, open_picture, prepare, upright_size
from keras_gan.progress import tracked

Item = TypeVar("Item")
Result = TypeVar("Result")

#: Unreadable files that an error lists.
LISTED = 10


@dataclasses.dataclass(frozen=True)
class Header:
    """What is known of a file before its pixels are decoded: its hash, height, width and colour, or why not."""

    sha256: bytes = b""
    size: tuple[int, int] = (0, 0)
    is_grey: bool = True
    problem: str = ""


class Decoding:
    """The decoding of one set.

    Args:
        listing: The files.
        how: What is done to each picture.
        skip_unreadable: Whether files that cannot be read are left out.
    """

    def __init__(self, listing: Listing, how: Preparation, skip_unreadable: bool) -> None:
        self.listing = listing
        self.how = how
        self.skip_unreadable = skip_unreadable
        self.headers: list[Header] = []

    @property
    def options(self) -> str:
        """The options that the pixels depend on."""
        return repr((self.how, self.skip_unreadable))

    def content(self) -> str:
        """Read all files, and return a text that stands for their names and contents and the options."""
        names = self.listing.names
        self.headers = list(tracked(in_parallel(self._header, names), "Reading pictures", len(names)))
        total = hashlib.sha256()
        for name, header in zip(names, self.headers):
            total.update(repr((name, header.sha256)).encode("utf-8", "surrogateescape"))
        return f"{self.options} {total.hexdigest()}"

    def write(self, path: Path) -> dict[str, Any]:
        """Decode all files into a file, and return the facts of its record.

        Raises:
            ValueError: If files cannot be read and are not to be skipped, or the pictures differ in size and no size
                is given.
        """
        shape, mode = self._format()
        problems: list[str] = []
        kept: list[int] = []
        found = Duplicates()
        rows = self._rows(shape, mode, problems, kept, found)
        written, sha256 = write_images(path, rows, shape)
        if problems and (not self.skip_unreadable or not kept):
            raise ValueError(self._unreadable(problems))
        labels, classes = self.listing.classes()
        return {
            "shape": written,
            "sha256": sha256,
            "class_names": tuple(classes),
            "labels": labels[kept] if classes else None,
            "skipped": len(problems),
            **found.facts(path),
        }

    def _header(self, name: str) -> Header:
        sha256 = b""
        try:
            content = self.listing.read(name)
            sha256 = hashlib.sha256(content).digest()
            image = open_picture(content)
            return Header(sha256, upright_size(image), is_grey(image))
        except ValueError as error:
            return Header(sha256, problem=str(error))

    def _format(self) -> tuple[tuple[int, ...], str]:
        """Return the shape of the set and the mode of its images."""
        readable = [(name, each) for name, each in zip(self.listing.names, self.headers) if not each.problem]
        if not readable:
            raise ValueError(self._unreadable(list(self._problems())))
        first, size = readable[0][0], readable[0][1].size
        if self.how.size is None:
            for name, header in readable:
                if header.size != size:
                    raise ValueError(
                        f"{self.listing.source / name} must have the size of {first}, height and width {size}. "
                        f"Received: {header.size}. Give a size, such as `--size 64` or `size=64`, to resize all"
                    )
        has_grey_ground = len(set(self.how.background)) == 1 or self.how.fit != "pad" or self.how.size is None
        all_grey = has_grey_ground and all(header.is_grey for _, header in readable)
        mode = "RGBA" if self.how.alpha else "L" if all_grey else "RGB"
        return (len(self.headers), *(self.how.size or size), {"L": 1, "RGB": 3, "RGBA": 4}[mode]), mode

    def _problems(self) -> Iterator[str]:
        for name, header in zip(self.listing.names, self.headers):
            if header.problem:
                yield f"{name} ({header.problem})"

    def _unreadable(self, problems: list[str]) -> str:
        listed = "; ".join(problems[:LISTED])
        more = f"; and {len(problems) - LISTED} more" if len(problems) > LISTED else ""
        advice = (
            "There is no other picture"
            if self.skip_unreadable
            else "Remove them, or leave them out with `--skip-unreadable`"
        )
        return (
            f"{len(problems)} file{'s' * (len(problems) > 1)} in {self.listing.source} cannot be read as an image: "
            f"{listed}{more}. {advice}"
        )

    def _rows(
        self, shape: tuple[int, ...], mode: str, problems: list[str], kept: list[int], found: Duplicates
    ) -> Iterator[np.ndarray]:
        """Yield the images that can be read, and note which they are, their hashes, and what is wrong with the rest."""

        def decoded(index: int) -> tuple[np.ndarray, bytes, int] | str:
            header = self.headers[index]
            try:
                if header.problem:
                    raise ValueError(header.problem)
                content = self.listing.read(self.listing.names[index])
                if hashlib.sha256(content).digest() != header.sha256:
                    raise ValueError("it was changed while it was read")
                pixels = prepare(open_picture(content), self.how, mode)
                if pixels.shape != shape[1:]:
                    raise ValueError(f"its upright size must be that of the others. Received: {pixels.shape[:2]}")
            except ValueError as error:
                return f"{self.listing.names[index]} ({error})"
            return pixels, digest(pixels), difference_hash(pixels)

        count = len(self.headers)
        for index, result in enumerate(tracked(in_parallel(decoded, range(count)), "Decoding pictures", count)):
            if isinstance(result, str):
                problems.append(result)
                continue
            pixels = result[0]
            kept.append(index)
            found.add(*result[1:])
            yield pixels


def in_parallel(function: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
    """Yield the results of a function in the order of its items; threads work a little ahead.

    Pillow, hashing and reading let other threads run.
    """
    workers = processors()
    source = iter(items)
    with concurrent.futures.ThreadPoolExecutor(workers) as threads:
        coming = collections.deque(threads.submit(function, item) for item in itertools.islice(source, 8 * workers))
        try:
            while coming:
                result = coming.popleft().result()
                coming.extend(threads.submit(function, item) for item in itertools.islice(source, 1))
                yield result
        finally:
            for future in coming:
                future.cancel()
