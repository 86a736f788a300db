"""Several Lipschitz policies together."""

from collections.abc import Callable, Sequence
from typing import Any

import keras

from keras_gan.checks import Count, Positive, require
from keras_gan.models.lipschitz.policy import LipschitzPolicy
from keras_gan.parts import LIPSCHITZ
from keras_gan.tensors import Tensor


@keras.saving.register_keras_serializable(package="keras_gan")
class Combined(LipschitzPolicy):
    """Constrain a critic by several policies: all their penalties, clippings and layers.

    The penalty that is reported is the sum of the penalties, each multiplied by its own coefficient.

    Args:
        policies: The policies, at least one.

    Raises:
        ValueError: If `policies` are no policies.

    Example:

    ```python
    gan = GAN(generator, critic, losses.RelativisticPairing(), Combined([R1(0.05), R2(0.05)]))
    ```
    """

    weight = 1.0

    def __init__(self, policies: Sequence[LipschitzPolicy]) -> None:
        is_list = isinstance(policies, (list, tuple)) and len(policies) > 0
        are_policies = is_list and all(isinstance(each, LipschitzPolicy) for each in policies)
        require(are_policies, "policies", "a list of Lipschitz policies", repr(policies))
        self.policies = list(policies)
        self.critic_loss_scale = min(each.critic_loss_scale for each in policies)

    def check_critic(self, critic: keras.Model) -> None:
        for policy in self.policies:
            policy.check_critic(critic)

    def check_optimizer(self, optimizer: keras.optimizers.Optimizer) -> None:
        for policy in self.policies:
            policy.check_optimizer(optimizer)

    def penalty(
        self, critic: Callable[[Tensor], Tensor], real: Tensor, fake: Tensor, seed: keras.random.SeedGenerator
    ) -> Tensor:
        return sum(each.weight * each.penalty(critic, real, fake, seed) for each in self._penalties())

    def penalty_at(
        self,
        update: Tensor,
        critic: Callable[[Tensor], Tensor],
        real: Tensor,
        fake: Tensor,
        seed: keras.random.SeedGenerator,
    ) -> Tensor:
        found = (each.weight * each.penalty_at(update, critic, real, fake, seed) for each in self._penalties())
        return sum(found, keras.ops.zeros(()))

    def _penalties(self) -> list[LipschitzPolicy]:
        return [each for each in self.policies if each.weight]

    def prepare(self, critic: keras.Model) -> keras.Model:
        for policy in self.policies:
            critic = policy.prepare(critic)
        return critic

    def constrain(self, critic: keras.Model) -> None:
        for policy in self.policies:
            policy.constrain(critic)

    def clip_ratio(self, critic: keras.Model) -> Tensor:
        return sum(policy.clip_ratio(critic) for policy in self.policies)

    def get_config(self) -> dict[str, Any]:
        return {"policies": [keras.saving.serialize_keras_object(policy) for policy in self.policies]}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "Combined":
        return cls([keras.saving.deserialize_keras_object(policy) for policy in config["policies"]])


def combined(policies: tuple[str, ...] = ("r1", "r2"), weight: Positive = 1.0, every: Count = 1) -> Combined:
    """Combine policies by name, with their defaults but for these values.

    Args:
        policies: Their names. Defaults to R1 and R2.
        weight: Coefficient of each that has one. Defaults to 1.0.
        every: Critic updates from one penalty of each to the next. Defaults to 1.
    """
    given = {"weight": weight, "every": every}
    chosen = []
    for name in policies:
        LIPSCHITZ.check(name)
        arguments = {key: value for key, value in given.items() if LIPSCHITZ.takes(name, key)}
        chosen.append(LIPSCHITZ.load(name)(**arguments))
    return Combined([policy for policy in chosen if policy is not None])
