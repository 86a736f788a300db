"""Panels of figures about a run, one drawing function for each kind."""

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from keras_gan.analysis.run.saved_run import SavedRun
from keras_gan.rating import WORDS, WORST

#: Largest number of points in a drawn curve; extremes are kept.
POINTS = 2000

#: Colours of the bands of quality, from best to worst.
BAND_COLOURS = ("#2e7d32", "#7cb342", "#fdd835", "#fb8c00", "#c62828")

#: Placeholder for the colour of text, which a page replaces by its own.
TEXT_COLOUR = "#010203"


@dataclasses.dataclass(frozen=True)
class Panel:
    """One kind of figure.

    Attributes:
        title: Title above the figure.
        draw: Function that draws a run on axes.
        columns: Columns that are drawn; the run must have logged at least one of them.
    """

    title: str
    draw: Callable[[Axes, SavedRun], None]
    columns: tuple[str, ...]

    def fits(self, run: SavedRun) -> bool:
        """Return whether a run has values to draw."""
        return any(np.isfinite(run.history[name]).any() for name in self.columns if name in run.history)


def thinned(epochs: np.ndarray, values: np.ndarray, points: int = POINTS) -> tuple[np.ndarray, np.ndarray]:
    """Return a curve with fewer points that looks the same: the smallest and the largest value of each stretch.

    Args:
        epochs: Epochs of the values.
        values: The curve. Values that are not finite are left out.
        points: Largest number of points to keep. Defaults to 2000.
    """
    finite = np.isfinite(values)
    epochs, values = epochs[finite], values[finite]
    stretch = -(-len(values) // (points // 2))
    if stretch <= 2:
        return epochs, values
    starts = np.arange(0, len(values), stretch)
    padded = np.concatenate([values, np.full(len(starts) * stretch - len(values), values[-1])])
    stretches = padded.reshape(len(starts), stretch)
    extremes = np.sort([stretches.argmin(axis=1), stretches.argmax(axis=1)], axis=0)
    kept = np.unique(np.minimum((starts + extremes).ravel(), len(values) - 1))
    return epochs[kept], values[kept]


def draw_curve(
    axes: Axes, run: SavedRun, name: str, label: str | None = None, scale: float = 1.0, **style: Any
) -> None:
    """Draw a column over the epochs, if the run has it."""
    if name in run.history:
        epochs = run.history.get("epoch", np.arange(run.epochs))
        axes.plot(*thinned(epochs, scale * run.history[name]), label=label or name, linewidth=1, **style)


def _zero(axes: Axes) -> None:
    axes.axhline(0, color="0.6", linewidth=0.8, zorder=0)


def draw_losses(axes: Axes, run: SavedRun) -> None:
    """Draw the losses of both networks."""
    draw_curve(axes, run, "g_loss", "generator (g_loss)", color="tab:orange")
    draw_curve(axes, run, "d_loss", "critic (d_loss)", color="tab:blue")
    _zero(axes)
    axes.legend()


def draw_distance(axes: Axes, run: SavedRun) -> None:
    """Draw the critic's Wasserstein distance."""
    draw_curve(axes, run, "wasserstein_distance", color="tab:green")
    _zero(axes)


def draw_ratio(axes: Axes, run: SavedRun) -> None:
    """Draw |D| / |G| on a logarithmic axis."""
    draw_curve(axes, run, "dg_ratio", color="tab:purple")
    if np.any(run.history["dg_ratio"] > 0):
        axes.set_yscale("log")


def draw_constraint(axes: Axes, run: SavedRun) -> None:
    """Draw the state of the Lipschitz constraint: the share of clipped weights, or the penalty."""
    if run.is_clipped or "gradient_penalty" not in run.history:
        draw_curve(axes, run, "clip_ratio", "Clip%", scale=100.0, color="tab:red")
        axes.set_ylabel("% of the critic's weights")
    else:
        draw_curve(axes, run, "gradient_penalty", "gradient penalty", color="tab:red")
        if np.any(run.history["gradient_penalty"] > 0):
            axes.set_yscale("log")
    axes.legend()


def draw_weights(axes: Axes, run: SavedRun) -> None:
    """Draw the standard deviation and, dashed, the mean of both networks' weights."""
    for network, colour in (("critic", "tab:blue"), ("generator", "tab:orange")):
        draw_curve(axes, run, f"{network}_weight_std", f"{network} σ", color=colour)
        draw_curve(axes, run, f"{network}_weight_mean", f"{network} μ", color=colour, linestyle="--")
    axes.legend()


def draw_augmentation(axes: Axes, run: SavedRun) -> None:
    """Draw the strength of an adaptive augmentation."""
    draw_curve(axes, run, "augmentation_strength", color="tab:brown")
    axes.set_ylabel("probability of each operation")
    axes.set_ylim(0, None)


def draw_accuracy(axes: Axes, run: SavedRun) -> None:
    """Draw the shares of reals and fakes that the discriminator takes for what they are, and that of guessing."""
    for kind, colour in (("real", "tab:blue"), ("fake", "tab:orange")):
        draw_curve(axes, run, f"d_accuracy_{kind}", f"on {kind}s", scale=100.0, color=colour)
    axes.axhline(50, color="tab:grey", linewidth=0.8)
    axes.set_ylabel("% of the images")
    axes.set_ylim(0, 100)
    axes.legend()


def draw_time(axes: Axes, run: SavedRun) -> None:
    """Draw the duration of epochs in seconds; the axis ends above the 99th percentile."""
    draw_curve(axes, run, "epoch_time", color="tab:gray")
    axes.set_ylabel("seconds")
    times = run.history["epoch_time"]
    axes.set_ylim(0, 1.2 * np.percentile(times[np.isfinite(times)], 99) or 1)


def draw_quality(axes: Axes, run: SavedRun) -> None:
    """Draw the distance to the real set.

    Raises:
        ValueError: If the samples were not measured.
    """
    quality = run.quality
    if quality is None:
        raise ValueError(f"`run` must have measured samples. Received: {run.name}, whose quality is None")
    axes.plot(
        quality.figures["epoch"], quality.figures["fid_score"], color=TEXT_COLOUR, marker="o", markersize=3, linewidth=1
    )
    axes.set_ylabel(f"FID{quality.label}")
    # A distance of 0 still needs an axis.
    axes.set_ylim(0, 1.15 * max(np.max(quality.finite("fid_score")), np.finfo(np.float32).tiny))


def draw_place(axes: Axes, run: SavedRun) -> None:
    """Draw the place among degraded real images, over coloured bands of words.

    Raises:
        ValueError: If no place was measured.
    """
    quality = run.quality
    if quality is None or len(quality.finite("ladder_position")) == 0:
        raise ValueError(f"`run` must have places of its samples. Received: {run.name}, which has none")
    positions = quality.figures["ladder_position"]
    axes.plot(quality.figures["epoch"], positions, color=TEXT_COLOUR, marker="o", markersize=3, linewidth=1)
    axes.set_ylabel("position, 0 for the real images")
    start = 0.0
    for (bound, word), colour in zip((*WORDS, (1.0, WORST)), BAND_COLOURS):
        axes.axhspan(start, bound, color=colour, alpha=0.18, linewidth=0)
        axes.annotate(word, (0.01, start), xycoords=("axes fraction", "data"), va="bottom", fontsize=7)
        start = bound
    axes.set_ylim(0, start)


#: All kinds of panels by name, which is also the name of the figure's file.
PANELS = {
    "losses": Panel("Generator and critic losses", draw_losses, ("d_loss", "g_loss")),
    "wasserstein_distance": Panel("Critic's Wasserstein distance", draw_distance, ("wasserstein_distance",)),
    "dg_ratio": Panel("D/G ratio", draw_ratio, ("dg_ratio",)),
    "constraint": Panel("Lipschitz constraint", draw_constraint, ("clip_ratio", "gradient_penalty")),
    "accuracy": Panel("Discriminator's accuracy", draw_accuracy, ("d_accuracy_real", "d_accuracy_fake")),
    "weights": Panel("Weights", draw_weights, ("critic_weight_std", "generator_weight_std")),
    "augmentation": Panel("Strength of the augmentation", draw_augmentation, ("augmentation_strength",)),
    "epoch_time": Panel("Time an epoch", draw_time, ("epoch_time",)),
}

QUALITY = Panel("Distance of the samples to the real images", draw_quality, ())

PLACE = Panel("Place among degraded real images", draw_place, ())


def panels(run: SavedRun) -> dict[str, Panel]:
    """Return the panels that a run has values for, by name."""
    drawn = {name: panel for name, panel in PANELS.items() if panel.fits(run)}
    quality = run.quality
    if quality is not None and quality.last("fid_score") is not None:
        drawn["quality"] = QUALITY
    if quality is not None and quality.last("ladder_position") is not None:
        drawn["place"] = PLACE
    return drawn
