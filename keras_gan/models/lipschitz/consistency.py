"""Consistency of a critic's scores under augmentation."""

from collections.abc import Callable

import keras
from keras import ops

from keras_gan.augmentation import DiffAugment
from keras_gan.checks import Count, Positive
from keras_gan.models.lipschitz.gradient_penalty import one_each
from keras_gan.models.lipschitz.policy import PenaltyPolicy
from keras_gan.models.scoring import image_scores
from keras_gan.tensors import Tensor


@keras.saving.register_keras_serializable(package="keras_gan")
class Consistency(PenaltyPolicy):
    """Penalise scores of real images that change when the images are moved and mirrored.

    The critic's loss is R + F + λ·E[(f(x) − f(T(x)))²]. T mirrors an image with probability ½, and moves it by up to
    1/8 of its size to each side, with zeros where nothing was.

    Args:
        weight: The coefficient λ, positive. Defaults to 10.0.
        every: Critic updates from one penalty, which then counts as often, to the next. Defaults to 1.

    Raises:
        ValueError: If `weight` is no finite positive number, or `every` no integer of at least 1.

    Reference:
        Zhang et al., Consistency Regularization for Generative Adversarial Networks, arXiv:1910.12027.
    """

    def __init__(self, weight: Positive = 10.0, every: Count = 1) -> None:
        super().__init__(weight, every)
        self._move = DiffAugment("translation")

    def penalty(
        self, critic: Callable[[Tensor], Tensor], real: Tensor, fake: Tensor, seed: keras.random.SeedGenerator
    ) -> Tensor:
        is_mirrored = keras.random.uniform(one_each(real), seed=seed) < 0.5
        moved = self._move(ops.where(is_mirrored, ops.flip(real, axis=2), real), seed)
        scores, others = (ops.cast(image_scores(critic(images)), "float32") for images in (real, moved))
        return ops.mean(ops.square(scores - others))
