"""What a saved model consists of, besides its weights."""

from collections.abc import Mapping, MutableMapping
from typing import Any

import keras

from keras_gan.augmentation import Augmentation
from keras_gan.models.evaluation import EvaluatedModel
from keras_gan.models.lipschitz import LipschitzPolicy
from keras_gan.models.moving_averages import AveragingPolicy
from keras_gan.models.state import seed_states
from keras_gan.sharding import whole


class PersistentModel(EvaluatedModel):
    """A model that is saved with its networks, loss, policies, optimizers and random seeds.

    `GAN` sets the attributes.
    """

    lipschitz: LipschitzPolicy | None
    augmentation: Augmentation | None
    averaging: AveragingPolicy | None

    _compile_options: dict[str, Any]

    def save(self, *args: Any, **kwargs: Any) -> None:
        with whole([*self.variables, *(self.optimizer.variables if self.compiled else [])]):
            super().save(*args, **kwargs)

    def get_config(self) -> dict[str, Any]:
        serialize = keras.saving.serialize_keras_object
        return {
            **super().get_config(),
            "generator": serialize(self.generator),
            "critic": serialize(self.critic),
            "loss": serialize(self.adversarial_loss),
            "lipschitz": serialize(self.lipschitz),
            "augmentation": serialize(self.augmentation),
            "n_critic": self.n_critic,
            "seed": self.seed,
            "averaging": serialize(self.averaging),
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "PersistentModel":
        # Not a set: processes that train together must make the parts in one order.
        nested = ("generator", "critic", "loss", "lipschitz", "augmentation", "averaging")
        deserialize = keras.saving.deserialize_keras_object
        return cls(**{**config, **{name: deserialize(config[name]) for name in nested if name in config}})

    def get_compile_config(self) -> dict[str, Any]:
        if not self.compiled:
            return {}
        serialize = keras.saving.serialize_keras_object
        return {
            **self._compile_options,
            "critic_optimizer": serialize(self.critic_optimizer),
            "generator_optimizer": serialize(self.generator_optimizer),
        }

    def compile_from_config(self, config: dict[str, Any]) -> None:
        deserialize = keras.saving.deserialize_keras_object
        optimizers = {name: deserialize(config[name]) for name in ("critic_optimizer", "generator_optimizer")}
        self.compile(**{**config, **optimizers})

    def save_own_variables(self, store: MutableMapping[str, Any]) -> None:
        # Keras does not save random seeds, but a resumed run must continue their sequences.
        for index, state in enumerate(seed_states(self)):
            store[f"seed_{index}"] = state
        for index, variable in enumerate(self._augmentation.variables):
            store[f"augmentation_{index}"] = variable

    def load_own_variables(self, store: Mapping[str, Any]) -> None:
        for index, state in enumerate(seed_states(self)):
            state.assign(store[f"seed_{index}"])
        for index, variable in enumerate(self._augmentation.variables):
            variable.assign(store[f"augmentation_{index}"])
