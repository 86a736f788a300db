"""Adaptive discriminator augmentation (ADA): as strong as the critic's overfitting asks for."""

from typing import Any

import keras
from keras import ops

from keras_gan.augmentation.ada_draws import draw_colours, draw_maps
from keras_gan.augmentation.colour import recolour
from keras_gan.augmentation.geometric import warp
from keras_gan.augmentation.policy import Augmentation
from keras_gan.checks import Count, Share, check_count, check_number
from keras_gan.tensors import Tensor


@keras.saving.register_keras_serializable(package="keras_gan")
class AdaptiveAugmentation(Augmentation):
    """Show the critic real and generated images augmented with a probability that follows the critic's overfitting.

    Each operation is applied to each image with the probability p: mirroring, quarter turns, translation by whole
    pixels, scaling, rotation, stretching, translation by fractions, then brightness, contrast, inversion of lightness,
    hue and saturation, spread as in the paper. All geometric operations are one bilinear resampling. Beyond its edges,
    an image goes on as its mirror image.

    Every `interval` critic updates, p rises if the indicator of overfitting is above `target`, and falls if it is
    below. The paper's indicator is E[sign(D(real))], because a logistic discriminator's score is 0 where it takes an
    image for real or generated with equal chances. A Wasserstein critic has no such point: its loss stays the same if a
    constant is added to all scores. So the scores' own middle takes the place of 0:

    r = E[sign(D(real) − m)], m = ½ (E[D(real)] + E[D(fake)])

    Shift and scale of the scores do not change it. It is 0 if reals and fakes have the same scores, and 1 if each real
    image scores above the middle, as when the critic knows the real images by heart.

    Args:
        target: Indicator that p is adjusted to, in [0, 1]. Defaults to 0.6.
        length: Real images in which p can rise from 0 to 1. Defaults to 500000.
        interval: Critic updates from one adjustment to the next. Defaults to 4.
        initial: p before training, in [0, 1]. Defaults to 0.0.

    Raises:
        ValueError: If a number is out of its range.

    Reference:
        Karras et al., Training Generative Adversarial Networks with Limited Data, arXiv:2006.06676.
    """

    draws = 28

    def __init__(self, target: Share = 0.6, length: Count = 500_000, interval: Count = 4, initial: Share = 0.0) -> None:
        check_number(target, "target", Share)
        check_number(initial, "initial", Share)
        check_count(length, "length")
        check_count(interval, "interval")
        self.target = target
        self.length = length
        self.interval = interval
        self.initial = initial
        self.probability = _scalar(initial, "augmentation_probability")
        #: Sum of the indicator over the critic updates since the last adjustment, and their number.
        self.indicators = _scalar(0.0, "augmentation_indicators")
        self.updates = _scalar(0.0, "augmentation_updates")

    def transform(self, images: Tensor, numbers: Tensor) -> Tensor:
        _, height, width, _ = ops.shape(images)
        columns = iter(ops.unstack(numbers, self.draws, axis=1))
        probability = ops.cast(self.probability, images.dtype)
        images = warp(images, draw_maps(columns, probability, height, width))
        return recolour(images, *draw_colours(columns, probability))

    @property
    def variables(self) -> list[keras.Variable]:
        return [self.probability, self.indicators, self.updates]

    def update(self, real_scores: Tensor, fake_scores: Tensor) -> None:
        real_scores, fake_scores = (ops.cast(scores, "float32") for scores in (real_scores, fake_scores))
        middle = (ops.mean(real_scores) + ops.mean(fake_scores)) / 2.0
        indicators = self.indicators + ops.mean(ops.sign(real_scores - middle))
        updates = self.updates + 1.0
        # A count in a float is exact here: it never exceeds `interval`.
        is_due = updates >= self.interval
        images = ops.cast(ops.shape(real_scores)[0], "float32") * updates
        change = ops.sign(indicators / updates - self.target) * images / self.length
        adjusted = ops.clip(self.probability + change, 0.0, 1.0)
        self.probability.assign(ops.where(is_due, adjusted, self.strength()))
        self.indicators.assign(ops.where(is_due, 0.0, indicators))
        self.updates.assign(ops.where(is_due, 0.0, updates))

    def strength(self) -> Tensor:
        return ops.convert_to_tensor(self.probability)

    def get_config(self) -> dict[str, Any]:
        return {"target": self.target, "length": self.length, "interval": self.interval, "initial": self.initial}


def _scalar(value: float, name: str) -> keras.Variable:
    return keras.Variable(value, dtype="float32", trainable=False, name=name)
