"""Pictures of any format and size as uint8 pixels of one size."""

import dataclasses
import io
import math
import numbers
import re
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np
from PIL import Image, ImageColor, ImageOps

from keras_gan.checks import check_flag, check_text, require
from keras_gan.reading import FileError, read_bytes, reading

#: How a picture is brought to another shape: its middle is cut out, it is put on a background, or it is distorted.
Fit = Literal["crop", "pad", "stretch"]

#: Most pixels of a picture. The header of a larger one is read, but nothing is allocated for its pixels.
MAX_PIXELS = 2**26

#: Largest height and width of the images of a set.
MAX_SIDE = 4096

#: Modes of grey pictures without transparency. Those after the first two have 16 bits.
GREY_MODES = ("L", "1", "I;16", "I;16L", "I;16B", "I;16N", "I")

#: Other modes that Pillow converts to RGB and RGBA.
COLOUR_MODES = ("RGB", "RGBA", "RGBa", "RGBX", "P", "PA", "LA", "CMYK", "YCbCr", "HSV")

#: Most bytes of a picture's file, unpacked.
MAX_FILE_BYTES = 2**28


@dataclasses.dataclass(frozen=True)
class Preparation:
    """What is done to each picture of a set.

    Attributes:
        size: Height and width of the images; None for those of the pictures.
        fit: How a picture of another shape is brought to this size.
        background: Red, green and blue that transparent pixels are put on.
        alpha: Whether transparency is kept as a fourth channel.
    """

    size: tuple[int, int] | None
    fit: Fit
    background: tuple[int, int, int]
    alpha: bool


def preparation(size: Any, fit: str, background: str, alpha: bool) -> Preparation:
    """Check how a user wants the pictures of a set.

    Args:
        size: Side of square images; `(height, width)`; or a text, "64" or "48x64"; None for the pictures' own size.
        fit: "crop", "pad" or "stretch".
        background: Name of a colour, or "#rrggbb", as Pillow's `ImageColor` reads it.
        alpha: Whether transparency is kept.

    Raises:
        ValueError: If a value is none of these.
    """
    require(isinstance(fit, str) and fit in get_args(Fit), "fit", "one of crop, pad, stretch", repr(fit))
    check_flag(alpha, "alpha")
    check_text(background, "background")
    try:
        colour = ImageColor.getrgb(background)
    except ValueError as error:
        raise ValueError(
            f"`background` must be the name of a colour, or #rrggbb. Received: background={background!r}"
        ) from error
    require(len(colour) == 3, "background", "an opaque colour", repr(background))
    return Preparation(parse_size(size), fit, colour, alpha)  # type: ignore[arg-type]


def parse_size(size: Any) -> tuple[int, int] | None:
    """Return the height and width that a size of pictures stands for; None for None.

    Args:
        size: A side such as 64, or height x width, such as "48x64" or `(48, 64)`.

    Raises:
        ValueError: If it is something else.
    """
    if size is None:
        return None
    if isinstance(size, (tuple, list)) and len(size) == 2:
        text = f"{size[0]}x{size[1]}"
    else:
        text = str(size) if isinstance(size, (str, numbers.Integral)) and not isinstance(size, bool) else ""
    match = re.fullmatch(r"(\d{1,5})(?:x(\d{1,5}))?", text, re.ASCII | re.IGNORECASE)
    sides = (int(match[1]), int(match[2] or match[1])) if match else (0, 0)
    expected = f"a side such as 64, or height x width such as 48x64, from 1 to {MAX_SIDE}"
    require(all(1 <= side <= MAX_SIDE for side in sides), "size", expected, repr(size))
    return sides


def open_picture(content: bytes) -> Image.Image:
    """Read the header of a picture, and refuse it before its pixels are decoded.

    Args:
        content: The bytes of its file.

    Raises:
        ValueError: If it is no picture, has too many pixels, or values of an unknown range.
    """
    try:
        with reading("it", "a picture that Pillow can read"):
            image = Image.open(io.BytesIO(content))
    except FileError as error:
        if isinstance(error.__cause__, (Image.DecompressionBombError, Image.DecompressionBombWarning)):
            raise FileError(f"it must have at most {MAX_PIXELS} pixels, and has far more") from error
        # Pillow says only where in memory it looked for one.
        raise FileError("it is no picture that Pillow can read") from error
    if image.width * image.height > MAX_PIXELS:
        raise FileError(f"it must have at most {MAX_PIXELS} pixels. Received: {image.width}×{image.height}")
    if image.mode == "I" and image.format != "PNG":
        raise FileError("it must have 8 or 16 bits a channel: which of 32 bits is white is not known")
    if image.mode not in (*GREY_MODES, *COLOUR_MODES):
        raise FileError(f"it must have 8 or 16 bits a channel. Received: mode {image.mode}")
    return image


