"""Figures of runs, for files and for pages."""

import io
import re
from collections.abc import Iterable
from pathlib import Path

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from keras_gan.analysis.report.panels import TEXT_COLOUR, Panel, draw_curve, panels
from keras_gan.analysis.run.saved_run import SavedRun

#: Size in inches of a single figure, and of a panel of the dashboard.
SIZE = (5.4, 3.4)

#: Margins with room for seven digits and a label. Matplotlib could compute them, but takes as long as for the drawing.
MARGINS = {"left": 0.16, "right": 0.97, "bottom": 0.15, "top": 0.91}
DASHBOARD_MARGINS = {"left": 0.05, "right": 0.99, "bottom": 0.08, "top": 0.89, "wspace": 0.2, "hspace": 0.35}


def plot_panel(run: SavedRun, name: str) -> Figure:
    """Return one figure of a run.

    Args:
        run: The run.
        name: One of `panels(run)`.
    """
    figure = Figure(figsize=SIZE)
    figure.subplots_adjust(**MARGINS)
    _draw(figure.subplots(), run, panels(run)[name])
    return figure


def plot_dashboard(run: SavedRun) -> Figure:
    """Return six panels of a run in one figure; if quality was measured, it replaces the time of epochs."""
    chosen = panels(run)
    if "quality" in chosen:
        chosen.pop("epoch_time", None)
    figure = Figure(figsize=(3 * SIZE[0], 2 * SIZE[1]))
    figure.subplots_adjust(**DASHBOARD_MARGINS)
    figure.suptitle(run.name)
    for axes, panel in zip(figure.subplots(2, 3).flat, [*chosen.values(), *[None] * 6]):
        if panel is None:
            axes.set_axis_off()
        else:
            _draw(axes, run, panel)
    return figure


def plot_comparison(runs: Iterable[SavedRun], key: str) -> Figure:
    """Return a figure of several runs on one axis.

    Args:
        runs: The runs. A run that has not logged the key has no curve, and the legend says so.
        key: A column of the history, or "fid_score".
    """
    figure = Figure(figsize=(1.5 * SIZE[0], 1.5 * SIZE[1]), layout="constrained")
    axes = figure.subplots()
    for run in runs:
        if key == "fid_score" and run.quality is not None:
            figures = run.quality.figures
            axes.plot(figures["epoch"], figures[key], label=f"{run.name}, FID{run.quality.label}", marker="o")
        elif key in run.history and key != "fid_score":
            draw_curve(axes, run, key, run.name)
        else:
            axes.plot([], [], label=f"{run.name}: no {key}")
    axes.set_xlabel("epoch")
    axes.xaxis.set_major_locator(MaxNLocator("auto", steps=[1, 2, 2.5, 5, 10], integer=True))
    axes.set_ylabel(key)
    axes.legend()
    return figure


def save_figures(run: SavedRun, folder: str | Path) -> dict[str, str]:
    """Save the dashboard as PNG, and each figure as PNG and as SVG.

    Args:
        run: The run.
        folder: Folder of the files. It is created if it does not exist.

    Returns:
        The figures by name, each as an `<svg>` that takes the text colour and the width of the page around it.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    plot_dashboard(run).savefig(folder / "dashboard.png", dpi=90)
    pages = {}
    for name in panels(run):
        figure = plot_panel(run, name)
        figure.savefig(folder / f"{name}.png", dpi=120)
        svg = _svg(figure, name)
        (folder / f"{name}.svg").write_text(svg.replace(TEXT_COLOUR, "#000000"), encoding="utf-8")
        pages[name] = _inline(svg)
    return pages


def _svg(figure: Figure, name: str) -> str:
    buffer = io.StringIO()
    # Text stays text, and the same run gives the same file.
    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": name}):
        figure.savefig(buffer, format="svg", transparent=True, metadata={"Date": None})
    return buffer.getvalue()


def _inline(svg: str) -> str:
    """Return an SVG for a page: without the header and the size of a file, and without identifiers that may repeat."""
    svg = re.sub(r' id="[A-Za-z0-9.]+_\d+"', "", svg[svg.index("<svg") :])
    svg = re.sub(r' (?:width|height)="[\d.]+pt"', "", svg, count=2)
    return svg.replace(TEXT_COLOUR, "currentColor")


def _draw(axes: Axes, run: SavedRun, panel: Panel) -> None:
    panel.draw(axes, run)
    axes.set_title(panel.title, color=TEXT_COLOUR)
    axes.set_xlabel("epoch", color=TEXT_COLOUR)
    axes.xaxis.set_major_locator(MaxNLocator("auto", steps=[1, 2, 2.5, 5, 10], integer=True))
    axes.yaxis.label.set_color(TEXT_COLOUR)
    axes.tick_params(colors=TEXT_COLOUR, which="both")
    axes.spines[:].set_color(TEXT_COLOUR)
    legend = axes.get_legend()
    if legend is not None:
        legend.get_frame().set_alpha(0)
        for text in legend.get_texts():
            text.set_color(TEXT_COLOUR)
