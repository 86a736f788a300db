"""Base of Lipschitz policies, which does not constrain the critic."""

from collections.abc import Callable
from typing import Any

import keras
from keras import ops

from keras_gan.checks import Positive, check_count, check_number
from keras_gan.models import autodiff
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

    def penalty_at(
        self,
        update: Tensor,
        critic: Callable[[Tensor], Tensor],
        real: Tensor,
        fake: Tensor,
        seed: keras.random.SeedGenerator,
    ) -> Tensor:
        """Return the penalty of one of the critic's updates; see `penalty`.

        Args:
            update: Number of updates that the critic has had before.
            critic: Function from images to scores.
            real: Real images, `(batch, height, width, channels)`.
            fake: Generated images, of the same shape.
            seed: Generator of random seeds.
        """
        return self.penalty(critic, real, fake, seed)

    def prepare(self, critic: keras.Model) -> keras.Model:
        """Return the critic that is trained, such as one with other layers. It may be the one given.

        Args:
            critic: A built critic. One that a policy returned must be returned as it is.
        """
        return critic

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


class PenaltyPolicy(LipschitzPolicy):
    """Base of the policies that are a penalty in the critic's loss.

    Subclasses define `penalty`.

    Args:
        weight: The coefficient λ, positive.
        every: Critic updates from one penalty to the next, at least 1. The updates in between have none, and those that
            have one have it times this number, so that its mean stays the same (arXiv:1912.04958, "lazy
            regularization"). Defaults to 1.

    Raises:
        ValueError: If `weight` is no finite positive number, or `every` no integer of at least 1.
    """

    def __init__(self, weight: float, every: int = 1) -> None:
        check_number(weight, "weight", Positive)
        check_count(every, "every")
        self.weight = weight
        self.every = every

    def penalty_at(
        self,
        update: Tensor,
        critic: Callable[[Tensor], Tensor],
        real: Tensor,
        fake: Tensor,
        seed: keras.random.SeedGenerator,
    ) -> Tensor:
        if self.every == 1:
            return self.penalty(critic, real, fake, seed)
        is_due = ops.equal(update % self.every, 0)
        dtype = keras.backend.result_type(real.dtype, "float32")
        return autodiff.when(is_due, lambda: self.every * self.penalty(critic, real, fake, seed), dtype)

    def get_config(self) -> dict[str, Any]:
        return {"weight": self.weight, "every": self.every}


def refuse_batch_norm(critic: keras.Model, policy: LipschitzPolicy) -> None:
    """Refuse a critic whose scores depend on the whole batch, where a policy penalises gradients.

    Args:
        critic: The critic.
        policy: The policy.

    Raises:
        ValueError: If the critic has BatchNormalization.
    """
    if has_batch_norm(critic):
        raise ValueError(
            f"A critic with BatchNormalization cannot be trained with {type(policy).__name__}: the penalty is on each "
            "sample's own gradient, and BatchNormalization makes scores depend on the whole batch. "
            "Use LayerNormalization or no normalization."
        )


def has_batch_norm(critic: keras.Model) -> bool:
    """Return whether a critic has BatchNormalization, which makes one image's score depend on the others'."""
    return any(isinstance(layer, keras.layers.BatchNormalization) for layer in critic._flatten_layers())


def unconstrained() -> None:
    """Leave the critic as it is, as for one that is Lipschitz by construction."""
