"""Columns of other programs' CSV files, renamed to the names of this package."""

import csv
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from keras_gan.analysis.run.saved_run import LEAST_EPOCHS
from keras_gan.checks import shortened
from keras_gan.reading import FileError, reading
from keras_gan.tables import check_header, split_row, table_lines

#: Names that other programs use for a column, in lower case and without punctuation.
ALIASES = {
    "epoch": ("epochs", "step", "steps", "iter", "iteration", "iterations"),
    "d_loss": ("lossd", "lossc", "criticloss", "discloss", "discriminatorloss", "dislossmean", "lossdisc"),
    "g_loss": ("lossg", "genloss", "generatorloss", "lossgen"),
    "d_loss_real": (),
    "d_loss_fake": (),
    "gradient_penalty": ("gp", "lossgp", "penalty"),
    "wasserstein_distance": ("wdist", "wdistance", "wasserstein", "emd"),
    "generator_gradient_norm": ("ggradnorm", "gradnormg", "generatorgradnorm"),
    "critic_gradient_norm": ("dgradnorm", "gradnormd", "criticgradnorm"),
    "clip_ratio": ("clip", "clippct", "clippercent"),
    "d_accuracy": ("dacc", "discaccuracy", "discriminatoraccuracy", "discacc"),
    "g_accuracy": ("gacc", "genaccuracy", "generatoraccuracy", "genacc"),
    "epoch_time": ("time", "seconds", "epochseconds"),
}


def read_table(path: str | Path) -> tuple[dict[str, np.ndarray], list[str]]:
    """Read the columns of numbers of a CSV file, separated by commas, semicolons or tabs.

    Args:
        path: The file. It has a header row, then rows of values.

    Returns:
        The columns of numbers by name, float64, with NaN for an empty cell; and the names of columns with text, which
        are left out.

    Raises:
        ValueError: If the file is empty or is not text, two columns have the same name, or the length of a row is not
            that of the header.
    """
    with reading(path, "a text file of rows"):
        lines = table_lines(path)
        first = next(lines, "")
        separator = max(",;\t", key=first.count)
        header = [name.strip() for name in split_row(first, separator)]
        rows = [row for row in csv.reader(lines, delimiter=separator) if row]
    check_header(header, path)
    for number, row in enumerate(rows, start=2):
        if len(row) != len(header):
            raise FileError(f"{path}, row {number} must have {len(header)} values. Received: {len(row)}")
    columns, texts = {}, []
    for index, name in enumerate(header):
        try:
            columns[name] = np.array([float(row[index] or "nan") for row in rows])
        except ValueError:
            texts.append(name)
    return columns, texts


def rename_columns(
    columns: Mapping[str, np.ndarray], given: Mapping[str, str] | None = None
) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """Rename the columns of a file to the names of this package.

    Names in `given` take precedence, then a column that already has the right name, then the usual names of other
    programs.

    Args:
        columns: Columns of the file by name, all of the same length.
        given: The file's names by the names of this package, such as `{"d_loss": "errD"}`. Defaults to None, no names.

    Returns:
        The columns by their new names, in which unknown columns keep their names; and the old names by the new names,
        for the columns that were renamed.

    Raises:
        ValueError: If a column in `given` does not exist, a name is unknown, several columns match one name, a loss is
            missing, there are too few rows, or epochs do not increase.
    """
    given = dict(given or {})
    for name, old in given.items():
        if name not in ALIASES:
            raise ValueError(f"`columns` must be of {sorted(ALIASES)}. Received: {shortened(name)}={shortened(old)}")
        if old not in columns:
            held = shortened(list(columns), 1000)
            raise ValueError(f"`columns` must name columns of the file, {held}. Received: {name}={shortened(old)}")
    renamed = {**given, **_recognised(columns, given)}
    taken = set(renamed.values())
    history = {name: values for name, values in columns.items() if name not in taken and name not in renamed}
    history = {**{name: np.asarray(columns[old], float) for name, old in renamed.items()}, **history}
    _check(history, columns)
    history = {name: _without_gaps(values) for name, values in history.items()}
    _scale_shares(history, renamed)
    if "epoch" not in history:
        history["epoch"] = np.arange(float(len(history["d_loss"])))
    if "wasserstein_distance" not in history and {"d_loss_real", "d_loss_fake"} <= set(history):
        history["wasserstein_distance"] = _distance(history)
    return history, {name: old for name, old in renamed.items() if name != old}


def _distance(history: Mapping[str, np.ndarray]) -> np.ndarray:
    """Return E[f(real)] − E[f(fake)]; some programs log the mean score of reals, others its negative."""
    loss, real, fake = (history[name] for name in ("d_loss", "d_loss_real", "d_loss_fake"))
    is_loss = np.nanmedian(np.abs(loss - (real + fake))) <= np.nanmedian(np.abs(loss - (fake - real)))
    return -(real + fake) if is_loss else real - fake


def _scale_shares(history: dict[str, np.ndarray], renamed: Mapping[str, str]) -> None:
    """Convert a percentage of clipped weights to a share."""
    if "clip_ratio" in history:
        name = renamed.get("clip_ratio", "clip_ratio").lower()
        is_percentage = "%" in name or "percent" in name or "pct" in name
        if is_percentage or np.nanmax(history["clip_ratio"]) > 1:
            history["clip_ratio"] = history["clip_ratio"] / 100


def _without_gaps(values: np.ndarray) -> np.ndarray:
    """Fill gaps with the value before them; there are gaps if losses are logged in alternate rows.

    A gap at the end is only filled if it is no longer than the other gaps. A longer one is a loss that has become NaN.
    """
    places = np.flatnonzero(~np.isnan(values))
    if len(places) in (0, len(values)):
        return values
    longest = np.max(np.diff(places, prepend=-1))
    end = len(values) if len(values) - places[-1] <= longest else places[-1] + 1
    before = np.maximum(np.searchsorted(places, np.arange(end), side="right") - 1, 0)
    return np.concatenate([values[places[before]], values[end:]])


def _recognised(columns: Mapping[str, np.ndarray], given: Mapping[str, str]) -> dict[str, str]:
    """Return the file's names of the known columns that are not in `given`."""
    free = [column for column in columns if column not in given.values()]
    found = {}
    for name, aliases in ALIASES.items():
        if name in given or name in free:
            continue
        matches = [column for column in free if _plain(column) in (_plain(name), *aliases)]
        if len(matches) > 1:
            raise ValueError(f"Which column is {name}? Name it with `--columns {name}=…`. Candidates: {matches}")
        if matches:
            found[name] = matches[0]
    return found


def _plain(name: str) -> str:
    return "".join(character for character in name.lower() if character.isalnum())


def _check(history: Mapping[str, np.ndarray], columns: Mapping[str, np.ndarray]) -> None:
    missing = [name for name in ("d_loss", "g_loss") if name not in history]
    if missing:
        raise ValueError(
            f"A file of losses must have {' and '.join(missing)}: name the columns with "
            f"`--columns {' '.join(f'{name}=…' for name in missing)}`. Received: {shortened(list(columns), 1000)}"
        )
    count = len(history["d_loss"])
    if count < LEAST_EPOCHS:
        raise ValueError(f"At least {LEAST_EPOCHS} epochs are needed for a diagnosis. Received: {count}")
    if "epoch" in history and not np.all(np.diff(history["epoch"]) > 0):
        raise ValueError(
            "Epochs must increase from row to row, but some do not. Name a column that does with `--columns epoch=…`"
        )
    for name in ("d_loss", "g_loss"):
        if np.isnan(history[name]).all():
            raise ValueError(f"{name} must have values. Received: a column of NaN")
