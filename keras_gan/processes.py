"""The processes of a run on several hosts: which one this is, and what all of them agree on.

`jax.distributed` joins them. Everywhere else there is one process, the first, which agrees with itself.
"""

import hashlib
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

#: Seconds from one vote to the next.
PAUSE = 1.0


def process_count() -> int:
    """Return the number of processes that train together: 1 unless JAX has joined several."""
    return _jax().process_count() if _is_joined() else 1


def process_index() -> int:
    """Return the number of this process, from 0."""
    return _jax().process_index() if _is_joined() else 0


def gather(values: np.ndarray) -> np.ndarray:
    """Return the arrays of all processes. All must call this at the same point.

    Args:
        values: An array, of the same shape and type in each process, with numbers of at most 32 bits.

    Returns:
        `(processes, ...)`.
    """
    if process_count() == 1:
        return values[None]
    from jax.experimental import multihost_utils

    return np.asarray(multihost_utils.process_allgather(values))


def share_text(text: str) -> str:
    """Return the text of the first process. All must call this at the same point.

    Args:
        text: A text; that of the first process counts.
    """
    encoded = text.encode()
    size = int(gather(np.array([len(encoded)], np.int32))[0, 0])
    padded = np.frombuffer(encoded[:size].ljust(size), np.uint8)
    return gather(padded)[0].tobytes().decode()


def share_out(function: Callable[[np.ndarray], Iterable[Any]], batch: np.ndarray) -> Iterator[Any]:
    """Yield the results of a function of each sample alone of a batch, of which each process computes a part.

    All must call this at the same point, with the same batch.

    Args:
        function: A function from a batch to batches of any types, or None in place of one.
        batch: The batch.
    """
    count = process_count()
    if count == 1:
        yield from function(batch)
        return
    each = -(-len(batch) // count)
    # All parts have one size: the last ones begin again.
    own = np.arange(each * process_index(), each * (process_index() + 1)) % len(batch)
    for result in function(batch[own]):
        # As bytes, because JAX would take digits away from float64.
        yield None if result is None else _joined(result)[: len(batch)]


def _joined(part: np.ndarray) -> np.ndarray:
    parts = gather(np.frombuffer(np.ascontiguousarray(part).tobytes(), np.uint8))
    return parts.view(part.dtype).reshape(-1, *part.shape[1:])


def meet() -> None:
    """Wait for the other processes, if any: all must call this at the same point."""
    if process_count() > 1:
        gather(np.zeros(1, np.int32))


def check_same(**values: str) -> None:
    """Refuse to train where several processes were given different things.

    Args:
        **values: Texts that must be the same in all processes, by what they stand for.

    Raises:
        ValueError: If one is not.
    """
    for name, text in values.items():
        digests = gather(np.frombuffer(hashlib.sha256(text.encode()).digest(), np.uint8))
        others = [index for index, digest in enumerate(digests) if (digest != digests[0]).any()]
        if others:
            raise ValueError(
                f"All processes must have the same {name}. Received: another in process {others[0]} than in process 0"
            )


class Vote:
    """Ask all processes about once a second whether one of them wants something.

    All must ask in the same steps. After each vote they skip as many steps as the slowest process takes in a second.
    """

    def __init__(self) -> None:
        self._asked, self._pause, self._begun = 0, 1, time.monotonic()

    def largest(self, wish: int) -> int:
        """Return the largest wish of all processes; 0 in steps in which they do not vote.

        Args:
            wish: What this process wants, such as a signal's number; 0 for nothing.
        """
        if process_count() == 1:
            return wish
        self._asked += 1
        if self._asked < self._pause:
            return 0
        seconds = time.monotonic() - self._begun
        wishes, slowest = gather(np.array([wish, seconds], np.float32)).max(axis=0)
        self._pause = max(1, int(PAUSE * self._asked / max(slowest, PAUSE / 1000)))
        self._asked, self._begun = 0, time.monotonic()
        return int(wishes)


def _is_joined() -> bool:
    # Nobody has joined processes by a module that is not loaded.
    return "jax" in sys.modules and _jax().distributed.is_initialized()


def _jax() -> Any:
    import jax

    return jax
