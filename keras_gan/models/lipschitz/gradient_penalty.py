"""Gradient penalty."""

from collections.abc import Callable
from typing import Any

import keras
from keras import ops

from keras_gan.checks import NotNegative, Positive, check_flag, check_number
from keras_gan.losses import gradient_penalty
from keras_gan.models import autodiff
from keras_gan.models.lipschitz.policy import LipschitzPolicy, has_batch_norm
from keras_gan.models.scoring import image_scores
from keras_gan.tensors import Tensor


@keras.saving.register_keras_serializable(package="keras_gan")
class GradientPenalty(LipschitzPolicy):
    """Penalise the norm of the critic's gradient between real and generated images.

    The critic's loss is R + F + λ·GP with GP = E[(‖∇f(x̂)‖₂ − target)²], x̂ = ε·x + (1−ε)·G(z), and one ε ~ U[0, 1]
    for each sample. If a critic has several scores of an image, f is their mean, as in the loss. Norm and penalty are
    computed in at least float32 under any precision policy.

    Args:
        weight: The coefficient λ, positive. Defaults to 10.0.
        target: The gradient norm without a penalty, not negative. Defaults to 1.0.
        one_sided: Whether norms below the target are not penalised either. Defaults to False.

    Raises:
        ValueError: If `weight` is no finite positive number, or `target` no finite number of at least 0.

    Reference:
        Gulrajani et al., Improved Training of Wasserstein GANs, arXiv:1704.00028.
    """

    def __init__(self, weight: Positive = 10.0, target: NotNegative = 1.0, one_sided: bool = False) -> None:
        check_number(weight, "weight", Positive)
        check_number(target, "target", NotNegative)
        check_flag(one_sided, "one_sided")
        self.weight = weight
        self.target = target
        self.one_sided = one_sided

    def check_critic(self, critic: keras.Model) -> None:
        if has_batch_norm(critic):
            raise ValueError(
                "A critic with BatchNormalization cannot be trained with GradientPenalty: the penalty is on each "
                "sample's own gradient, and BatchNormalization makes scores depend on the whole batch. "
                "Use LayerNormalization or no normalization."
            )

    def penalty(
        self, critic: Callable[[Tensor], Tensor], real: Tensor, fake: Tensor, seed: keras.random.SeedGenerator
    ) -> Tensor:
        mixing_shape = (ops.shape(real)[0], *[1] * (len(real.shape) - 1))
        mixing = keras.random.uniform(mixing_shape, dtype=real.dtype, seed=seed)
        interpolates = fake + mixing * (real - fake)
        gradients = autodiff.input_gradients(lambda images: image_scores(critic(images)), interpolates)
        return ops.mean(gradient_penalty(gradients, self.target, self.one_sided))

    def get_config(self) -> dict[str, Any]:
        return {"weight": self.weight, "target": self.target, "one_sided": self.one_sided}
