import numpy as np
import pytest
from PIL import Image

from keras_gan.data import load_images

pytestmark = pytest.mark.usefixtures("user_cache")

IMAGES = np.random.default_rng(0).integers(0, 256, (3, 6, 5, 3), dtype=np.uint8)


def write(folder, images, names=("b.png", "a.png", "c.PNG"), **kwargs):
    for name, image in zip(names, images):
        Image.fromarray(image).save(folder / name, **kwargs)


def test_images_come_in_the_order_of_their_names(tmp_path):
    write(tmp_path, IMAGES)
    (tmp_path / "notes.txt").write_text("no image")
    (tmp_path / "._a.png").write_text("what a Mac leaves on a disk")
    (tmp_path / "folder.png").mkdir()
    (tmp_path / ".hidden").mkdir()
    write(tmp_path / ".hidden", IMAGES)
    np.testing.assert_array_equal(load_images(tmp_path), IMAGES[[1, 0, 2]])


def test_grey_files_have_one_channel(tmp_path):
    write(tmp_path, IMAGES[..., 0])
    np.testing.assert_array_equal(load_images(str(tmp_path)), IMAGES[[1, 0, 2], ..., :1])


def test_grey_among_colour_has_three_equal_channels(tmp_path):
    write(tmp_path, [IMAGES[0], IMAGES[1, ..., 0]])
    np.testing.assert_array_equal(load_images(tmp_path), [IMAGES[1][..., :1].repeat(3, -1), IMAGES[0]])


@pytest.mark.parametrize("mode", ["RGBA", "P"])
def test_opaque_files_of_other_modes_have_their_colours(tmp_path, mode):
    few = (IMAGES[0] // 128) * 255
    Image.fromarray(few).convert(mode).save(tmp_path / "a.png")
    np.testing.assert_array_equal(load_images(tmp_path), [few])


def test_photograph_is_turned_as_its_camera_says(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    write(tmp_path, IMAGES[:1], ["a.png"], exif=exif)
    np.testing.assert_array_equal(load_images(tmp_path)[0], np.rot90(IMAGES[0], -1))


def test_array_in_a_file(tmp_path):
    np.save(tmp_path / "images.npy", IMAGES)
    np.testing.assert_array_equal(load_images(tmp_path / "images.npy"), IMAGES)


def of_floats(folder):
    Image.fromarray(np.full((6, 5), 0.5, np.float32)).save(folder / "a.tif")


def broken(folder):
    (folder / "a.png").write_bytes(b"\x89PNG no")


def cut(folder):
    write(folder, IMAGES[:1], ["a.png"])
    (folder / "a.png").write_bytes((folder / "a.png").read_bytes()[:60])


def of_other_sizes(folder):
    write(folder, [IMAGES[0], IMAGES[1, :4]])


@pytest.mark.parametrize(
    ("fill", "message"),
    [
        (of_floats, "cannot be read as an image: a.tif .it must have 8 or 16 bits a channel. Received: mode F"),
        (broken, "cannot be read as an image: a.png"),
        (cut, "cannot be read as an image: a.png"),
        (of_other_sizes, r"b.png must have the size of a.png, height and width \(4, 5\). Received: \(6, 5\)"),
    ],
)
def test_files_that_are_no_set(tmp_path, fill, message):
    fill(tmp_path)
    with pytest.raises(ValueError, match=message):
        load_images(tmp_path)


def test_nothing_there(tmp_path):
    with pytest.raises(FileNotFoundError, match="No images in .*: it must hold .png"):
        load_images(tmp_path)
    with pytest.raises(FileNotFoundError, match="No folder or file"):
        load_images(tmp_path / "none")


def test_arrays_that_are_no_images(tmp_path):
    np.save(tmp_path / "floats.npy", IMAGES / 255)
    with pytest.raises(ValueError, match="floats.npy must be uint8"):
        load_images(tmp_path / "floats.npy")
    (tmp_path / "text.npy").write_text("no array")
    with pytest.raises(ValueError, match="must be a folder of images or an .npy file") as error:
        load_images(tmp_path / "text.npy")
    # NumPy's own words for a file of any other kind.
    assert "pickle" not in str(error.value)


def test_background_is_not_for_arrays(tmp_path):
    np.save(tmp_path / "images.npy", np.zeros((2, 8, 8, 4), np.uint8))
    with pytest.raises(ValueError, match="`background` must be left out for an array, unless it is padded"):
        load_images(tmp_path / "images.npy", background="red")
