"""Signs that a `fit` which goes on with a run makes it another run than one that never stopped."""

import warnings
from typing import Any

from keras_gan.checks import check_count, require

#: What makes the same run of both.
HINT = "Load the checkpoint of that epoch, do not compile it again, and train it on `gan.batches(images, batch_size)`"


def check_initial_step(initial_step: Any, steps_per_epoch: Any, is_feed: bool) -> None:
    """Refuse a place within an epoch where training cannot go on.

    Args:
        initial_step: Steps of the epoch that are done.
        steps_per_epoch: Steps in an epoch, or None if it is not known.
        is_feed: Whether the images are a feed, which continues its order.

    Raises:
        ValueError: If it is no integer of at least 0 and less than the steps in an epoch, or the images are no feed.
    """
    check_count(initial_step, "initial_step", 0)
    if initial_step > 0:
        require(is_feed, "initial_step", "0 unless `x` is a feed of `gan.batches`", initial_step)
        is_within = steps_per_epoch is None or initial_step < steps_per_epoch
        require(is_within, "initial_step", f"less than steps_per_epoch={steps_per_epoch}", initial_step)


def warn_of_another_run(
    initial_epoch: int,
    steps_per_epoch: int | None,
    steps_taken: int,
    position: int | None = None,
    initial_step: int = 0,
) -> None:
    """Warn if a model or a feed is not where a run stands before an epoch.

    Args:
        initial_epoch: Index of the epoch that training goes on with; 0 for a run that begins.
        steps_per_epoch: Steps in an epoch, or None if it is not known.
        steps_taken: Steps that the model has taken; none if it was compiled again.
        position: Index of the step that the feed begins with, or None without a feed.
        initial_step: Steps of the epoch that are done. Defaults to 0.

    Warns:
        UserWarning: If the model has not taken the steps of the epochs before, or the feed begins with another step.
    """
    if initial_epoch == initial_step == 0:
        return
    if steps_per_epoch is not None and steps_taken != initial_epoch * steps_per_epoch + initial_step:
        within = f", initial_step={initial_step}" if initial_step else ""
        warnings.warn(
            f"`initial_epoch` must be the number of epochs that the model was trained for, of {steps_per_epoch} steps "
            "each, or this is another run than one that never stopped. "
            f"Received: initial_epoch={initial_epoch}{within}, and a model that has taken {steps_taken} steps since "
            f"it was compiled. {HINT}",
            stacklevel=4,
        )
    elif position not in (None, steps_taken):
        warnings.warn(
            f"The feed must begin with step {steps_taken}, where the model stands, or this is another run than one "
            f"that never stopped. Received: a feed that begins with step {position}. {HINT}",
            stacklevel=4,
        )
