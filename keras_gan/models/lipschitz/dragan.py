"""Gradient penalty around real images."""

from typing import Any

import keras
from keras import ops

from keras_gan.checks import Count, NotNegative, Positive, check_number
from keras_gan.models.lipschitz.gradient_penalty import GradientPenalty, one_each
from keras_gan.tensors import Tensor


@keras.saving.register_keras_serializable(package="keras_gan")
class DRAGAN(GradientPenalty):
    """Penalise the norm of the critic's gradient near real images.

    The critic's loss is R + F + λ·E[(‖∇f(x + α·δ)‖₂ − 1)²] with δ = spread · s · u: s is the standard deviation of all
    values of the batch, u ~ U[0, 1] is drawn for each value, and α ~ U[0, 1] for each image.

    Args:
        weight: The coefficient λ, positive. Defaults to 10.0.
        spread: How far from the images the places are, as a multiple of s, not negative. Defaults to 0.5.
        every: Critic updates from one penalty, which then counts as often, to the next. Defaults to 1.

    Raises:
        ValueError: If `weight` is no finite positive number, `spread` no finite number of at least 0, or `every` no
            integer of at least 1.

    Reference:
        Kodali et al., On Convergence and Stability of GANs, arXiv:1705.07215.
    """

    def __init__(self, weight: Positive = 10.0, spread: NotNegative = 0.5, every: Count = 1) -> None:
        super().__init__(weight, every=every)
        check_number(spread, "spread", NotNegative)
        self.spread = spread

    def _places(self, real: Tensor, fake: Tensor, seed: keras.random.SeedGenerator) -> Tensor:
        deviation = ops.cast(ops.std(ops.cast(real, "float32")), real.dtype)
        noise = keras.random.uniform(ops.shape(real), dtype=real.dtype, seed=seed)
        share = keras.random.uniform(one_each(real), dtype=real.dtype, seed=seed)
        return real + share * (self.spread * deviation * noise)

    def get_config(self) -> dict[str, Any]:
        return {"weight": self.weight, "spread": self.spread, "every": self.every}
