"""The base of Lipschitz policies, which leaves the critic as it is."""

from collections.abc import Callable
from typing import Any

import keras
from keras import ops

from keras_gan.tensors import Tensor


class LipschitzPolicy:
    """No constraint: the critic is used as it is. Base of the constraints.

    Attributes:
        critic_loss_scale: What R + F is multiplied by to give the critic's loss.
        weight: Coefficient λ of the penalty in the critic's loss; 0 where there is no penalty.
    """

    critic_loss_scale = 1.0
    weight = 0.0

    def check_critic(self, critic: keras.Model) -> None:
        """Refuse or warn about critics that defeat the constraint."""

    def check_optimizer(self, optimizer: keras.optimizers.Optimizer) -> None:
        """Warn about optimizers of the critic that work badly with the constraint."""

    def penalty(
        self, critic: Callable[[Tensor], Tensor], real: Tensor, fake: Tensor, seed: keras.random.SeedGenerator
    ) -> Tensor:
        """Return the penalty before λ, a float32 scalar.

        Args:
            critic: Maps images to scores.
            real: Real images, `(batch, height, width, channels)`.
            fake: Generated images, of the same shape.
            seed: `keras.random.SeedGenerator`.
        """
        return ops.zeros(())

    def constrain(self, critic: keras.Model) -> None:
        """Change the critic's weights after its update."""

    def clip_ratio(self, critic: keras.Model) -> Tensor:
        """Return the share of the critic's weights that the constraint holds at its bound, in [0, 1]."""
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
