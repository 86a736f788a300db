"""Whether two runs are the same to the last bit, and where they part."""

import dataclasses
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from keras_gan.chain import CHAIN, TIME, check_chain, read_chain
from keras_gan.reading import read_json
from keras_gan.settings import flatten
from keras_gan.tables import read_records

#: Column of the epochs whose samples were measured.
MEASURED = "fid_score"

#: Columns that a difference shows.
SHOWN = 4


@dataclasses.dataclass(frozen=True)
class Comparison:
    """What was found.

    Attributes:
        are_equal: Whether all epochs and checkpoints that both runs have are equal.
        lines: What to tell the user.
    """

    are_equal: bool
    lines: tuple[str, ...]


def compare(first: Path, second: Path) -> Comparison:
    """Compare two runs, as far as both have come.

    Args:
        first: Folder of a run.
        second: Folder of another run.

    Returns:
        What was found: settings that differ, the first epoch whose losses differ, and the first tensor that differs in
        the first checkpoint with a difference.

    Raises:
        OSError: If a file cannot be read.
        ValueError: If a file is damaged, or a chain of hashes was altered.
    """
    for folder in (first, second):
        check_chain(folder / CHAIN)
    epochs, in_losses = _first_epoch(first, second)
    checkpoints, in_weights = _first_tensor(first, second)
    are_equal = in_losses is None and in_weights is None
    verdict = (
        f"The runs {'are equal' if are_equal else 'differ'}. Compared: epochs {epochs}, checkpoints {checkpoints}."
    )
    of_weights = in_weights or ("equal" if checkpoints else "not compared, as no epoch has a checkpoint in both runs")
    lines = (f"Losses: {in_losses or 'equal'}", f"Weights: {of_weights}", verdict)
    return Comparison(are_equal, (*_settings(first, second), *lines))


def _settings(first: Path, second: Path) -> Iterator[str]:
    paths = [folder / "config.json" for folder in (first, second)]
    if all(path.is_file() for path in paths):
        one, other = (flatten(read_json(path)) for path in paths)
        for name in sorted({*one, *other}):
            if one.get(name) != other.get(name):
                yield f"Setting {name}: {one.get(name)} and {other.get(name)}"


def _first_epoch(first: Path, second: Path) -> tuple[int, str | None]:
    """Return the number of epochs that were compared, and a text on the first whose rows differ, or None."""
    tables = [read_records(folder / "losses.csv")[1] for folder in (first, second)]
    pairs = list(zip(*([_values(row) for _, row in table] for table in tables)))
    for one, other in pairs:
        # A run that was interrupted has measured its samples then, which another run has not.
        compared = {*one, *other} if (MEASURED in one) == (MEASURED in other) else {*one} & {*other}
        names = [name for name in sorted(compared) if one.get(name) != other.get(name)]
        if names:
            shown = ", ".join(f"{name} {one.get(name, 'none')} and {other.get(name, 'none')}" for name in names[:SHOWN])
            more = f", and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
            return len(pairs), f"the first difference is in epoch {one.get('epoch')}: {shown}{more}"
    return len(pairs), None


def _values(row: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in row.items() if name != TIME and value != ""}


def _first_tensor(first: Path, second: Path) -> tuple[int, str | None]:
    """Return the number of checkpoints that were compared, and a text on the first tensor that differs, or None."""
    one, other = (
        {link["epochs"]: link["weights"] for link in read_chain(folder / CHAIN)} for folder in (first, second)
    )
    common = sorted(set(one) & set(other))
    for epochs in common:
        names = _differing(one[epochs], other[epochs])
        if names:
            return len(common), (
                f"the first difference is after {epochs} epochs: {names[0]} (tensors that differ: {len(names)})"
            )
    return len(common), None


def _differing(one: dict[str, Any], other: dict[str, Any]) -> list[str]:
    """Return the names of the tensors that differ, in their order."""
    # By place: Keras numbers its names, so that those of a second model in one process are others.
    pairs = itertools.zip_longest(one.items(), other.items(), fillvalue=("", None))
    return [name or other_name for (name, value), (other_name, other_value) in pairs if value != other_value]
