"""Zero-centred gradient penalty on generated images."""

from collections.abc import Callable

import keras
from keras import ops

from keras_gan.checks import Count, Positive
from keras_gan.losses import r2_penalty
from keras_gan.models.lipschitz.gradient_penalty import score_gradients
from keras_gan.models.lipschitz.policy import PenaltyPolicy, refuse_batch_norm
from keras_gan.tensors import Tensor


@keras.saving.register_keras_serializable(package="keras_gan")
class R2(PenaltyPolicy):
    """Penalise the critic's gradient at generated images.

    The critic's loss is R + F + γ·E[½‖∇f(G(z))‖²]. Under an augmentation, the gradient is with respect to the image
    before it.

    Args:
        weight: The coefficient γ, positive. Defaults to 1.0.
        every: Critic updates from one penalty, which then counts as often, to the next. Defaults to 1.

    Raises:
        ValueError: If `weight` is no finite positive number, or `every` no integer of at least 1.

    Reference:
        Mescheder et al., Which Training Methods for GANs do actually Converge?, arXiv:1801.04406.
    """

    def __init__(self, weight: Positive = 1.0, every: Count = 1) -> None:
        super().__init__(weight, every)

    def check_critic(self, critic: keras.Model) -> None:
        refuse_batch_norm(critic, self)

    def penalty(
        self, critic: Callable[[Tensor], Tensor], real: Tensor, fake: Tensor, seed: keras.random.SeedGenerator
    ) -> Tensor:
        return ops.mean(r2_penalty(score_gradients(critic, fake)))
