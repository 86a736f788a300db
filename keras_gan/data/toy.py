"""Procedurally drawn 32×32 horses, for machines that cannot download CIFAR-10."""

from typing import TypeAlias

import numpy as np
from PIL import Image, ImageDraw

from keras_gan.checks import check_count, check_seed, require

#: Red, green and blue, in [0, 255].
Colour: TypeAlias = tuple[int, int, int]

#: Side of the images.
SIZE = 32

#: Images are drawn this many times larger, then averaged down, because Pillow does not smooth the edges of shapes.
OVERSAMPLING = 4

#: Most images of a set: these are 3 GB in memory.
MOST = 1_000_000

SKIES = ((116, 165, 212), (160, 196, 224), (196, 206, 214), (224, 188, 148), (96, 130, 176))
GROUNDS = ((92, 132, 60), (126, 148, 70), (168, 142, 92), (188, 170, 120), (70, 104, 58))
COATS = ((96, 58, 30), (134, 82, 44), (62, 40, 28), (36, 32, 32), (172, 128, 84), (206, 196, 184), (128, 122, 118))


def toy_horses(count: int, seed: int = 0) -> np.ndarray:
    """Draw horses that differ in coat, stance, size, place and landscape.

    Args:
        count: Number of images, at least 1 and at most 1,000,000.
        seed: Seed of the whole set. Defaults to 0.

    Returns:
        Images `(count, 32, 32, 3)`, uint8. The same arguments give the same images.

    Raises:
        ValueError: If `count` is no integer from 1 to 1,000,000, or `seed` none of at least 0.
    """
    check_count(count, "count")
    require(count <= MOST, "count", f"at most {MOST}", count)
    check_seed(seed)
    rng = np.random.default_rng(seed)
    return np.stack([_draw(rng) for _ in range(count)])


def _draw(rng: np.random.Generator) -> np.ndarray:
    side = SIZE * OVERSAMPLING
    horizon = int(side * rng.uniform(0.35, 0.65))
    image = Image.new("RGB", (side, side), _colour(rng, SKIES))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, horizon, side, side), fill=_colour(rng, GROUNDS))
    _draw_horse(draw, rng, side)
    small = image.resize((SIZE, SIZE), Image.Resampling.BOX)
    return np.asarray(small.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if rng.random() < 0.5 else small)


def _draw_horse(draw: ImageDraw.ImageDraw, rng: np.random.Generator, side: int) -> None:
    """Draw a horse that faces right, in coordinates where its body is about one unit long."""
    unit = side * rng.uniform(0.38, 0.55)
    left = (side - 1.35 * unit) * rng.uniform(0.3, 0.7) + 0.1 * unit
    top = side * rng.uniform(0.38, 0.50) - 0.1 * unit
    coat = _colour(rng, COATS)
    hair = tuple(int(0.55 * channel) for channel in coat)

    def place(*points: tuple[float, float]) -> list[tuple[float, float]]:
        return [(left + x * unit, top + y * unit) for x, y in points]

    lift = rng.uniform(0.0, 0.35)
    for hip, swing in ((0.12, -0.12), (0.22, 0.06), (0.78, -0.05), (0.88, 0.14)):
        foot = hip + swing + rng.uniform(-0.06, 0.06)
        draw.line(place((hip, 0.35), (hip + 0.5 * swing, 0.65), (foot, 0.98)), coat, int(0.10 * unit), "curve")
    draw.ellipse(place((0.0, 0.05), (1.0, 0.52)), fill=coat)
    draw.polygon(place((0.72, 0.18), (0.98, 0.34), (1.22, -0.18 + lift), (1.05, -0.30 + lift)), fill=coat)
    draw.line(place((0.72, 0.12), (1.05, -0.30 + lift)), hair, int(0.08 * unit))
    head = ((1.03, -0.32), (1.16, -0.34), (1.40, -0.06), (1.32, 0.02), (1.1, -0.12))
    draw.polygon(place(*((x, y + lift) for x, y in head)), fill=coat)
    draw.line(place((0.04, 0.20), (-0.08, 0.32), (-0.10, 0.62)), hair, int(0.10 * unit), "curve")


def _colour(rng: np.random.Generator, palette: tuple[Colour, ...]) -> Colour:
    base = np.asarray(palette[rng.integers(len(palette))])
    varied = rng.uniform(0.85, 1.15) * base + rng.normal(0, 4, 3)
    red, green, blue = (int(channel) for channel in np.clip(varied, 0, 255))
    return red, green, blue
