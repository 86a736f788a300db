"""The run that a path to resume stands for."""

import re
from pathlib import Path


def resumed_folder(path: Path) -> Path:
    """Return the run folder of a path to resume: a run folder, or the last checkpoint of a run.

    Args:
        path: The path.

    Raises:
        ValueError: If it is a checkpoint, but not the last of a run.
    """
    if path.suffix != ".keras" or path.is_dir():
        return path
    names = [each.name for each in path.parent.glob("epoch_*.keras") if re.fullmatch(r"epoch_\d+\.keras", each.name)]
    last = max(names, key=lambda name: int(name[len("epoch_") : -len(".keras")]), default=None)
    if path.parent.name != "checkpoints" or path.name not in names:
        raise ValueError(
            f"`resume` must be a run folder, or the last checkpoint in its folder `checkpoints`. Received: {path}"
        )
    if path.name != last:
        raise ValueError(f"`resume` must be the last checkpoint of its run, {last}. Received: {path}")
    return path.parent.parent
