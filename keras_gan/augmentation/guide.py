"""Augmentation of the tuning guide: more real images from few."""

import math
from typing import Any

import keras
from keras import ops

from keras_gan.augmentation.geometric import rotation, scaling, warp
from keras_gan.augmentation.jitter import jitter_colours
from keras_gan.augmentation.policy import Augmentation
from keras_gan.checks import NotNegative, Share, check_number
from keras_gan.tensors import Tensor


@keras.saving.register_keras_serializable(package="keras_gan")
class GuideAugmentation(Augmentation):
    """Mirror real images, turn them a little, and jitter their colours.

    Only real images are augmented. So the generator learns to make augmented images: mirror images are as good as the
    real ones, but samples are also turned and coloured as far as the real images are.

    Images are turned about their centres and resampled bilinearly. Beyond its edges, an image goes on as its mirror
    image, so that corners have its own background. The jitter has the formulas of torchvision's `ColorJitter`, always
    in the order of its arguments. The defaults are those of the tuning guide.

    Args:
        flip: Probability that an image is mirrored from left to right, in [0, 1]. Defaults to 0.5.
        degrees: Largest angle of rotation in degrees, to either side. Defaults to 10.0.
        brightness: Largest change of the factor 1 of brightness. Defaults to 0.1.
        contrast: Largest change of the factor 1 of contrast. Defaults to 0.1.
        saturation: Largest change of the factor 1 of saturation. Defaults to 0.1.
        hue: Largest change of hue, as a share of a full turn, in [0, 0.5]. Defaults to 0.02.

    Raises:
        ValueError: If a number is out of its range.
    """

    augments_fakes = False
    draws = 6

    def __init__(
        self,
        flip: Share = 0.5,
        degrees: NotNegative = 10.0,
        brightness: NotNegative = 0.1,
        contrast: NotNegative = 0.1,
        saturation: NotNegative = 0.1,
        hue: NotNegative = 0.02,
    ) -> None:
        self.flip = flip
        self.degrees = degrees
        self.brightness = brightness
        self.contrast = contrast
        self.saturation = saturation
        self.hue = hue
        for name, value in self.get_config().items():
            check_number(value, name, Share if name == "flip" else NotNegative)
        if hue > 0.5:
            raise ValueError(f"`hue` must be at most 0.5, half a turn. Received: hue={hue}")

    def transform(self, images: Tensor, numbers: Tensor) -> Tensor:
        flip, turn, brightness, contrast, saturation, hue = ops.unstack(numbers, self.draws, axis=1)
        mirror = scaling(ops.where(flip < self.flip, -1.0, 1.0), ops.ones_like(flip))
        images = warp(images, ops.matmul(mirror, rotation(math.radians(self.degrees) * (2.0 * turn - 1.0))))
        if not any([self.brightness, self.contrast, self.saturation, self.hue]):
            return images
        return jitter_colours(
            images,
            _factors(self.brightness, brightness),
            _factors(self.contrast, contrast),
            _factors(self.saturation, saturation),
            self.hue * (2.0 * hue - 1.0),
        )

    def get_config(self) -> dict[str, Any]:
        names = "flip", "degrees", "brightness", "contrast", "saturation", "hue"
        return {name: getattr(self, name) for name in names}


def _factors(change: float, numbers: Tensor) -> Tensor:
    """Return factors of at least 0, evenly spread around 1."""
    low, high = max(1.0 - change, 0.0), 1.0 + change
    return low + (high - low) * numbers
