"""Base of Lipschitz policies, which does not constrain the critic."""

from collections.abc import Callable
from typing import Any

import keras
from keras import ops

from keras_gan.tensors import Tensor


class LipschitzPolicy:
    """Base of the constraints on a critic. By itself it is no constraint.

    Attributes:
        critic_loss_scale: Factor of R + F in the critic's loss.
        weight: Coefficient λ of the penalty in the critic's loss; 0 for policies without a penalty.
    """

    critic_loss_scale = 1.0
    weight = 0.0

    def check_critic(self, critic: keras.Model) -> None:
        """Raise an error or warn if a critic defeats the constraint."""

    def check_optimizer(self, optimizer: keras.optimizers.Optimizer) -> None:
        """Warn if an optimizer of the critic works badly with the constraint."""

    def penalty(
        self, critic: Callable[[Tensor], Tensor], real: Tensor, fake: Tensor, seed: keras.random.SeedGenerator
    ) -> Tensor:
        """Return the penalty, not yet multiplied by λ, as a float32 scalar.

        Args:
            critic: Function from images to scores.
            real: Real images, `(batch, height, width, channels)`.
            fake: Generated images, of the same shape.
            seed: Generator of random seeds.
        """
        return ops.zeros(())

    def constrain(self, critic: keras.Model) -> None:
        """Change the critic's weights after its update."""

    def clip_ratio(self, critic: keras.Model) -> Tensor:
        """Return the share of the critic's weights that are at the bound of the constraint, in [0, 1]."""
        return ops.zeros(())

    def get_config(self) -> dict[str, Any]:
        return {}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "LipschitzPolicy":
        return cls(**config)


def has_batch_norm(critic: keras.Model) -> bool:
    """Return whether a critic has BatchNormalization, which makes one image's score depend on the others'."""
    return any(isinstance(layer, keras.layers.BatchNormalization) for layer in critic._flatten_layers())


def unconstrained() -> None:
    """Leave the critic as it is, as for one that is Lipschitz by construction."""
