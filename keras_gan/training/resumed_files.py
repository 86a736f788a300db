"""Checks of the files of a run that is resumed."""

from pathlib import Path

from keras_gan.analysis.run.history import parse_losses
from keras_gan.analysis.run.saved_run import read_remarks
from keras_gan.callbacks.checkpoint import read_best
from keras_gan.callbacks.loss_csv import kept_rows
from keras_gan.chain import CHAIN, read_chain


def check_files(folder: Path, start: int) -> None:
    """Refuse a run with a damaged file, before anything is written and before hours of training that it would end.

    Args:
        folder: The run's folder.
        start: Index of the epoch that the run goes on with; rows of later epochs are dropped.

    Raises:
        OSError: If a file cannot be read.
        ValueError: If a file is damaged; the message names it.
    """
    read_remarks(folder)
    read_best(folder / "checkpoints")
    read_chain(folder / CHAIN)
    if start > 0:
        losses = folder / "losses.csv"
        parse_losses(iter(kept_rows(losses, start)), losses)
