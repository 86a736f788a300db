"""The report of a run as one page, which needs no other files."""

import base64
import datetime
import io
import math
from collections.abc import Mapping
from pathlib import Path

import jinja2
import numpy as np

from keras_gan.analysis.detectors.advisor import PATIENCE, Advice
from keras_gan.analysis.report.markdown import (
    INDICATOR_COLUMNS,
    PHASE_COLUMNS,
    STABILITY_SIGNS,
    indicator_rows,
    phase_rows,
    title,
)
from keras_gan.analysis.report.text import no_findings
from keras_gan.analysis.run.saved_run import SavedRun
from keras_gan.analysis.verdict.indicators import Verdict
from keras_gan.data.grids import on_white
from keras_gan.data.pictures import read_picture
from keras_gan.reading import reading

#: Largest number of sample grids on a page; they are evenly chosen.
FRAMES = 40

#: WebP quality of the grids, up to 100; losses at this quality are not visible in 32×32 images.
COMPRESSION = 90

#: CSS class of each stability.
TONES = {"STABLE": "good", "UNSTABLE": "warning", "TOO SHORT": "warning", "FAILED": "bad"}


def render_page(
    run: SavedRun,
    verdict: Verdict,
    advice: list[Advice],
    figures: Mapping[str, str],
    generated: datetime.datetime,
) -> str:
    """Render the page of a run.

    Args:
        run: The run.
        verdict: The verdict on the run.
        advice: The findings with their remedies.
        figures: Figures of the run by name, each as an `<svg>`.
        generated: Time of the page.

    Returns:
        The page in HTML.

    Raises:
        ValueError: If a picture cannot be read.
    """
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("keras_gan.analysis.report"),
        autoescape=True,
        trim_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    return environment.get_template("report.html").render(
        run=run,
        verdict=verdict,
        tone=_tone(run, verdict),
        signs=STABILITY_SIGNS,
        final_d_loss=run.history["d_loss"][-1],
        final_g_loss=run.history["g_loss"][-1],
        generated=generated,
        indicators=indicator_rows(verdict),
        indicator_columns=INDICATOR_COLUMNS,
        advice=advice,
        nothing=no_findings(run),
        patience=PATIENCE,
        frames=[{"epochs": epochs, "source": _source(path)} for epochs, path in _chosen(run.pictures)],
        real=None if run.real_picture is None else _source(run.real_picture),
        nearest=None if run.nearest_picture is None else _source(run.nearest_picture),
        figures=figures,
        phases=phase_rows(run),
        phase_columns=PHASE_COLUMNS,
        quality=_last_figures(run),
        # Like the pictures, by the number of epochs done.
        quality_epochs=None if run.quality is None else int(run.quality.figures["epoch"][-1]) + 1,
        title=title,
    )


def _tone(run: SavedRun, verdict: Verdict) -> str:
    """Return the CSS class of the verdict, which is "good" only if both training and samples are good."""
    tone = TONES[verdict.stability]
    is_good = verdict.quality.startswith(("Excellent", "Good"))
    return "warning" if tone == "good" and not is_good else tone


def _chosen(pictures: tuple[tuple[int, Path], ...]) -> tuple[tuple[int, Path], ...]:
    step = math.ceil(len(pictures) / FRAMES) or 1
    return pictures[::-1][::step][::-1]


def _source(path: Path) -> str:
    """Return a data URL that holds a picture."""
    buffer = io.BytesIO()
    picture = read_picture(path)
    with reading(path, "a picture that a page can show"):
        on_white(picture).convert("RGB").save(buffer, format="WebP", quality=COMPRESSION)
    return f"data:image/webp;base64,{base64.b64encode(buffer.getvalue()).decode()}"


def _last_figures(run: SavedRun) -> dict[str, float]:
    if run.quality is None:
        return {}
    last = {name: values[-1] for name, values in run.quality.figures.items() if name != "epoch"}
    return {name: float(value) for name, value in last.items() if np.isfinite(value)}
