import numpy as np
import pytest
from PIL import Image

from keras_gan.data.grids import read_grid, save_grid


@pytest.mark.parametrize("shape", [(7, 4, 6, 3), (1, 8, 8, 3), (16, 4, 4, 1)])
def test_images_come_back_as_they_were_saved(tmp_path, shape):
    images = np.random.default_rng(0).uniform(-1, 1, shape)
    save_grid(images, tmp_path / "grid.png")
    # Rounded to one of 256 levels.
    np.testing.assert_allclose(read_grid(tmp_path / "grid.png"), images, rtol=0, atol=0.5 / 127.5 + 1e-6)


def test_pictures_that_do_not_tell_their_tiles_are_none(tmp_path):
    Image.new("RGB", (8, 8)).save(tmp_path / "grid.png")
    assert read_grid(tmp_path / "grid.png") is None


def test_other_files_are_refused(tmp_path):
    (tmp_path / "grid.png").write_bytes(b"no picture")
    with pytest.raises(ValueError, match="grid.png cannot be read as a picture"):
        read_grid(tmp_path / "grid.png")


@pytest.mark.parametrize(
    ("tiles", "message"),
    [
        ("many", "must tell its tiles"),
        ("9 4x4", "must hold 9 tiles of 4x4"),
        ("4 0x4", "must tell its tiles"),
        ("0 4x4", "must tell its tiles"),
        (f"{'9' * 5000} 4x4", "must tell its tiles"),
    ],
)
def test_wrong_tiles_are_refused(tmp_path, tiles, message):
    from PIL import PngImagePlugin

    text = PngImagePlugin.PngInfo()
    text.add_text("Tiles", tiles)
    Image.new("RGB", (8, 8)).save(tmp_path / "grid.png", pnginfo=text)
    with pytest.raises(ValueError, match=message):
        read_grid(tmp_path / "grid.png")


def test_pictures_of_other_modes_are_refused(tmp_path):
    from PIL import PngImagePlugin

    text = PngImagePlugin.PngInfo()
    text.add_text("Tiles", "4 4x4")
    Image.new("P", (8, 8)).save(tmp_path / "grid.png", pnginfo=text)
    with pytest.raises(ValueError, match="must be a picture of mode .* Received: mode P"):
        read_grid(tmp_path / "grid.png")


def test_picture_that_is_too_large_is_refused(tmp_path, monkeypatch):
    Image.new("RGB", (8, 8)).save(tmp_path / "grid.png")
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 8)
    with pytest.raises(ValueError, match="cannot be read as a picture"):
        read_grid(tmp_path / "grid.png")
