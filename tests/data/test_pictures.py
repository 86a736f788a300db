"""Pictures of every mode, against references that are written out."""

import io

import numpy as np
import pytest
from PIL import Image, ImageOps

from keras_gan.data import load_images

pytestmark = pytest.mark.usefixtures("user_cache")

RNG = np.random.default_rng(1)
COLOURED = RNG.integers(0, 256, (12, 9, 3), dtype=np.uint8)
TRANSPARENT = RNG.integers(0, 256, (12, 9, 4), dtype=np.uint8)


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "pictures"
    path.mkdir()
    return path


def loaded(folder, image, name="a.png", save=None, **options):
    image = Image.fromarray(image) if isinstance(image, np.ndarray) else image
    image.save(folder / name, **(save or {}))
    return load_images(folder, **options)[0]


def composite(pixels, colour):
    opacity = pixels[..., 3:] / 255.0
    return pixels[..., :3] * opacity + np.array(colour) * (1 - opacity)


@pytest.mark.parametrize(
    ("background", "colour"), [("white", (255, 255, 255)), ("#102030", (16, 32, 48)), ("lime", (0, 255, 0))]
)
def test_transparent_pixels_are_put_on_the_background(folder, background, colour):
    made = loaded(folder, TRANSPARENT, background=background)
    # Pillow rounds the product of two bytes, and the sum of two such products: one level each.
    assert np.abs(made - composite(TRANSPARENT, colour)).max() <= 1


