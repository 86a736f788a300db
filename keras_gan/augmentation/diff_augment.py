"""DiffAugment: differentiable augmentation of real and generated images."""

from collections.abc import Callable
from typing import Any

import keras
from keras import ops

from keras_gan.augmentation.colour import colour_matrices, mean_colour, recolour
from keras_gan.augmentation.cutout import cut_out
from keras_gan.augmentation.geometric import translate
from keras_gan.augmentation.policy import Augmentation
from keras_gan.tensors import Tensor

#: Groups of operations, and how many random numbers each takes.
GROUPS = {"color": 3, "translation": 2, "cutout": 2}


@keras.saving.register_keras_serializable(package="keras_gan")
class DiffAugment(Augmentation):
    """Show the critic real and generated images in other colours, moved, and with a part cut out.

    The critic sees all images augmented, also in the generator's update. So it cannot learn the few real images by
    heart, and the generator learns from gradients through the augmentation to make images that are not augmented.

    - `color`: a number in [−0.5, 0.5] is added; the differences of the channels from their mean are multiplied by a
      number in [0, 2], and the differences from the image's mean by one in [0.5, 1.5].
    - `translation`: the image is moved by up to 1/8 of its size to each side, with zeros, a middle grey, where nothing
      was.
    - `cutout`: a rectangle of half the image's height and width, which may reach beyond its edges, is set to zero.

    Args:
        policy: What to do, in this order, separated by commas. Defaults to "color,translation,cutout".

    Raises:
        ValueError: If `policy` names something else, or something twice.

    Reference:
        Zhao et al., Differentiable Augmentation for Data-Efficient GAN Training, arXiv:2006.10738.
    """

    def __init__(self, policy: str = "color,translation,cutout") -> None:
        names = policy.split(",") if isinstance(policy, str) else []
        if not names or len(set(names)) < len(names) or not set(names) <= set(GROUPS):
            raise ValueError(f"`policy` must be of {', '.join(GROUPS)}, separated by commas. Received: {policy!r}")
        self.policy = policy
        self.draws = sum(GROUPS[name] for name in names)
        self._names = names

    def transform(self, images: Tensor, numbers: Tensor) -> Tensor:
        columns = ops.unstack(numbers, self.draws, axis=1)
        for name in self._names:
            own, columns = columns[: GROUPS[name]], columns[GROUPS[name] :]
            images = _OPERATIONS[name](images, *own)
        return images

    def get_config(self) -> dict[str, Any]:
        return {"policy": self.policy}


def _color(images: Tensor, brightness: Tensor, saturation: Tensor, contrast: Tensor) -> Tensor:
    brightness, saturation, contrast = brightness - 0.5, 2.0 * saturation, contrast + 0.5
    matrices = colour_matrices(contrast, contrast * saturation, ops.zeros_like(contrast))
    return recolour(images, matrices, brightness + (1.0 - contrast) * mean_colour(images))


def _translation(images: Tensor, right: Tensor, down: Tensor) -> Tensor:
    _, height, width, _ = ops.shape(images)
    limits = int(width / 8 + 0.5), int(height / 8 + 0.5)
    right, down = (_whole(number, 2 * limit + 1) - limit for number, limit in zip((right, down), limits))
    return translate(images, right, down, limits)


def _cutout(images: Tensor, left: Tensor, top: Tensor) -> Tensor:
    _, height, width, _ = ops.shape(images)
    left, top = (_cut_start(number, size) for number, size in ((left, width), (top, height)))
    return cut_out(images, left, top, (_half(width), _half(height)))


def _cut_start(numbers: Tensor, size: int) -> Tensor:
    """Return first places of a cut whose centre is anywhere in the image; that of an even cut lies between pixels."""
    cut = _half(size)
    return _whole(numbers, size + 1 - cut % 2) - cut // 2


def _half(size: int) -> int:
    return int(size / 2 + 0.5)


def _whole(numbers: Tensor, count: int) -> Tensor:
    """Return the integers from 0 to `count` − 1, evenly drawn, that belong to numbers in [0, 1)."""
    return ops.cast(ops.floor(numbers * count), "int32")


_OPERATIONS: dict[str, Callable[..., Tensor]] = {"color": _color, "translation": _translation, "cutout": _cutout}
