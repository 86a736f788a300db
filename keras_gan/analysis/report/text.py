"""Texts that the scripts print."""

import string
from collections.abc import Iterable, Sequence

from keras_gan.analysis.detectors.advisor import PATIENCE, Advice
from keras_gan.analysis.run.saved_run import LEAST_EPOCHS, SavedRun
from keras_gan.analysis.verdict.indicators import Verdict
from keras_gan.analysis.verdict.observations import too_few


def render_indicators(verdict: Verdict) -> str:
    """Return the verdict and the indicators, one line each."""
    lines = [f"  {one.status.value.split()[0]} {one.name}: {one.observation}" for one in verdict.indicators]
    score = f"{verdict.passed} of {verdict.total} indicators passed"
    place = [verdict.place] if verdict.place else []
    return "\n".join([f"{verdict.stability}, {score}. Quality: {verdict.quality}", *place, *lines])


def render_advice(advice: Iterable[Advice], run: SavedRun) -> str:
    """Return the findings, their evidence and their remedies, in the order in which to fix them.

    Args:
        advice: The findings with their remedies.
        run: The run, for what is said if there are none.
    """
    blocks = [_render_one(number, one) for number, one in enumerate(advice, start=1)]
    if not blocks:
        return no_findings(run)
    last = f"Change one parameter at a time, in this order, and train {PATIENCE} epochs before you judge the change."
    return "\n\n".join([*blocks, last])


def no_findings(run: SavedRun) -> str:
    """Return what it means that nothing was found in a run: that nothing is wrong, only as far as it was searched.

    Args:
        run: The run.
    """
    if run.epochs < LEAST_EPOCHS:
        return f"{too_few(run.epochs)}: curves are searched from {LEAST_EPOCHS} epochs on."
    unmeasured = " The quality of its samples was not measured lately." if run.fresh_quality is None else ""
    return f"None of the known problems was found in this run.{unmeasured}"


def render_table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table whose columns are as wide as their widest cells."""
    rows = [tuple(columns), *(tuple(map(str, row)) for row in rows)]
    widths = [max(len(row[index]) for row in rows) for index in range(len(columns))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows)


def _render_one(number: int, advice: Advice) -> str:
    lines = [f"{number}. {advice.finding.diagnosis.value.upper()}: {advice.finding.evidence}"]
    for letter, remedy in zip(string.ascii_lowercase, advice.remedies):
        code = "" if remedy.code is None else f"   {remedy.code}"
        lines.append(f"   {letter}) {remedy.advice}{code}")
    return "\n".join(lines)