def read_picture(path: str | Path) -> Image.Image:
    """Read and decode a picture.

    Args:
        path: Its file.

    Raises:
        OSError: If the file cannot be read.
        FileError: If it is no picture, or a larger one than `open_picture` takes.
    """
    content = read_bytes(path, MAX_FILE_BYTES)
    try:
        image = open_picture(content)
        with reading("it", "a picture with pixels that can be decoded"):
            image.load()
    except FileError as error:
        raise FileError(f"{path} cannot be read as a picture: {error}") from error
    return image


def upright_size(image: Image.Image) -> tuple[int, int]:
    """Return height and width of a picture that is turned as its EXIF orientation says, before it is decoded."""
    # Pillow would decode a PNG to look for an orientation behind its pixels.
    is_known = image.format != "PNG" or "exif" in image.info
    with reading("it", "a picture with EXIF data that can be read"):
        is_turned = is_known and image.getexif().get(0x0112) in (5, 6, 7, 8)
    return (image.width, image.height) if is_turned else (image.height, image.width)


def is_grey(image: Image.Image) -> bool:
    """Return whether a picture is grey and opaque, by its mode."""
    return image.mode in GREY_MODES and "transparency" not in image.info


def prepare(image: Image.Image, how: Preparation, mode: str) -> np.ndarray:
    """Decode a picture, turn it upright, put it on the background, and resize it.

    The filter is Lanczos's with antialiasing. Colours of transparent pictures are multiplied by their opacity before,
    so that the colours of transparent pixels do not bleed. A transparent pixel gets the colour of the background.

    Args:
        image: What `open_picture` returned.
        how: What is done to it.
        mode: "L", "RGB" or "RGBA".

    Returns:
        Pixels `(height, width, channels)`, uint8.

    Raises:
        ValueError: If the pixels cannot be decoded.
    """
    with reading("it", "a picture with pixels that can be decoded"):
        image = _converted(_eight_bits(ImageOps.exif_transpose(image)), how, mode)
    pixels = np.asarray(_resized(image, how))
    if mode == "RGBA":
        return np.where(pixels[..., 3:] == 0, np.array([*how.background, 0], np.uint8), pixels)
    return pixels.reshape(*pixels.shape[:2], -1)


def _converted(image: Image.Image, how: Preparation, mode: str) -> Image.Image:
    if mode == "RGBA":
        # Through RGB, because Pillow converts CMYK and others to nothing else.
        return (image if image.has_transparency_data else image.convert("RGB")).convert("RGBA")
    if image.has_transparency_data:
        image = Image.alpha_composite(Image.new("RGBA", image.size, how.background), image.convert("RGBA"))
    return image.convert("RGB").convert(mode)


def _eight_bits(image: Image.Image) -> Image.Image:
    """Return a picture of 16-bit grey levels in 8 bits, each level rounded to the nearest."""
    if image.mode not in GREY_MODES[2:]:
        return image
    levels = np.asarray(image).astype(np.int64)
    grey = Image.fromarray(((np.clip(levels, 0, 65535) + 128) // 257).astype(np.uint8))
    key = image.info.get("transparency")
    if isinstance(key, int):
        grey.putalpha(Image.fromarray(np.where(levels == key, 0, 255).astype(np.uint8)))
    return grey


def _resized(image: Image.Image, how: Preparation) -> Image.Image:
    if how.size is None or image.size == how.size[::-1]:
        return image
    height, width = how.size
    scales = width / image.width, height / image.height
    if how.fit == "stretch":
        return image.resize((width, height), Image.Resampling.LANCZOS)
    if how.fit == "crop":
        cut = width / max(scales), height / max(scales)
        left, top = (image.width - cut[0]) / 2, (image.height - cut[1]) / 2
        box = (max(left, 0), max(top, 0), min(left + cut[0], image.width), min(top + cut[1], image.height))
        return image.resize((width, height), Image.Resampling.LANCZOS, box)
    inner = [max(1, math.floor(side * min(scales) + 0.5)) for side in image.size]
    small = image.resize((min(inner[0], width), min(inner[1], height)), Image.Resampling.LANCZOS)
    ground = (*how.background, 0) if image.mode == "RGBA" else how.background
    canvas = Image.new(image.mode, (width, height), ground if image.mode != "L" else how.background[0])
    canvas.paste(small, ((width - small.width) // 2, (height - small.height) // 2))
    return canvas
