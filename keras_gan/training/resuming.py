"""The run that a path to resume stands for."""

from pathlib import Path

from keras_gan.files import MODELS, is_model, numbered_files


def resumed_folder(path: Path) -> Path:
    """Return the run folder of a path to resume: a run folder, or the last checkpoint of a run.

    Args:
        path: The path.

    Raises:
        ValueError: If it is a checkpoint, but not the last of a run.
    """
    if path.suffix not in MODELS or not (is_model(path) or not path.exists()):
        return path
    names = [each.name for _, each in numbered_files(path.parent, *MODELS)]
    if path.parent.name != "checkpoints" or path.name not in names:
        raise ValueError(
            f"`resume` must be a run folder, or the last checkpoint in its folder `checkpoints`. Received: {path}"
        )
    if path.stem != Path(names[-1]).stem:
        raise ValueError(f"`resume` must be the last checkpoint of its run, {names[-1]}. Received: {path}")
    return path.parent.parent
