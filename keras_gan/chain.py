"""The chain of hashes of a run: what its losses and weights were, one link a checkpoint."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from keras_gan.files import whole_file
from keras_gan.reading import FileError, read_text, reading
from keras_gan.tables import read_records

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
    if not path.exists():
        return []
    text = read_text(path)
    with reading(path, "a chain of hashes"):
        links = [json.loads(line) for line in text.splitlines(keepends=True) if line.endswith("\n")]
        for link in links:
            if not isinstance(link["epochs"], int) or not isinstance(link["weights"], dict):
                raise ValueError("a line without epochs and weights")
    return links


def cut_chain(path: Path, epochs: int) -> None:
    """Leave out the links of epochs that will be trained again.

    Args:
        path: The file, which need not exist.
        epochs: Number of epochs that are done.
    """
    if path.exists():
        kept = [link for link in read_chain(path) if link["epochs"] <= epochs]
        with whole_file(path) as new:
            new.write_text("".join(map(_line, kept)), encoding="utf-8")


def append_link(path: Path, epochs: int, losses: Path, tensors: Iterable[tuple[str, bytes]]) -> None:
    """Add the link of a checkpoint.

    Args:
        path: The file. It is made if need be.
        epochs: Number of epochs that are done.
        losses: The run's losses.csv.
        tensors: Names and bytes of all weights.
    """
    weights = {name: hashlib.sha256(content).hexdigest()[:DIGITS] for name, content in tensors}
    previous = read_chain(path)
    link = {"epochs": epochs, "losses": losses_digest(losses, epochs), "weights": weights}
    link["chain"] = _linked(previous[-1]["chain"] if previous else "", link)
    with whole_file(path) as new:
        new.write_text("".join(map(_line, [*previous, link])), encoding="utf-8")


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
    for link in read_chain(path):
        if link.get("chain") != _linked(previous, link):
            raise FileError(f"{path} must be what the run wrote. The link of epoch {link['epochs']} was altered")
        previous = link["chain"]


def _linked(previous: str, link: Mapping[str, Any]) -> str:
    content = {name: link.get(name) for name in ("epochs", "losses", "weights")}
    return hashlib.sha256(f"{previous} {json.dumps(content)}".encode()).hexdigest()


def _line(link: Mapping[str, Any]) -> str:
    return json.dumps(link) + "\n"
