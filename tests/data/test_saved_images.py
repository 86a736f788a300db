"""Images saved as files."""

import numpy as np
import pytest
from PIL import Image

import keras_gan as kg
from keras_gan.data import ImageError
from keras_gan.data.grids import read_grid

MODES = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}


def levels(channels, count=5, height=6, width=4):
    return np.random.default_rng(channels).integers(0, 256, (count, height, width, channels), dtype=np.uint8)


def read(path, channels):
    with Image.open(path) as picture:
        assert picture.mode == MODES[channels]
        return np.asarray(picture).reshape(picture.height, picture.width, channels)


@pytest.mark.parametrize("channels", MODES)
def test_folder_has_one_file_for_each_image(tmp_path, channels):
    images = levels(channels)
    assert kg.save_images(images, tmp_path / "new" / "samples") == 5
    files = sorted((tmp_path / "new" / "samples").iterdir())
    assert [file.name for file in files] == [f"{index:06d}.png" for index in range(5)]
    for file, image in zip(files, images, strict=True):
        np.testing.assert_array_equal(read(file, channels), image)


def test_batches_are_numbered_on(tmp_path):
    images = levels(3)
    assert kg.save_images(iter([images[:2], images[2:]]), tmp_path / "samples") == 5
    np.testing.assert_array_equal(read(tmp_path / "samples" / "000004.png", 3), images[4])


def test_floats_are_rounded_to_levels(tmp_path):
    images = levels(3)
    kg.save_images((images / 127.5 - 1.0).astype("float32"), tmp_path / "samples.npz")
    with np.load(tmp_path / "samples.npz", allow_pickle=False) as saved:
        np.testing.assert_array_equal(saved["images"], images)


@pytest.mark.parametrize("channels", MODES)
def test_grid_is_one_picture(tmp_path, channels):
    images = levels(channels)
    kg.save_images(images, tmp_path / "grid.png", columns=2)
    picture = read(tmp_path / "grid.png", channels)
    assert picture.shape == (18, 8, channels)
    np.testing.assert_array_equal(picture[6:12, 4:], images[3])
    # The unused cell of images with transparency is transparent.
    assert not picture[12:, 4:].any()
    np.testing.assert_allclose(read_grid(tmp_path / "grid.png"), images / 127.5 - 1.0, rtol=0, atol=1e-12)


def test_webp_keeps_transparency_and_every_frame(tmp_path):
    images = levels(4)
    images[..., 3] = 255 * (images[..., 3] > 127)
    kg.save_images(images, tmp_path / "walk.webp")
    with Image.open(tmp_path / "walk.webp") as animation:
        assert (animation.n_frames, animation.info["loop"]) == (5, 0)
        for index, image in enumerate(images):
            animation.seek(index)
            frame = np.asarray(animation.convert("RGBA"))
            np.testing.assert_array_equal(frame[..., 3], image[..., 3])
            # Lossless, but for the colour of what is transparent.
            np.testing.assert_array_equal(frame[frame[..., 3] == 255], image[image[..., 3] == 255])


def test_gif_is_on_white(tmp_path):
    images = np.full((2, 4, 4, 4), 255, np.uint8)
    images[..., :3], images[1, ..., 3] = (0, 0, 200), 0
    kg.save_images(images, tmp_path / "walk.gif")
    with Image.open(tmp_path / "walk.gif") as animation:
        assert animation.n_frames == 2
        colours = []
        for index in range(2):
            animation.seek(index)
            colours.append(animation.convert("RGB").getpixel((0, 0)))
    assert colours == [(0, 0, 200), (255, 255, 255)]


@pytest.mark.parametrize(
    ("images", "error", "message"),
    [
        (np.zeros((0, 4, 4, 3), np.uint8), ImageError, "must have the shape"),
        (np.zeros((4, 4, 3), np.uint8), ImageError, "must have the shape"),
        (np.full((1, 4, 4, 3), np.nan), ImageError, "NaN"),
        (np.zeros((1, 4, 4, 5), np.uint8), ValueError, "`images` must have 1 to 4 channels"),
        ([], ValueError, "`images` must hold at least one image"),
        ("text", ImageError, "images must have the shape"),
        (None, ImageError, "images must have the shape"),
    ],
)
def test_what_are_no_images_is_refused_and_nothing_is_written(tmp_path, images, error, message):
    with pytest.raises(error, match=message):
        kg.save_images(images, tmp_path / "samples")
    assert not any(tmp_path.iterdir())


def test_targets_that_would_lose_something_are_refused(tmp_path):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.png").touch()
    (tmp_path / "plain").touch()
    (tmp_path / "grid.png").mkdir()
    for name, error in (("full", FileExistsError), ("plain", FileExistsError), ("grid.png", FileExistsError)):
        with pytest.raises(error, match=f"`path` must be .*{name}"):
            kg.save_images(levels(3), tmp_path / name)
    with pytest.raises(ValueError, match=r"`path` must be a folder, or a file that ends with .png, .npz, .gif, .webp"):
        kg.save_images(levels(3), tmp_path / "samples.jpg")
