"""Texts that the scripts print."""

import string
from collections.abc import Iterable, Sequence

from keras_gan.analysis.detectors.advisor import PATIENCE, Advice
from keras_gan.analysis.verdict.indicators import Verdict


def render_indicators(verdict: Verdict) -> str:
    """Return the verdict and the indicators, one line each."""
    lines = [f"  {one.status.value.split()[0]} {one.name}: {one.observation}" for one in verdict.indicators]
    score = f"{verdict.passed} of {verdict.total} indicators passed"
    place = [verdict.place] if verdict.place else []
    return "\n".join([f"{verdict.stability}, {score}. Quality: {verdict.quality}", *place, *lines])


def render_advice(advice: Iterable[Advice]) -> str:
    """Return the findings, their evidence and their remedies, in the order in which to fix them."""
    blocks = [_render_one(number, one) for number, one in enumerate(advice, start=1)]
    if not blocks:
        return "Nothing known is wrong."
    last = f"Change one parameter at a time, in this order, and train {PATIENCE} epochs before you judge the change."
    return "\n\n".join([*blocks, last])


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
