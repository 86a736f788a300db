"""The analysis report of a run, in Markdown."""

import datetime
from collections.abc import Iterable

from keras_gan.analysis.report import tables
from keras_gan.analysis.run.phases import split_phases
from keras_gan.analysis.run.saved_run import SavedRun
from keras_gan.analysis.verdict.indicators import Verdict

#: Separator of sections.
RULE = "\n---\n\n"

#: Text for a run without notes.
NO_NOTES = "None"

STABILITY_SIGNS = {"STABLE": "✅", "UNSTABLE": "⚠️", "TOO SHORT": "❔", "FAILED": "❌"}

PHASE_COLUMNS = ("Phase", "Epoch Range", "D Loss (Start → End)", "G Loss (Start → End)", "Δ D/epoch", "Δ G/epoch")

INDICATOR_COLUMNS = ("Indicator", "Status", "Observation")


def render_report(run: SavedRun, verdict: Verdict, generated: datetime.datetime) -> str:
    """Render the report of a run.

    Args:
        run: The run.
        verdict: The verdict on the run.
        generated: Time of the report.

    Returns:
        The report in Markdown.
    """
    configuration = [(title(key), tables.cell(value)) for key, value in run.config.items()]
    configuration += [("Change", change) for change in run.changes]
    indicators = _table("## Stability Indicators", INDICATOR_COLUMNS, indicator_rows(verdict))
    sections = [
        _header(run, generated),
        _table(
            "## Training Verdict",
            ("Metric", "Value"),
            [(f"**{name}**", value) for name, value in verdict_rows(verdict)],
        ),
        _table("## Configuration", ("Parameter", "Value"), configuration),
        _table("## Training Progression (Phase-wise Metrics)", PHASE_COLUMNS, phase_rows(run)),
        f"{indicators}\n### Interpretation\n\n{verdict.interpretation}\n",
        f"## Notes\n\n{run.notes or NO_NOTES}\n",
        _details(run),
    ]
    return RULE.join(sections)


def verdict_rows(verdict: Verdict) -> list[tuple[str, str]]:
    """Return the rows of the verdict's table, without its header."""
    return [
        ("Stability", f"{STABILITY_SIGNS[verdict.stability]} {verdict.stability}"),
        ("Quality", verdict.quality),
        *([("Place", verdict.place)] if verdict.place else []),
        ("Score", f"{verdict.passed}/{verdict.total} indicators passed"),
        ("Recommendation", verdict.recommendation),
    ]


def phase_rows(run: SavedRun) -> list[tuple[str, ...]]:
    """Return the rows of the table of phases, without its header."""
    return [
        (
            phase.name,
            f"{phase.start}-{phase.end}",
            "{:.2f} → {:.2f}".format(*phase.d_loss),
            "{:.2f} → {:.2f}".format(*phase.g_loss),
            f"{phase.d_slope:.4f}",
            f"{phase.g_slope:.4f}",
        )
        for phase in split_phases(run.history)
    ]


def indicator_rows(verdict: Verdict) -> list[tuple[str, str, str]]:
    """Return the rows of the table of indicators, without its header."""
    return [(one.name, one.status.value, one.observation) for one in verdict.indicators]


def title(key: str) -> str:
    """Return the name of a parameter in reports, such as "Batch Size"."""
    return key.replace("_", " ").title()


def _header(run: SavedRun, generated: datetime.datetime) -> str:
    d_loss, g_loss = run.history["d_loss"], run.history["g_loss"]
    strength = run.history.get("augmentation_strength")
    lines = [
        f"# Training Analysis Report: {run.name}\n",
        f"**Generated**: {generated:%Y-%m-%d %H:%M:%S}  ",
        f"**Total Epochs**: {run.epochs}  ",
        *([f"**Trained**: {run.progress}  "] if "steps" in run.history else []),
        f"**Final D Loss**: {d_loss[-1]:.4f}  ",
        f"**Final G Loss**: {g_loss[-1]:.4f}  ",
        *_accuracies(run),
        *([] if strength is None else [f"**Final Augmentation Strength**: {strength[-1]:.3f}  "]),
        f"**W&B Run**: {_charts(run)}\n",
    ]
    return "\n".join(lines)


def _accuracies(run: SavedRun) -> list[str]:
    if "d_accuracy_real" not in run.history:
        return []
    real, fake = (100 * run.history[f"d_accuracy_{of}"][-1] for of in ("real", "fake"))
    return [f"**Final D Accuracy**: {real:.1f}% of reals, {fake:.1f}% of fakes  "]


def _charts(run: SavedRun) -> str:
    if run.wandb_url is None:
        return "offline, in the run's folder" if run.is_offline else "none"
    return f"[View on W&B]({run.wandb_url})"


def _details(run: SavedRun) -> str:
    text = "## Full Details\n\nFor complete metrics, loss curves, and generated images, see "
    if run.wandb_url is None:
        return f"{text}the run's folder.\n"
    return f"{text}the W&B run dashboard.\n\n[View Full Report on W&B]({run.wandb_url})\n"


def _table(heading: str, columns: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    return f"{heading}\n\n{tables.header(columns)}{''.join(map(tables.row, rows))}"
