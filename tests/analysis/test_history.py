import numpy as np
import pytest
from PIL import Image

from keras_gan.analysis.figures import plot_losses
from keras_gan.analysis.history import read_losses


def test_columns_are_read_by_name(tmp_path):
    path = tmp_path / "losses.csv"
    path.write_text("epoch,d_loss\n0,1.5\n1,-2e-05\n")
    columns = read_losses(path)
    assert list(columns) == ["epoch", "d_loss"]
    np.testing.assert_array_equal(columns["d_loss"], [1.5, -2e-5])


def test_file_without_rows_has_empty_columns(tmp_path):
    path = tmp_path / "losses.csv"
    path.write_text("epoch,d_loss\n")
    assert {name: len(column) for name, column in read_losses(path).items()} == {"epoch": 0, "d_loss": 0}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "must have a header row"),
        ("epoch,d_loss\n0\n", "line 2 must have 2 values. Received: 1"),
        ("epoch,d_loss\n0,1\n1,much\n", "must hold numbers alone.*much"),
    ],
)
def test_other_files_are_refused(tmp_path, content, message):
    path = tmp_path / "losses.csv"
    path.write_text(content)
    with pytest.raises(ValueError, match=f"losses.csv.*{message}"):
        read_losses(path)


#: The colours that matplotlib gives the critic's loss, the generator's, and the distance.
LINES = np.array([(31, 119, 180), (255, 127, 14), (44, 160, 44)])


def test_losses_are_plotted(tmp_path):
    epochs = np.arange(50)
    history = {"epoch": epochs, "d_loss": 0.0 * epochs - 1, "g_loss": 0.0 * epochs + 1, "wasserstein_distance": epochs}
    plot_losses(history, tmp_path / "losses.png")
    with Image.open(tmp_path / "losses.png") as picture:
        pixels = np.asarray(picture.convert("RGB"), int).reshape(-1, 3)
    for line in LINES:
        # Smoothed against the white of the paper.
        assert np.abs(pixels - line).max(axis=1).min() < 60
