"""Runs in memory and on disk: the reference's, and one in which nothing is wrong."""

import dataclasses

import numpy as np
import pytest

from keras_gan.analysis.run.quality_history import QualityHistory
from keras_gan.analysis.run.saved_run import SavedRun
from keras_gan.rating import Place

#: The losses of the reference run at the ends of its phases, as its report gives them to two digits; the third is
#: chosen so that the changes an epoch come out to its fourth. Two epochs more bend the generator's, so that its means
#: over the first and the last hundred epochs are the report's.
ENDS = {
    0: (-0.004, -0.004),
    50: (0.006, -0.17),
    99: (0.016, -0.096),
    100: (0.016, -0.094),
    999: (0.746, -16.25),
    1000: (0.754, -16.29),
    3999: (4.05, -82.87),
    4000: (4.05, -82.88),
    7999: (5.14, -106.75),
    8000: (5.14, -106.75),
    11900: (5.48, -115.41),
    11999: (5.4859, -115.5495),
}

PROVENANCE = {
    "extractor": "cifar10-resnet",
    "weights_sha256": "ab",
    "resize": "none",
    "reference_sha256": "cd",
    "n_real": "5000",
    "n_samples": "1000",
}

PLACE = Place(0.15, "unseen", "jpeg_10", 0.8, "recall")

EPOCHS = 300


@pytest.fixture
def reference_history():
    """Losses that pass through the published ends of the phases, straight in between."""
    epochs = np.arange(12000.0)
    d_loss, g_loss = (np.interp(epochs, list(ENDS), column) for column in zip(*ENDS.values()))
    return {
        "epoch": epochs,
        "d_loss": d_loss,
        "g_loss": g_loss,
        "d_loss_real": d_loss - 0.0015,
        "d_loss_fake": d_loss + 0.0015,
    }


@pytest.fixture(scope="module")
def quality():
    """Six evaluations, 60 to 30, the last of them a good one."""
    figures = {
        "epoch": np.arange(49.0, 300.0, 50.0),
        "fid_score": np.array([60.0, 50.0, 42.0, 36.0, 32.0, 30.0]),
        "fid_floor": np.ones(6),
        "feature_diversity": np.full(6, 0.9),
        "recall": np.full(6, 0.5),
        "pixel_variance": np.full(6, 0.2),
        "ladder_position": np.array([0.6, 0.5, 0.4, 0.3, 0.2, 0.15]),
    }
    return QualityHistory(PROVENANCE, figures, PLACE)


@pytest.fixture(scope="module")
def healthy_run(quality):
    """A run with a penalty: the critic's distance rises to 6, then falls to 2."""
    epochs = np.arange(float(EPOCHS))
    noise = np.random.default_rng(0).normal(size=EPOCHS)
    distance = 6 * (1 - np.exp(-epochs / 10)) * (1 / 3 + 2 / 3 * np.exp(-epochs / 60)) + 0.2 * noise
    history = {
        "epoch": epochs,
        "d_loss": -distance + 0.1,
        "d_loss_real": -distance - 1,
        "d_loss_fake": np.ones(EPOCHS),
        "g_loss": -np.ones(EPOCHS) + 0.1 * noise,
        "wasserstein_distance": distance,
        "gradient_penalty": np.full(EPOCHS, 0.01),
        "clip_ratio": np.zeros(EPOCHS),
        "dg_ratio": np.abs(distance),
        "critic_weight_mean": np.zeros(EPOCHS),
        "critic_weight_std": np.full(EPOCHS, 0.02),
        "generator_weight_mean": np.zeros(EPOCHS),
        "generator_weight_std": np.full(EPOCHS, 0.07),
        "generator_gradient_norm": np.full(EPOCHS, 5.0),
        "epoch_time": np.full(EPOCHS, 0.25),
    }
    config = {"batch_size": 64, "n_critic": 5, "clip_threshold": None, "gradient_penalty": 10.0}
    return SavedRun("0001_healthy", history, config, quality)


@pytest.fixture
def changed(healthy_run):
    """Return the healthy run with other columns, other figures of quality, or other attributes."""

    def change(columns=None, figures=None, **attributes):
        history = {**healthy_run.history, **(columns or {})}
        history = {name: values for name, values in history.items() if values is not None}
        if figures is not None:
            kept = {**healthy_run.quality.figures, **figures}
            attributes["quality"] = dataclasses.replace(healthy_run.quality, figures=kept)
        return dataclasses.replace(healthy_run, history=history, **attributes)

    return change


@pytest.fixture
def run_dir(tmp_path):
    """A folder of a run of forty epochs, without quality."""
    folder = tmp_path / "runs" / "gan" / "0001_demo"
    folder.mkdir(parents=True)
    rows = [f"{epoch},{-2 - epoch / 100:.3f},{epoch / 10:.2f},-3,1,{2 + epoch / 100:.3f}" for epoch in range(40)]
    header = "epoch,d_loss,g_loss,d_loss_real,d_loss_fake,wasserstein_distance"
    (folder / "losses.csv").write_text("\n".join([header, *rows]) + "\n")
    (folder / "config.json").write_text('{"batch_size": 32, "n_critic": 3, "gradient_penalty": 10.0}')
    (folder / "run.json").write_text('{"started": "2026-01-07", "notes": "Baseline", "wandb_url": "https://w/1"}')
    return folder
