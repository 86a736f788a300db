import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest
from PIL import Image

from keras_gan.analysis.report.figures import plot_comparison, plot_dashboard, plot_panel, save_figures
from keras_gan.analysis.report.panels import panels, thinned

#: The colours that matplotlib gives the critic's loss and the generator's.
LINES = np.array([(31, 119, 180), (255, 127, 14)])


@pytest.fixture(scope="module")
def saved(healthy_run, tmp_path_factory):
    """The folder of a run's figures, and the figures for a page."""
    folder = tmp_path_factory.mktemp("run") / "plots"
    return folder, save_figures(healthy_run, folder)


def titles(figure):
    return [axes.get_title() for axes in figure.axes if axes.axison]


def test_thinned_curves_keep_their_extremes():
    values = np.random.default_rng(0).normal(size=100_000)
    epochs, kept = thinned(np.arange(100_000.0), values, 500)
    assert len(kept) <= 500
    assert (kept.min(), kept.max()) == (values.min(), values.max())
    np.testing.assert_array_equal(values[epochs.astype(int)], kept)
    assert np.all(np.diff(epochs) > 0)


@pytest.mark.parametrize("count", [0, 1, 7, 1999, 2001, 4003])
def test_thinned_curves_of_any_length_are_curves(count):
    epochs, kept = thinned(np.arange(float(count)), np.arange(float(count)))
    assert len(epochs) == len(kept) <= 2000
    assert count == 0 or (kept[0], kept[-1]) == (0, count - 1)


def test_gaps_are_left_out():
    epochs, kept = thinned(np.arange(4.0), np.array([1.0, np.nan, 3.0, np.inf]))
    np.testing.assert_array_equal([epochs, kept], [[0, 2], [1, 3]])


def test_losses_of_both_networks_are_plotted(healthy_run, tmp_path):
    plot_panel(healthy_run, "losses").savefig(tmp_path / "losses.png")
    with Image.open(tmp_path / "losses.png") as picture:
        pixels = np.asarray(picture.convert("RGB"), int).reshape(-1, 3)
    for line in LINES:
        # Smoothed against the white of the paper.
        assert np.abs(pixels - line).max(axis=1).min() < 60


def test_dashboard_has_six_panels(healthy_run, changed):
    assert titles(plot_dashboard(healthy_run)) == [
        "Generator and critic losses",
        "Critic's Wasserstein distance",
        "D/G ratio",
        "Lipschitz constraint",
        "Weights",
        "Distance of the samples to the real images",
    ]
    assert titles(plot_dashboard(changed(quality=None)))[-1] == "Time an epoch"


def test_what_was_not_logged_is_not_drawn(changed):
    run = changed({name: None for name in changed().history if name not in ("d_loss", "g_loss")}, quality=None)
    assert list(panels(run)) == ["losses"]
    assert titles(plot_dashboard(run)) == ["Generator and critic losses"]


def test_columns_without_numbers_are_not_drawn(changed, tmp_path):
    nothing = np.full(300, np.nan)
    run = changed({"epoch_time": nothing, "dg_ratio": nothing}, {"fid_score": np.full(6, np.nan)})
    assert not {"epoch_time", "dg_ratio", "quality"} & set(save_figures(run, tmp_path))


def test_constraint_is_what_the_run_has(healthy_run, changed):
    penalty = plot_panel(healthy_run, "constraint").axes[0]
    assert penalty.get_legend().get_texts()[0].get_text() == "gradient penalty"
    clipped = changed({"clip_ratio": np.full(300, 0.25)}, config={"clip_threshold": 0.01})
    axes = plot_panel(clipped, "constraint").axes[0]
    np.testing.assert_array_equal(axes.lines[0].get_ydata(), 25.0)
    assert axes.get_ylabel() == "% of the critic's weights"


def test_strength_of_the_augmentation_has_a_panel(healthy_run, changed):
    strength = np.linspace(0, 0.4, 300)
    axes = plot_panel(changed({"augmentation_strength": strength}), "augmentation").axes[0]
    np.testing.assert_array_equal(axes.lines[0].get_ydata(), strength)
    assert "augmentation" not in panels(healthy_run)


def test_accuracies_have_a_panel(healthy_run, changed):
    columns = {f"d_accuracy_{kind}": np.linspace(0.5, share, 300) for kind, share in (("real", 0.9), ("fake", 0.6))}
    axes = plot_panel(changed(columns), "accuracy").axes[0]
    for line, key in zip(axes.lines, ("d_accuracy_real", "d_accuracy_fake")):
        np.testing.assert_allclose(line.get_ydata(), 100 * columns[key])
    assert "accuracy" not in panels(healthy_run)


def test_ticks_of_few_epochs_are_whole(changed):
    run = changed({name: values[:4] for name, values in changed().history.items()})
    ticks = plot_panel(run, "losses").axes[0].get_xticks()
    np.testing.assert_array_equal(ticks, np.rint(ticks))


def test_place_stands_over_its_words(healthy_run):
    axes = plot_panel(healthy_run, "place").axes[0]
    assert [text.get_text() for text in axes.texts] == ["Excellent", "Good", "Moderate", "Fair", "Poor"]
    np.testing.assert_array_equal(axes.lines[0].get_ydata(), healthy_run.quality.figures["ladder_position"])
    assert plot_panel(healthy_run, "quality").axes[0].get_ylabel() == "FID[cifar10-resnet]"


def test_run_without_places_has_no_panel_of_them(changed):
    assert "place" not in panels(changed(figures={"ladder_position": np.full(6, np.nan)}))
    assert "place" in panels(changed())


def test_runs_are_compared_on_one_axis(healthy_run, changed):
    other = changed({"wasserstein_distance": None}, name="0002_other", quality=None)
    axes = plot_comparison([healthy_run, other], "wasserstein_distance").axes[0]
    assert [text.get_text() for text in axes.get_legend().get_texts()] == [
        "0001_healthy",
        "0002_other: no wasserstein_distance",
    ]
    quality = plot_comparison([healthy_run, other], "fid_score").axes[0]
    np.testing.assert_array_equal(quality.lines[0].get_ydata(), healthy_run.quality.figures["fid_score"])


def test_figures_are_saved_as_pictures_and_for_a_page(saved):
    folder, figures = saved
    names = ["losses", "wasserstein_distance", "dg_ratio", "constraint", "weights", "epoch_time", "quality", "place"]
    assert list(figures) == names
    expected = {f"{name}.{suffix}" for name in names for suffix in ("png", "svg")} | {"dashboard.png"}
    assert {path.name for path in folder.iterdir()} == expected
    for name, svg in figures.items():
        root = ElementTree.fromstring(svg)
        assert "width" not in root.attrib
        assert "currentColor" in svg
        assert "#010203" not in svg
        file = (folder / f"{name}.svg").read_text()
        assert "currentColor" not in file
        ElementTree.fromstring(file)


def test_figures_of_one_page_share_no_identifiers(saved):
    identifiers = [
        element.attrib["id"]
        for svg in saved[1].values()
        for element in ElementTree.fromstring(svg).iter()
        if "id" in element.attrib
    ]
    assert len(identifiers) == len(set(identifiers))


def test_same_run_has_the_same_figures(healthy_run, saved, tmp_path):
    assert save_figures(healthy_run, tmp_path) == saved[1]
