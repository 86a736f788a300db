"""Comparison of two runs."""

from collections.abc import Iterable
from typing import TypeAlias

import numpy as np

from keras_gan.analysis.run.saved_run import SavedRun
from keras_gan.analysis.verdict.indicators import Verdict

#: A name, and the values of the first and of the second run.
Row: TypeAlias = tuple[str, str, str]

#: Figures of quality that are compared, if the provenances allow it.
FIGURES = ("fid_score", "recall", "precision", "feature_diversity", "pixel_variance")


def compare_configs(one: SavedRun, other: SavedRun) -> list[Row]:
    """Return the differences between the configurations of two runs, as (name, first value, second value).

    Args:
        one: The first run.
        other: The second run.
    """
    names = list(dict.fromkeys([*one.config, *other.config]))
    pairs = ((name, one.config.get(name, "—"), other.config.get(name, "—")) for name in names)
    return [(name, str(first), str(second)) for name, first, second in pairs if first != second]


def compare_outcomes(one: SavedRun, other: SavedRun, verdicts: tuple[Verdict, Verdict]) -> list[Row]:
    """Return the outcomes of two runs, as (name, first outcome, second outcome).

    Args:
        one: The first run.
        other: The second run.
        verdicts: The verdict on each run.
    """
    rows = [
        _row("epochs", (str(run.epochs) for run in (one, other))),
        _row("stability", (verdict.stability for verdict in verdicts)),
        _row("score", (f"{verdict.passed}/{verdict.total}" for verdict in verdicts)),
        _row("quality", (verdict.quality for verdict in verdicts)),
    ]
    for name in ("d_loss", "g_loss", "wasserstein_distance", "epoch_time"):
        if name in one.history and name in other.history:
            medians = (_last(run.history[name]) for run in (one, other))
            rows.append(_row(f"{name}, median of the last tenth", medians))
    return rows + _compare_figures(one, other)


def _compare_figures(one: SavedRun, other: SavedRun) -> list[Row]:
    """Return the last figures of quality, or the reason why they cannot be compared."""
    if one.quality is None or other.quality is None:
        return []
    differences = one.quality.differences(other.quality)
    if differences:
        return [("figures of quality", "do not compare", f"they differ in {', '.join(differences)}")]
    rows = []
    for name in FIGURES:
        values = (quality.last(name) for quality in (one.quality, other.quality))
        rows.append(_row(name, ("—" if value is None else f"{value:.4g}" for value in values)))
    return rows


def _row(name: str, values: Iterable[str]) -> Row:
    first, second = values
    return name, first, second


def _last(values: np.ndarray) -> str:
    values = values[-max(1, len(values) // 10) :]
    values = values[np.isfinite(values)]
    return f"{np.median(values):.4g}" if len(values) else "not finite"
