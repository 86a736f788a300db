"""Random label flipping: now and then the discriminator is told a lie."""

from typing import Any

import keras
from keras import ops
from keras.saving import deserialize_keras_object, register_keras_serializable, serialize_keras_object

from keras_gan.losses._adversarial import AdversarialLoss
from keras_gan.losses._checks import check_number, check_seed
from keras_gan.losses._types import Tensor


@register_keras_serializable(package="keras_gan")
class FlippedLabels(AdversarialLoss):
    """An adversarial loss whose discriminator takes some reals for fakes and some fakes for reals, at random.

    The generator's loss stays as it is.

    Args:
        loss: The adversarial loss, such as `NonSaturating(real_target=0.9)`.
        probability: Probability in [0, 1] that the label of a sample is flipped, each one's by itself.
        seed: Integer seed of the flips, or None for one drawn from Keras's global seed. Defaults to None.
        name: Name of the loss. Defaults to `"flipped_labels"`.

    Raises:
        ValueError: If `loss` is no adversarial loss or `probability` is outside [0, 1].

    Reference:
        Chintala et al., How to Train a GAN, NIPS 2016.
    """

    def __init__(
        self, loss: AdversarialLoss, probability: float, seed: int | None = None, name: str = "flipped_labels"
    ) -> None:
        if not isinstance(loss, AdversarialLoss):
            raise ValueError(f"`loss` must be an adversarial loss. Received: loss={loss!r}")
        check_number("probability", probability, minimum=0, maximum=1)
        check_seed(seed)
        super().__init__(name, loss.reduction, loss.dtype)
        self.loss = loss
        self.probability = probability
        self.seed = None if seed is None else int(seed)
        self.generator_needs_reals = loss.generator_needs_reals
        self.seed_generator = keras.random.SeedGenerator(self.seed)

    def discriminator_losses(self, real_scores: Tensor, fake_scores: Tensor) -> tuple[Tensor, Tensor]:
        real_losses, fake_losses = self.loss.discriminator_losses(real_scores, fake_scores)
        fakes_as_reals, reals_as_fakes = self.loss.discriminator_losses(fake_scores, real_scores)
        return self._flip(real_losses, reals_as_fakes), self._flip(fake_losses, fakes_as_reals)

    @property
    def has_accuracies(self) -> bool:
        return self.loss.has_accuracies

    def accuracies(self, real_scores: Tensor, fake_scores: Tensor) -> tuple[Tensor, Tensor]:
        # Of the labels as they are: flips are for the discriminator's loss alone.
        return self.loss.accuracies(real_scores, fake_scores)

    def generator_losses(self, fake_scores: Tensor, real_scores: Tensor | None = None) -> Tensor:
        return self.loss.generator_losses(fake_scores, real_scores)

    def _flip(self, losses: Tensor, flipped: Tensor) -> Tensor:
        draws = keras.random.uniform(ops.shape(losses), seed=self.seed_generator)
        return ops.where(draws < self.probability, flipped, losses)

    def get_config(self) -> dict[str, Any]:
        return {
            "loss": serialize_keras_object(self.loss),
            "probability": self.probability,
            "seed": self.seed,
            "name": self.name,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "FlippedLabels":
        return cls(**{**config, "loss": deserialize_keras_object(config["loss"])})
