"""The chain of hashes of a run: what its losses and weights were, one link a checkpoint."""

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from keras_gan.files import named_errors, whole_file
from keras_gan.reading import FileError, open_file, reading
from keras_gan.tables import MAX_ROW, read_records, table_lines

#: File of the chain in a run's folder.
CHAIN = "chain.jsonl"

#: Column of losses.csv that two equal runs do not share.
TIME = "epoch_time"

#: Characters of a tensor's hash that are kept: 64 bits.
DIGITS = 16


def read_chain(path: Path) -> list[dict[str, Any]]:
    """Return the links of a chain; none if there is no file. A last line that was cut is left out.

    Args:
        path: The file.

    Raises:
        ValueError: If a line is no link; the message names the file.
    """
    return [link for _, link in _links(path)]


def _links(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the whole lines of a chain, as text and as links: a long run has too many for one text."""
    if not path.exists():
        return
    with reading(path, "a chain of hashes"):
        for line in table_lines(path, is_growing=True):
            link = json.loads(line)
            if not isinstance(link["epochs"], int) or not isinstance(link["weights"], dict):
                raise ValueError("a line without epochs and weights")
            yield line, link


def cut_chain(path: Path, epochs: int) -> None:
    """Leave out the links of epochs that will be trained again.

    Args:
        path: The file, which need not exist.
        epochs: Number of epochs that are done.
    """
    if path.exists():
        with whole_file(path) as new, open(new, "w", encoding="utf-8") as file:
            file.writelines(line for line, link in _links(path) if link["epochs"] <= epochs)


def append_link(path: Path, epochs: int, losses: Path, tensors: Iterable[tuple[str, bytes]]) -> None:
    """Add the link of a checkpoint.

    Args:
        path: The file, which has no line that was cut. It is made if need be.
        epochs: Number of epochs that are done.
        losses: The run's losses.csv.
        tensors: Names and bytes of all weights.
    """
    weights = {name: hashlib.sha256(content).hexdigest()[:DIGITS] for name, content in tensors}
    link: dict[str, Any] = {"epochs": epochs, "losses": losses_digest(losses, epochs), "weights": weights}
    link["chain"] = _linked(_last_hash(path), link)
    with named_errors(path), open(path, "a", encoding="utf-8") as file:
        file.write(json.dumps(link) + "\n")
        file.flush()
        os.fsync(file.fileno())


def _last_hash(path: Path) -> str:
    """Return the hash of the last link; an empty text if there is none."""
    if not path.exists() or path.stat().st_size == 0:
        return ""
    with open_file(path) as file, reading(path, "a chain of hashes"):
        file.seek(max(path.stat().st_size - MAX_ROW, 0))
        return str(json.loads(file.read().splitlines()[-1])["chain"])


def losses_digest(path: Path, epochs: int) -> str:
    """Return the hash of all rows of a losses.csv up to an epoch, without their times.

    Args:
        path: The file.
        epochs: Number of rows.
    """
    digest = hashlib.sha256()
    for _, row in read_records(path)[1][:epochs]:
        # Sorted, and without empty cells: a run that was resumed may have its columns in another order.
        cells = sorted((name, value) for name, value in row.items() if name != TIME and value != "")
        digest.update(repr(cells).encode("utf-8"))
    return digest.hexdigest()


def check_chain(path: Path) -> None:
    """Refuse a chain of which a link was changed after it was written.

    Args:
        path: The file.

    Raises:
        FileError: If a link does not follow from those before it.
    """
    previous = ""
    for _, link in _links(path):
        if link.get("chain") != _linked(previous, link):
            raise FileError(f"{path} must be what the run wrote. The link of epoch {link['epochs']} was altered")
        previous = link["chain"]


def _linked(previous: str, link: Mapping[str, Any]) -> str:
    content = {name: link.get(name) for name in ("epochs", "losses", "weights")}
    return hashlib.sha256(f"{previous} {json.dumps(content)}".encode()).hexdigest()
