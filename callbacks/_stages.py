"""The order in which `GAN.fit` calls callbacks at the end of an epoch."""

import enum


class Stage(enum.IntEnum):
    """When a callback's turn is; Keras's and the user's own have no stage and come between `MEASURE` and `RECORD`."""

    #: Ends a run that makes no sense any more, before anything of it is kept.
    GUARD = -3
    #: Prints the box, which the quality line stands under.
    LOG = -2
    #: Adds to the epoch's logs what all others read.
    MEASURE = -1
    #: Keeps the epoch's logs, with what all others have added.
    RECORD = 1
    #: Saves the state that training goes on from: after what changes it, and after the rows that it needs.
    SAVE = 2
    #: Tells of all that is kept.
    REPORT = 3
