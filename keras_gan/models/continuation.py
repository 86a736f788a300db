"""Signs that a `fit` which goes on with a run makes it another run than one that never stopped."""

import warnings

#: What makes the same run of both.
HINT = "Load the checkpoint of that epoch, do not compile it again, and train it on `gan.batches(images, batch_size)`"


def warn_of_another_run(
    initial_epoch: int, steps_per_epoch: int | None, steps_taken: int, position: int | None = None
) -> None:
    """Warn if a model or a feed is not where a run stands before an epoch.

    Args:
        initial_epoch: Index of the epoch that training goes on with; 0 for a run that begins.
        steps_per_epoch: Steps in an epoch, or None if it is not known.
        steps_taken: Steps that the model has taken; none if it was compiled again.
        position: Index of the step that the feed begins with, or None without a feed.

    Warns:
        UserWarning: If the model has not taken the steps of the epochs before, or the feed begins with another step.
    """
    if initial_epoch == 0:
        return
    if steps_per_epoch is not None and steps_taken != initial_epoch * steps_per_epoch:
        warnings.warn(
            f"`initial_epoch` must be the number of epochs that the model was trained for, of {steps_per_epoch} steps "
            f"each, or this is another run than one that never stopped. Received: initial_epoch={initial_epoch}, and a "
            f"model that has taken {steps_taken} steps since it was compiled. {HINT}",
            stacklevel=4,
        )
    elif position not in (None, steps_taken):
        warnings.warn(
            f"The feed must begin with step {steps_taken}, where the model stands, or this is another run than one "
            f"that never stopped. Received: a feed that begins with step {position}. {HINT}",
            stacklevel=4,
        )
