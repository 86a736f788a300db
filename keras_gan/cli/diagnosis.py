"""Diagnosis of a run, or of another program's file of losses, from the command line's options."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from keras_gan.analysis.detectors.advisor import advise, diagnose
from keras_gan.analysis.report.text import render_advice, render_indicators
from keras_gan.analysis.run.columns import read_table, rename_columns
from keras_gan.analysis.run.saved_run import SavedRun, load_run
from keras_gan.analysis.verdict.judge import judge
from keras_gan.data.folder import load_images
from keras_gan.data.horses import load_horses
from keras_gan.data.images import in_range
from keras_gan.data.pipeline import image_batches
from keras_gan.training.images import load_like

if TYPE_CHECKING:
    from keras_gan.cli.diagnose import DiagnosisOptions
    from keras_gan.models.probe import CriticProbe

#: Number of images on which a probe estimates the critic's distance.
PROBE_IMAGES = 512

#: Example of a checkpoint that can be probed.
CHECKPOINT = "checkpoints/epoch_000100.keras"

#: Gap above which a critic counts as far from its optimum.
LARGE_GAP = 0.2


def report_findings(options: "DiagnosisOptions") -> str:
    """Return the findings on a run or a file of losses, and the advice on what to change.

    Args:
        options: Options of the command.

    Raises:
        ValueError: If a file is invalid, or the options do not fit together.
        OSError: If a file cannot be read.
    """
    run, remarks = _load(options)
    real = _load_real(options)
    lines = [f"{run.name}: {run.progress}", *remarks]
    findings = diagnose(run, _load_samples(options), real)
    if not run.is_cross_entropy:
        lines.append(render_indicators(judge(run, findings)))
    lines += _not_searched(run, options, real)
    lines += ["", render_advice(advise(findings, run.config), run)]
    if options.checkpoint is not None:
        lines += ["", _probe(options.checkpoint, options.updates, real)]
    return "\n".join(lines)


def _load(options: "DiagnosisOptions") -> tuple[SavedRun, list[str]]:
    """Return the run, and remarks on how its file was read."""
    if options.losses.is_dir():
        if options.columns or options.loss != "wasserstein":
            raise ValueError(f"`columns` and `loss` are for other programs' files. Received: the run {options.losses}")
        return load_run(options.losses), []
    columns, texts = read_table(options.losses)
    is_run = options.losses.name == "losses.csv" and {"d_loss", "g_loss"} <= set(columns)
    if is_run and not options.columns and (options.losses.parent / "config.json").is_file():
        return load_run(options.losses.parent), []
    try:
        history, renamed = rename_columns(columns, options.mapping)
    except ValueError as error:
        raise ValueError(f"{options.losses}: {error}") from error
    remarks = []
    if renamed:
        remarks.append("Columns: " + ", ".join(f"{old} as {new}" for new, old in renamed.items()))
    if texts:
        remarks.append(f"Columns left out, which are text: {', '.join(texts)}")
    return SavedRun(options.losses.stem, history, config={"loss": options.loss}), remarks


def _load_real(options: "DiagnosisOptions") -> np.ndarray | None:
    """Return the training images that the options name, or None if they do not name any."""
    if options.real is not None:
        return load_like(options.losses, options.real)
    if options.data_dir is not None:
        return load_horses(options.data_dir)[0]
    return None


def _load_samples(options: "DiagnosisOptions") -> np.ndarray | None:
    return None if options.samples is None else in_range(load_images(options.samples))


def _not_searched(run: SavedRun, options: "DiagnosisOptions", real: np.ndarray | None) -> list[str]:
    """Return a line on what could not be searched for, and the options that it needs."""
    missing = []
    if run.quality is None:
        missing.append("quality of samples (no quality.csv)")
    if options.samples is None and not run.pictures:
        missing.append("checkerboard, blur and colour (`--samples`)")
    elif real is None and run.real_picture is None:
        missing.append("checkerboard, blur and colour (`--real`)")
    if real is None and run.copies is None:
        missing.append("copies of training images (`--real`)")
    return [f"Not searched for: {', '.join(missing)}"] if missing else []


def _probe(checkpoint: Path, updates: int, real: np.ndarray | None) -> str:
    if real is None:
        raise ValueError("`real` or `data_dir` must be given to probe a checkpoint: the images that it was trained on")
    # Imported here, because it takes seconds to load.
    from keras_gan.models import GAN, load_model
    from keras_gan.models.probe import probe_critic

    gan = load_model(checkpoint)
    if not isinstance(gan, GAN):
        raise ValueError(f"`checkpoint` must be a whole GAN, such as {CHECKPOINT}. Received: {checkpoint}")
    batches = image_batches(real, min(64, len(real)), gan.n_critic)
    chosen = real[np.random.default_rng(0).permutation(len(real))[:PROBE_IMAGES]]
    return render_probe(probe_critic(gan, in_range(chosen), batches, updates))


def render_probe(probe: "CriticProbe") -> str:
    """Return the result of a probe as text."""
    if not np.isfinite([probe.distance, probe.trained_distance]).all():
        near = "The critic's distance is not finite, so nothing can be said about its optimum"
    elif probe.gap > LARGE_GAP:
        near = "The critic was far from its optimum: its distance says little; raise n_critic"
    else:
        near = "The critic was near its optimum, as far as these updates show: its distance means what it says"
    return (
        f"Probe: W {probe.distance:.4g} → {probe.trained_distance:.4g} in {probe.updates} critic updates against a "
        f"frozen generator, a gap of {probe.gap:.0%}. {near}.\n"
        f"Lipschitz constant on segments between reals and fakes: at least {probe.lipschitz_constant:.3g}; the "
        f"gradient's norm is {probe.mean_norm:.3g} on average."
    )
