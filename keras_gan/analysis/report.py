"""The analysis report of a run, in Markdown."""

import dataclasses
import datetime
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from keras_gan.analysis.indicators import Indicator, Verdict
from keras_gan.analysis.phases import split_phases

#: What stands between two sections.
RULE = "\n---\n\n"

STABILITY_SIGNS = {"STABLE": "✅", "UNSTABLE": "⚠️", "FAILED": "❌"}


@dataclasses.dataclass(frozen=True)
class RunDescription:
    """What a report says of a run besides its losses.

    Attributes:
        name: Its name.
        config: What it was trained with.
        notes: What its user remarks. Defaults to "None".
        wandb_url: Where it is on Weights & Biases. Defaults to None, nowhere.
    """

    name: str
    config: Mapping[str, Any]
    notes: str = "None"
    wandb_url: str | None = None


def render_report(
    run: RunDescription,
    history: dict[str, np.ndarray],
    indicators: list[Indicator],
    verdict: Verdict,
    interpretation: str,
    generated: datetime.datetime,
) -> str:
    """Render the report of a run.

    Args:
        run: What it is.
        history: Columns `d_loss` and `g_loss`, such as `read_losses` returns, of at least one epoch.
        indicators: What it was judged by.
        verdict: What they say together.
        interpretation: Paragraphs on how to read them.
        generated: When the report is made.

    Returns:
        The report.
    """
    sections = [
        _header(run, history, generated),
        _verdict(verdict),
        _table("## Configuration", ("Parameter", "Value"), [(_title(key), run.config[key]) for key in run.config]),
        _progression(history),
        _stability(indicators, interpretation),
        f"## Notes\n\n{run.notes}\n",
        _details(run),
    ]
    return RULE.join(sections)


def _header(run, history, generated):
    lines = [
        f"# Training Analysis Report: {run.name}\n",
        f"**Generated**: {generated:%Y-%m-%d %H:%M:%S}  ",
        f"**Total Epochs**: {len(history['d_loss'])}  ",
        f"**Final D Loss**: {history['d_loss'][-1]:.4f}  ",
        f"**Final G Loss**: {history['g_loss'][-1]:.4f}  ",
        f"**W&B Run**: {'none' if run.wandb_url is None else f'[View on W&B]({run.wandb_url})'}\n",
    ]
    return "\n".join(lines)


def _verdict(verdict):
    rows = [
        ("**Stability**", f"{STABILITY_SIGNS[verdict.stability]} {verdict.stability}"),
        ("**Quality**", verdict.quality),
        ("**Score**", f"{verdict.passed}/{verdict.total} indicators passed"),
        ("**Recommendation**", verdict.recommendation),
    ]
    return _table("## Training Verdict", ("Metric", "Value"), rows)


def _progression(history):
    columns = ("Phase", "Epoch Range", "D Loss (Start → End)", "G Loss (Start → End)", "Δ D/epoch", "Δ G/epoch")
    rows = [
        (
            phase.name,
            f"{phase.start}-{phase.end}",
            "{:.2f} → {:.2f}".format(*phase.d_loss),
            "{:.2f} → {:.2f}".format(*phase.g_loss),
            f"{phase.d_slope:.4f}",
            f"{phase.g_slope:.4f}",
        )
        for phase in split_phases(history)
    ]
    return _table("## Training Progression (Phase-wise Metrics)", columns, rows)


def _stability(indicators, interpretation):
    rows = [(indicator.name, indicator.status.value, indicator.observation) for indicator in indicators]
    table = _table("## Stability Indicators", ("Indicator", "Status", "Observation"), rows)
    return f"{table}\n### Interpretation\n\n{interpretation}\n"


def _details(run):
    text = "## Full Details\n\nFor complete metrics, loss curves, and generated images, see "
    if run.wandb_url is None:
        return f"{text}the run's folder.\n"
    return f"{text}the W&B run dashboard.\n\n[View Full Report on W&B]({run.wandb_url})\n"


def _title(key: str) -> str:
    return key.replace("_", " ").title()


def _table(heading: str, columns: tuple[str, ...], rows: Iterable[tuple]) -> str:
    """Render a table under its heading; each dashed rule is as wide as its column's name, and two more."""
    lines = [heading, "", _row(columns), "|" + "|".join("-" * (len(column) + 2) for column in columns) + "|"]
    return "\n".join([*lines, *map(_row, rows)]) + "\n"


def _row(cells):
    return "| " + " | ".join(map(str, cells)) + " |"
