"""The report that is written about a run."""

import dataclasses
import datetime
from pathlib import Path

import numpy as np

from keras_gan.analysis.detectors.advisor import Advice, advise, diagnose
from keras_gan.analysis.detectors.copies import Originals, find_originals
from keras_gan.analysis.detectors.findings import Diagnosis
from keras_gan.analysis.report.figures import save_figures
from keras_gan.analysis.report.markdown import render_report
from keras_gan.analysis.report.page import render_page
from keras_gan.analysis.run.saved_run import LEAST_EPOCHS, NEAREST_PICTURE, SavedRun, annotate, load_run
from keras_gan.analysis.verdict.indicators import Verdict
from keras_gan.analysis.verdict.judge import judge
from keras_gan.data.grids import read_grid, save_grid
from keras_gan.files import replace_text, whole_file

#: Files of the report, as text and as a page.
REPORT, PAGE = "analysis_report.md", "report.html"

#: Number of samples that are shown beside their nearest training images.
SHOWN = 8

#: The folder of the figures.
FIGURES = "plots"


@dataclasses.dataclass(frozen=True)
class RunReport:
    """Verdict and advice about a run, and the files that they were written to.

    Attributes:
        run: The run.
        verdict: The verdict on the run.
        advice: The findings with their remedies.
        files: Files of the report, as text and as a page.
    """

    run: SavedRun
    verdict: Verdict
    advice: list[Advice]
    files: tuple[Path, ...]


def write_report(folder: str | Path, rules: str = "default", training_images: np.ndarray | None = None) -> RunReport:
    """Write `analysis_report.md`, `report.html` and `plots/` into a run's folder.

    Args:
        folder: The run's folder.
        rules: "default", or "reference" for the checks of old reports. Defaults to "default".
        training_images: All images that the run was trained on, uint8, to find copies of them among the samples.
            Defaults to None, which skips this search.

    Returns:
        Verdict, advice and files.

    Raises:
        OSError: If the folder has no run, or the report cannot be written.
        ValueError: If a file of the run is invalid, or the rules need columns that the run does not have.
    """
    folder = Path(folder)
    run = load_run(folder)
    originals = _find_originals(run, training_images)
    findings = diagnose(run, training_images=training_images, originals=originals)
    if training_images is not None:
        # Stored for later reports, which may not have the images.
        copies = [finding.evidence for finding in findings if finding.diagnosis is Diagnosis.MEMORISATION]
        annotate(folder, copies=copies[0] if copies else "")
    if originals is not None:
        run = _show_originals(run, folder, originals)
    verdict, advice = judge(run, findings, rules), advise(findings, run.config)
    generated = datetime.datetime.now()
    figures = save_figures(run, folder / FIGURES)
    files = (folder / REPORT, folder / PAGE)
    replace_text(files[0], render_report(run, verdict, generated))
    replace_text(files[1], render_page(run, verdict, advice, figures, generated))
    return RunReport(run, verdict, advice, files)


def _find_originals(run: SavedRun, training_images: np.ndarray | None) -> Originals | None:
    """Return the nearest training images of the last picture's samples; None if there is nothing to compare."""
    if training_images is None or not run.pictures or run.epochs < LEAST_EPOCHS:
        return None
    samples = read_grid(run.pictures[-1][1])
    if samples is None or samples.shape[1:] != training_images.shape[1:]:
        return None
    return find_originals(samples, training_images)


def _show_originals(run: SavedRun, folder: Path, originals: Originals) -> SavedRun:
    """Save a picture of the samples nearest to training images, above these, and return the run with it."""
    count = min(SHOWN, len(originals.samples))
    path = folder / "samples" / NEAREST_PICTURE
    with whole_file(path) as partial:
        save_grid(originals.closest(count), partial, columns=count)
    nearest = f"{int(originals.is_copy.sum())} of {len(originals.samples)} samples count as copies"
    annotate(folder, nearest=nearest)
    return dataclasses.replace(run, nearest=nearest, nearest_picture=path)
