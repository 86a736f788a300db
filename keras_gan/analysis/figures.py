"""Figures of a run."""

from pathlib import Path

import numpy as np
from matplotlib.figure import Figure


def plot_losses(history: dict[str, np.ndarray], path: str | Path):
    """Plot the losses of both networks and the Wasserstein distance over the epochs.

    Args:
        history: Columns `epoch`, `d_loss`, `g_loss` and `wasserstein_distance`, such as `read_losses` returns.
        path: Where the picture goes; its suffix says the format.
    """
    figure = Figure(figsize=(9, 6), layout="constrained")
    losses, distance = figure.subplots(2, 1, sharex=True)
    epochs = history["epoch"]
    losses.plot(epochs, history["d_loss"], label="critic (d_loss)", linewidth=1)
    losses.plot(epochs, history["g_loss"], label="generator (g_loss)", linewidth=1)
    losses.set_ylabel("loss")
    losses.legend()
    distance.plot(epochs, history["wasserstein_distance"], color="tab:green", linewidth=1)
    distance.set_ylabel("critic's Wasserstein distance")
    distance.set_xlabel("epoch")
    for axes in (losses, distance):
        axes.axhline(0, color="0.7", linewidth=0.8, zorder=0)
    figure.savefig(path, dpi=120)
