"""One-sided gradient penalty."""

from typing import Any

import keras

from keras_gan.checks import Count, Positive
from keras_gan.models.lipschitz.gradient_penalty import GradientPenalty


@keras.saving.register_keras_serializable(package="keras_gan")
class LipschitzPenalty(GradientPenalty):
    """Penalise norms above 1 of the critic's gradient between real and generated images, and none below.

    The critic's loss is R + F + λ·LP with LP = E[max(0, ‖∇f(x̂)‖₂ − 1)²], at the places of `GradientPenalty`. A critic
    that is 1-Lipschitz pays nothing, which is all that the Wasserstein distance asks for.

    Args:
        weight: The coefficient λ, positive. Defaults to 10.0.
        every: Critic updates from one penalty, which then counts as often, to the next. Defaults to 1.

    Raises:
        ValueError: If `weight` is no finite positive number, or `every` no integer of at least 1.

    Reference:
        Petzka et al., On the regularization of Wasserstein GANs, arXiv:1709.08894.
    """

    def __init__(self, weight: Positive = 10.0, every: Count = 1) -> None:
        super().__init__(weight, one_sided=True, every=every)

    def get_config(self) -> dict[str, Any]:
        return {"weight": self.weight, "every": self.every}
