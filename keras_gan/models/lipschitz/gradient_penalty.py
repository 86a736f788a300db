"""Gradient penalty."""

from collections.abc import Callable
from typing import Any

import keras
from keras import ops

from keras_gan.checks import Count, NotNegative, Positive, check_flag, check_number
from keras_gan.losses import gradient_penalty
from keras_gan.models import autodiff
from keras_gan.models.lipschitz.policy import PenaltyPolicy, refuse_batch_norm
from keras_gan.models.scoring import image_scores
from keras_gan.tensors import Tensor


@keras.saving.register_keras_serializable(package="keras_gan")
class GradientPenalty(PenaltyPolicy):
    """Penalise the norm of the critic's gradient between real and generated images.

    The critic's loss is R + F + λ·GP with GP = E[(‖∇f(x̂)‖₂ − target)²], x̂ = ε·x + (1−ε)·G(z), and one ε ~ U[0, 1]
    for each sample. If a critic has several scores of an image, f is their mean, as in the loss. Norm and penalty are
    computed in at least float32 under any precision policy.

    Args:
        weight: The coefficient λ, positive. Defaults to 10.0.
        target: The gradient norm without a penalty, not negative. Defaults to 1.0.
        one_sided: Whether norms below the target are not penalised either. Defaults to False.
        every: Critic updates from one penalty, which then counts as often, to the next. Defaults to 1.

    Raises:
        ValueError: If `weight` is no finite positive number, `target` no finite number of at least 0, or `every` no
            integer of at least 1.

    Reference:
        Gulrajani et al., Improved Training of Wasserstein GANs, arXiv:1704.00028.
    """

    def __init__(
        self, weight: Positive = 10.0, target: NotNegative = 1.0, one_sided: bool = False, every: Count = 1
    ) -> None:
        super().__init__(weight, every)
        check_number(target, "target", NotNegative)
        check_flag(one_sided, "one_sided")
        self.target = target
        self.one_sided = one_sided

    def check_critic(self, critic: keras.Model) -> None:
        refuse_batch_norm(critic, self)

    def penalty(
        self, critic: Callable[[Tensor], Tensor], real: Tensor, fake: Tensor, seed: keras.random.SeedGenerator
    ) -> Tensor:
        gradients = score_gradients(critic, self._places(real, fake, seed))
        return ops.mean(gradient_penalty(gradients, self.target, self.one_sided))

    def _places(self, real: Tensor, fake: Tensor, seed: keras.random.SeedGenerator) -> Tensor:
        """Return the images whose gradients are penalised."""
        mixing = keras.random.uniform(one_each(real), dtype=real.dtype, seed=seed)
        return fake + mixing * (real - fake)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "target": self.target, "one_sided": self.one_sided}


def score_gradients(critic: Callable[[Tensor], Tensor], images: Tensor) -> Tensor:
    """Return the gradient of each image's own score, the mean of a critic's scores of it.

    Args:
        critic: Function from images to scores.
        images: Images, `(batch, height, width, channels)`.
    """
    return autodiff.input_gradients(lambda inputs: image_scores(critic(inputs)), images)


def one_each(images: Tensor) -> tuple[Any, ...]:
    """Return the shape of one number for each image, `(batch, 1, ...)`."""
    return ops.shape(images)[0], *[1] * (len(images.shape) - 1)
