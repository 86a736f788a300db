"""Columns of other programs' CSV files, under the names that they have here."""

from collections.abc import Mapping

import numpy as np

#: Names that other programs give a column, without regard to case and punctuation.
ALIASES = {
    "epoch": ("epochs", "step", "steps", "iter", "iteration", "iterations"),
    "d_loss": ("lossd", "lossc", "criticloss", "discloss", "discriminatorloss", "dislossmean", "lossdisc"),
    "g_loss": ("lossg", "genloss", "generatorloss", "lossgen"),
    "d_loss_real": ("lossdreal", "criticlossreal", "dreal"),
    "d_loss_fake": ("lossdfake", "criticlossfake", "dfake"),
    "gradient_penalty": ("gp", "lossgp", "penalty"),
    "wasserstein_distance": ("wdist", "wdistance", "wasserstein", "emd"),
    "generator_gradient_norm": ("ggradnorm", "gradnormg", "generatorgradnorm"),
    "critic_gradient_norm": ("dgradnorm", "gradnormd", "criticgradnorm"),
    "clip_ratio": ("clip", "clippct", "clippercent"),
    "d_accuracy": ("dacc", "discaccuracy", "discriminatoraccuracy", "discacc"),
    "g_accuracy": ("gacc", "genaccuracy", "generatoraccuracy", "genacc"),
    "epoch_time": ("time", "seconds", "epochseconds"),
}

#: Fewest rows that anything can be said of.
LEAST_ROWS = 20


def rename_columns(
    columns: Mapping[str, np.ndarray], given: Mapping[str, str] | None = None
) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """Return columns under the names that they have here.

    A name that is given counts first, then a column's own name, then what other programs usually call it.

    Args:
        columns: What a file has, one array a column, of one length.
        given: Names here and the file's names for them, such as `{"d_loss": "errD"}`. Defaults to none.

    Returns:
        The columns, with those that have no name here as they are; and what was renamed, from the new names to the
        old.

    Raises:
        ValueError: If a given column is not there or a name is unknown, two columns have one name, losses are missing,
            rows are too few, or epochs do not increase.
    """
    given = dict(given or {})
    for name, old in given.items():
        if name not in ALIASES:
            raise ValueError(f"`columns` must be of {sorted(ALIASES)}. Received: {name}={old}")
        if old not in columns:
            raise ValueError(f"`columns` must name columns of the file, {list(columns)}. Received: {name}={old}")
    renamed = {**given, **_recognised(columns, given)}
    taken = set(renamed.values())
    history = {name: values for name, values in columns.items() if name not in taken and name not in renamed}
    history = {**{name: np.asarray(columns[old], float) for name, old in renamed.items()}, **history}
    _check(history, columns)
    if "epoch" not in history:
        history["epoch"] = np.arange(float(len(history["d_loss"])))
    if "wasserstein_distance" not in history and {"d_loss_real", "d_loss_fake"} <= set(history):
        history["wasserstein_distance"] = -(history["d_loss_real"] + history["d_loss_fake"])
    return history, {name: old for name, old in renamed.items() if name != old}


def _recognised(columns, given):
    """Return the names of the columns that nothing was given for."""
    free = [column for column in columns if column not in given.values()]
    found = {}
    for name, aliases in ALIASES.items():
        if name in given or name in free:
            continue
        matches = [column for column in free if _plain(column) in (_plain(name), *aliases)]
        if len(matches) > 1:
            raise ValueError(f"Which column is {name}? Say so with `--columns {name}=…`. Candidates: {matches}")
        if matches:
            found[name] = matches[0]
    return found


def _plain(name: str) -> str:
    return "".join(character for character in name.lower() if character.isalnum())


def _check(history, columns):
    missing = [name for name in ("d_loss", "g_loss") if name not in history]
    if missing:
        raise ValueError(
            f"A file of losses must have {' and '.join(missing)}: name the columns with "
            f"`--columns {' '.join(f'{name}=…' for name in missing)}`. Received: {list(columns)}"
        )
    count = len(history["d_loss"])
    if count < LEAST_ROWS:
        raise ValueError(f"At least {LEAST_ROWS} epochs are needed to say anything. Received: {count}")
    if "epoch" in history and not np.all(np.diff(history["epoch"]) > 0):
        raise ValueError("Epochs must increase from row to row. Received: some that do not")
    for name in ("d_loss", "g_loss"):
        if np.isnan(history[name]).all():
            raise ValueError(f"{name} must have values. Received: none")
