"""The operations of adaptive augmentation, from random numbers, each with a probability."""

import functools
import math
from collections.abc import Iterator

from keras import ops

from keras_gan.augmentation.colour import colour_matrices
from keras_gan.augmentation.geometric import rotation, scaling, shift
from keras_gan.tensors import Tensor

#: Largest translation by whole pixels, and standard deviation of that by fractions, in image sizes.
TRANSLATION = 0.125

#: Standard deviations: of scaling, in powers of two, of what brightness adds, and of contrast and saturation.
SCALE, BRIGHTNESS, CONTRAST, SATURATION = 0.2, 0.2, 0.5, 1.0

#: Keeps −1 and 1, which stand for infinite numbers, out of the normal distribution.
BELOW_ONE = 1.0 - 2.0**-23


def draw_maps(numbers: Iterator[Tensor], probability: Tensor, height: int, width: int) -> Tensor:
    """Return one affine map of each image for all geometric operations, see `geometric`.

    Args:
        numbers: Numbers in [0, 1), `(batch,)`, of which 18 are taken.
        probability: Probability of each operation.
        height: Height of the images.
        width: Width of the images.
    """
    # Two rotations, of which at least one is applied with this probability.
    of_rotation = 1.0 - ops.sqrt(1.0 - probability)

    def drawn(neutral: float, value: Tensor, of: Tensor = probability) -> Tensor:
        return ops.where(next(numbers) < of, value, neutral)

    def moved(values: tuple[Tensor, Tensor]) -> Tensor:
        is_chosen = next(numbers) < probability
        return shift(*(ops.where(is_chosen, value, 0.0) for value in values))

    mirror = drawn(1.0, _one_of(numbers, 2) * 2.0 - 1.0)
    steps = [scaling(mirror, ops.ones_like(mirror))]
    steps.append(rotation(drawn(0.0, _one_of(numbers, 4) * (math.pi / 2))))
    steps.append(moved(tuple(ops.round(_within(numbers, TRANSLATION) * size) for size in (width, height))))
    factor = drawn(1.0, _power(numbers, SCALE))
    steps.append(scaling(factor, factor))
    steps.append(rotation(drawn(0.0, _within(numbers, math.pi), of_rotation)))
    factor = drawn(1.0, _power(numbers, SCALE))
    steps.append(scaling(factor, 1.0 / factor))
    steps.append(rotation(drawn(0.0, _within(numbers, math.pi), of_rotation)))
    steps.append(moved(tuple(_normal(numbers) * TRANSLATION * size for size in (width, height))))
    return functools.reduce(ops.matmul, steps)


def draw_colours(numbers: Iterator[Tensor], probability: Tensor) -> tuple[Tensor, Tensor]:
    """Return the matrices and offsets of colours, see `colour`, for all operations on them.

    Args:
        numbers: Numbers in [0, 1), `(batch,)`, of which 10 are taken.
        probability: Probability of each operation.
    """

    def drawn(neutral: float, value: Tensor) -> Tensor:
        return ops.where(next(numbers) < probability, value, neutral)

    brightness = drawn(0.0, BRIGHTNESS * _normal(numbers))
    contrast = drawn(1.0, _power(numbers, CONTRAST))
    inversion = drawn(1.0, _one_of(numbers, 2) * 2.0 - 1.0)
    hue = drawn(0.0, _within(numbers, math.pi))
    saturation = drawn(1.0, _power(numbers, SATURATION))
    # Inversion and saturation commute: they act on the grey part and on the rest.
    lightness = contrast * inversion
    return colour_matrices(lightness, contrast * saturation, hue), lightness * brightness


def _one_of(numbers: Iterator[Tensor], count: int) -> Tensor:
    return ops.floor(next(numbers) * count)


def _within(numbers: Iterator[Tensor], limit: float) -> Tensor:
    return limit * (2.0 * next(numbers) - 1.0)


def _normal(numbers: Iterator[Tensor]) -> Tensor:
    return math.sqrt(2.0) * ops.erfinv(ops.clip(2.0 * next(numbers) - 1.0, -BELOW_ONE, BELOW_ONE))


def _power(numbers: Iterator[Tensor], deviation: float) -> Tensor:
    return ops.exp(math.log(2.0) * deviation * _normal(numbers))
