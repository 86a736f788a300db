"""The error of a training step for which there is too little memory."""

import contextlib
from collections.abc import Callable, Iterator


class OutOfMemoryError(MemoryError):
    """A training step needs more memory than there is.

    The error of the backend is its `__cause__`. The model may be in the middle of a step: build or load it again.

    Args:
        batch_size: Images of one critic update, or None if their number is not known. Defaults to None.

    Attributes:
        batch_size: The same.
        smaller: The next smaller batch size, half of it; None if it is not known or there is none.
    """

    def __init__(self, batch_size: int | None = None) -> None:
        super().__init__(batch_size)
        self.batch_size = batch_size
        self.smaller = None if batch_size is None else batch_size // 2 or None

    def __str__(self) -> str:
        if self.batch_size is None:
            return "A training step needs more memory than there is. Give it fewer images"
        advice = "Use smaller images or networks" if self.smaller is None else f"The next smaller is {self.smaller}"
        return f"A training step of batch size {self.batch_size} needs more memory than there is. {advice}"


@contextlib.contextmanager
def naming_batch_size(batch_size: int | None, is_exhaustion: Callable[[Exception], bool]) -> Iterator[None]:
    """Raise `OutOfMemoryError` in place of a `MemoryError`, or the backend's own error for exhausted memory.

    Args:
        batch_size: Images of one critic update, or None if their number is not known.
        is_exhaustion: Whether an error is the backend's for exhausted memory.
    """
    try:
        yield
    except Exception as error:
        if isinstance(error, MemoryError) or is_exhaustion(error):
            raise OutOfMemoryError(batch_size) from error
        raise