@pytest.mark.parametrize("mode", ["LA", "PA", "P"])
def test_transparency_of_every_mode(folder, mode):
    grey = Image.fromarray(TRANSPARENT).convert("LA")
    if mode == "P":
        image, save = Image.fromarray(COLOURED[..., 0] // 64).convert("L").convert("P"), {"transparency": 2}
        expected = composite(np.asarray(_reopened(image, **save).convert("RGBA")), (255, 255, 255))
    else:
        image, save = grey, {}
        expected = composite(np.asarray(grey.convert("RGBA")), (255, 255, 255))
    assert np.abs(loaded(folder, image, save=save) - expected).max() <= 1


def _reopened(image, **save):
    file = io.BytesIO()
    image.save(file, "PNG", **save)
    return Image.open(file)


def test_transparency_as_a_fourth_channel(folder):
    pixels = TRANSPARENT.copy()
    pixels[0] = 0
    made = loaded(folder, pixels, alpha=True)
    np.testing.assert_array_equal(made[1:][pixels[1:, :, 3] > 0], pixels[1:][pixels[1:, :, 3] > 0])
    # What nobody sees has the colour of the background.
    np.testing.assert_array_equal(made[0], np.full((9, 4), [255, 255, 255, 0]))


def test_opaque_pictures_with_alpha_are_opaque(folder):
    made = loaded(folder, COLOURED, alpha=True)
    np.testing.assert_array_equal(made, np.dstack([COLOURED, np.full((12, 9), 255)]))


def test_colours_of_transparent_pixels_do_not_bleed(folder):
    # The left half is opaque red, the right half transparent green.
    pixels = np.zeros((8, 8, 4), np.uint8)
    pixels[:, :4], pixels[:, 4:] = (255, 0, 0, 255), (0, 255, 0, 0)
    made = loaded(folder, pixels, size=3, alpha=True)
    assert made[..., 1][made[..., 3] > 0].max() == 0
    assert made[..., 0][made[..., 3] > 0].min() == 255


def test_resizing_is_that_of_the_colours_times_their_opacity(folder):
    # Without the extremes, so that the filter's overshoot is not clipped between its two passes.
    pixels = TRANSPARENT // 2 + 64
    made = loaded(folder, pixels, size="6x5", fit="stretch", alpha=True)
    multiplied = np.dstack([pixels[..., :3] * (pixels[..., 3:] / 255.0), pixels[..., 3]])
    planes = [Image.fromarray(multiplied[..., each].astype(np.float32)) for each in range(4)]
    small = np.dstack([np.asarray(plane.resize((5, 6), Image.Resampling.LANCZOS)) for plane in planes])
    # Levels of the product, which Pillow rounds before and after resizing.
    product = made[..., :3] * (made[..., 3:] / 255.0)
    assert np.abs(product - np.clip(small[..., :3], 0, 255)).max() <= 2
    assert np.abs(made[..., 3] - np.clip(small[..., 3], 0, 255)).max() <= 1


@pytest.mark.parametrize("kind", [np.uint16, ">u2"])
def test_sixteen_bits(folder, kind):
    levels = np.array([[0, 128, 129, 257, 1000, 65535]], np.uint16)
    image = Image.fromarray(levels.astype(kind))
    made = loaded(folder, image, "a.tif" if kind == ">u2" else "a.png")
    np.testing.assert_array_equal(made[..., 0], np.rint(levels / 257.0))


def test_no_white_is_known_for_32_bits(folder):
    with pytest.raises(ValueError, match="which of 32 bits is white is not known"):
        loaded(folder, np.full((4, 4), 70000, np.int32), "a.tif")


@pytest.mark.parametrize("mode", ["CMYK", "YCbCr"])
def test_colour_spaces_of_jpeg_and_tiff(folder, mode):
    image = Image.fromarray(COLOURED).convert(mode)
    np.testing.assert_array_equal(loaded(folder, image, "a.tif"), np.asarray(image.convert("RGB")))


def test_black_and_white(folder):
    pixels = COLOURED[..., 0] > 127
    np.testing.assert_array_equal(loaded(folder, Image.fromarray(pixels))[..., 0], pixels * 255)


@pytest.mark.parametrize("ending", ["gif", "webp"])
def test_first_frame_of_an_animation(folder, ending):
    frames = [Image.new("RGB", (6, 6), colour) for colour in ("black", "white")]
    save = {"save_all": True, "append_images": frames[1:], "lossless": True}
    assert loaded(folder, frames[0], f"a.{ending}", save=save).max() == 0


TURNS = {
    1: lambda image: image,
    2: lambda image: image[:, ::-1],
    3: lambda image: image[::-1, ::-1],
    4: lambda image: image[::-1],
    5: lambda image: image.swapaxes(0, 1),
    6: lambda image: np.rot90(image, -1),
    7: lambda image: image[::-1, ::-1].swapaxes(0, 1),
    8: lambda image: np.rot90(image),
}


@pytest.mark.parametrize("orientation", TURNS)
def test_orientation(folder, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    np.testing.assert_array_equal(loaded(folder, COLOURED, save={"exif": exif}), TURNS[orientation](COLOURED))


def bars():
    """Return 8×16 pixels: 4 columns of red, 8 of green, 4 of blue."""
    pixels = np.zeros((8, 16, 3), np.uint8)
    pixels[:, :4, 0], pixels[:, 4:12, 1], pixels[:, 12:, 2] = 255, 255, 255
    return pixels


def test_crop_keeps_the_middle(folder):
    made = loaded(folder, bars(), size=4)
    np.testing.assert_array_equal(made, ImageOps.fit(Image.fromarray(bars()), (4, 4), Image.Resampling.LANCZOS))
    # The filter also sees the pixels beside the cut.
    assert np.abs(made - np.array([0, 255, 0.0])).max() < 16


def test_pad_keeps_all(folder):
    made = loaded(folder, bars(), size=16, fit="pad", background="#010203")
    np.testing.assert_array_equal(made[4:12], bars())
    np.testing.assert_array_equal(made[[0, 3, 12, 15]], np.full((4, 16, 3), [1, 2, 3]))


def test_pad_with_transparency(folder):
    made = loaded(folder, bars(), size=16, fit="pad", alpha=True)
    np.testing.assert_array_equal(made[..., 3], np.pad(np.full((8, 16), 255), ((4, 4), (0, 0))))


def test_grey_pictures_on_a_coloured_ground_have_its_colour(folder):
    made = loaded(folder, np.full((4, 8), 9, np.uint8), size=8, fit="pad", background="red")
    np.testing.assert_array_equal(made[0, 0], [255, 0, 0])


@pytest.mark.parametrize(("size", "shape"), [(7, (7, 7)), ("7", (7, 7)), ("5x7", (5, 7)), ((5, 7), (5, 7))])
@pytest.mark.parametrize("fit", ["crop", "pad", "stretch"])
def test_size_is_height_by_width(folder, size, shape, fit):
    assert loaded(folder, COLOURED, size=size, fit=fit).shape == (*shape, 3)


def test_checkerboard_becomes_grey(folder):
    board = np.indices((64, 64)).sum(axis=0) % 2 * np.uint8(255)
    # Without antialiasing every pixel would be black or white.
    assert np.abs(loaded(folder, board.astype(np.uint8), size=8).astype(float) - 127.5).max() < 4


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"size": "64by64"}, "`size` must be a side such as 64, or height x width such as 48x64"),
        ({"size": 0}, "`size` must be"),
        ({"size": (4, -1)}, "`size` must be"),
        ({"background": "whitish"}, "`background` must be the name of a colour, or #rrggbb"),
        ({"background": "#12345678"}, "`background` must be an opaque colour"),
        ({"fit": "squeeze"}, "`fit` must be one of crop, pad, stretch"),
    ],
)
def test_wrong_options(folder, options, message):
    with pytest.raises(ValueError, match=message):
        loaded(folder, COLOURED, **options)
