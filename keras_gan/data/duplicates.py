"""Copies in a set of images, which invite a GAN to memorise them."""

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from keras_gan.data.records import release_pages

#: Largest mean difference of two images, in levels of their 16×16 thumbnails, that count as nearly the same.
NEAR_LEVELS = 4.0


class Duplicates:
    """Count exact copies and near-duplicates, image by image, in O(n log n).

    Near-duplicates have the same difference hash (64 bits: whether each cell of a 9×8 thumbnail is darker than its
    right neighbour) and nearly the same 16×16 thumbnail as the first image with this hash.
    """

    def __init__(self) -> None:
        self._digests: list[bytes] = []
        self._hashes: list[int] = []

    def add(self, digest: bytes, difference: int) -> None:
        """Add the next image's `digest` and `difference_hash`."""
        self._digests.append(digest)
        self._hashes.append(difference)

    def watch(self, blocks: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
        """Yield blocks of images as they are, and add each image."""
        for block in blocks:
            for image in block:
                self.add(digest(image), difference_hash(image))
            yield block

    def facts(self, path: Path) -> dict[str, int]:
        """Return the facts of a set's record: the numbers of copies in the file to which the images were written."""
        images = np.load(path, mmap_mode="r")
        copies, near = self.count(images)
        release_pages(images)
        return {"copies": copies, "near_duplicates": near}

    def count(self, images: np.ndarray) -> tuple[int, int]:
        """Return the numbers of exact copies and of near-duplicates among the images that were added."""
        seen: set[bytes] = set()
        first: dict[int, int] = {}
        copies = near = 0
        for index, (digest, difference) in enumerate(zip(self._digests, self._hashes)):
            if digest in seen:
                copies += 1
                continue
            seen.add(digest)
            earlier = first.setdefault(difference, index)
            near += earlier != index and _are_near(images[earlier], images[index])
        return copies, near


def digest(image: np.ndarray) -> bytes:
    """Return 16 bytes that are the same for the same pixels only."""
    return hashlib.blake2b(np.ascontiguousarray(image).data, digest_size=16).digest()


def difference_hash(image: np.ndarray) -> int:
    """Return the 64 bits of an image's difference hash."""
    small = np.asarray(_picture(image).convert("L").resize((9, 8), Image.Resampling.BOX))
    return int.from_bytes(np.packbits(small[:, :-1] < small[:, 1:]).tobytes(), "big")


def _are_near(one: np.ndarray, other: np.ndarray) -> bool:
    thumbnails = [np.asarray(_picture(image).resize((16, 16), Image.Resampling.BOX), float) for image in (one, other)]
    return bool(np.abs(thumbnails[0] - thumbnails[1]).mean() <= NEAR_LEVELS)


def _picture(image: np.ndarray) -> Image.Image:
    """Return an image in grey or in colours; the first channel of what is neither."""
    return Image.fromarray(np.ascontiguousarray(image if image.shape[-1] in (3, 4) else image[..., 0]))
