"""Updates of a critic and a generator in one step."""

from collections.abc import Callable
from typing import Any

import keras
from keras import ops

from keras_gan.data.images import in_range
from keras_gan.losses import AdversarialLoss
from keras_gan.models import autodiff
from keras_gan.models.descent import descend
from keras_gan.models.lipschitz import LipschitzPolicy
from keras_gan.models.moving_averages import MovingAverages
from keras_gan.models.state import inner_scope, seed_states
from keras_gan.models.step_images import split_images
from keras_gan.models.stepping import SteppedModel
from keras_gan.models.tracker import TrainingTracker, mean_and_std
from keras_gan.tensors import Tensor

CRITIC_UPDATE_KEYS = (
    "d_loss",
    "d_loss_real",
    "d_loss_fake",
    "gradient_penalty",
    "wasserstein_distance",
    "critic_gradient_norm",
    "critic_learning_rate",
)


class AlternatingModel(SteppedModel):
    """A model whose step updates its critic `n_critic` times, and then its generator.

    `GAN` sets the attributes.
    """

    generator: keras.Model
    critic: keras.Model
    latent_shape: tuple[int, ...]
    image_shape: tuple[int, ...]
    critic_optimizer: keras.optimizers.Optimizer
    generator_optimizer: keras.optimizers.Optimizer
    adversarial_loss: AdversarialLoss
    n_critic: int
    noise: keras.random.SeedGenerator
    tracker: TrainingTracker
    moving_averages: MovingAverages | None

    _constraint: LipschitzPolicy
    _score: Callable[[keras.Model, Tensor, Tensor], tuple[Tensor, Tensor, Tensor]]

    def run_step(self, data: Any) -> dict[str, Tensor]:
        """Run `n_critic` critic updates, then one generator update; return the epoch's values so far."""
        batches = split_images(data, self.n_critic, self.image_shape)
        critic_values = autodiff.repeat(self._critic_update, batches, CRITIC_UPDATE_KEYS)
        generator_values = self._generator_update(in_range(batches[-1]))
        if self.moving_averages is not None:
            self.moving_averages.update(self.generator.trainable_weights, ops.shape(batches)[1])
        self.tracker.update_state({**critic_values, **generator_values, **self._weight_values()})
        return self.tracker.result()

    def _critic_update(self, batch: Tensor) -> dict[str, Tensor]:
        real = in_range(batch)
        fake = self._call_frozen(self.generator, self._latents(ops.shape(real)[0]))
        fake = ops.cast(fake, real.dtype)

        def objective() -> tuple[Tensor, tuple[Tensor, ...]]:
            return self._critic_objective(real, fake)

        values, norm, learning_rate = descend(objective, self.critic, self.critic_optimizer)
        self._constraint.constrain(self.critic)
        # In float64, too, the loop over updates carries float32, as the tracker reports it.
        return {
            key: ops.cast(value, "float32")
            for key, value in zip(CRITIC_UPDATE_KEYS, (*values, norm, learning_rate), strict=True)
        }

    def _critic_objective(self, real: Tensor, fake: Tensor) -> tuple[Tensor, tuple[Tensor, ...]]:
        """Return what the critic minimises, and the first five of `CRITIC_UPDATE_KEYS`."""
        real_scores, fake_scores, regularisation = self._score(self.critic, real, fake)
        real_loss, fake_loss = self.adversarial_loss.discriminator_terms(real_scores, fake_scores)
        penalty = self._constraint.penalty(self._critic_in_training, real, fake, self.noise)
        loss = self._constraint.critic_loss_scale * (real_loss + fake_loss) + self._constraint.weight * penalty
        distance = _mean_score(real_scores) - _mean_score(fake_scores)
        return loss + regularisation, (loss, real_loss, fake_loss, penalty, distance)

    def _generator_update(self, real: Tensor) -> dict[str, Tensor]:
        latents = self._latents(ops.shape(real)[0])

        def objective() -> tuple[Tensor, Tensor]:
            fake = self.generator(latents, training=True)
            regularisation = sum(self.generator.losses)
            compared = [fake, real] if self.adversarial_loss.generator_needs_reals else [fake]
            loss = self.adversarial_loss.generator(*(self._call_frozen(self.critic, images) for images in compared))
            return loss + regularisation, loss

        loss, norm, learning_rate = descend(objective, self.generator, self.generator_optimizer)
        return {"g_loss": loss, "generator_gradient_norm": norm, "generator_learning_rate": learning_rate}

    def _weight_values(self) -> dict[str, Tensor]:
        critic_mean, critic_std = mean_and_std(self.critic.trainable_weights)
        generator_mean, generator_std = mean_and_std(self.generator.trainable_weights)
        return {
            "critic_weight_mean": critic_mean,
            "critic_weight_std": critic_std,
            "generator_weight_mean": generator_mean,
            "generator_weight_std": generator_std,
            "clip_ratio": self._constraint.clip_ratio(self.critic),
        }

    def _critic_in_training(self, images: Tensor) -> Tensor:
        return self.critic(images, training=True)

    def _call_frozen(self, network: keras.Model, inputs: Tensor) -> Tensor:
        """Call a network in training mode without changing its weights; only its random seeds advance."""
        with inner_scope() as scope:
            outputs = network(inputs, training=True)
        for seed in seed_states(network):
            drawn = scope.get_current_value(seed)
            if drawn is not None:
                seed.assign(drawn)
        return outputs

    def _latents(self, batch_size: int | Tensor) -> Tensor:
        return keras.random.normal((batch_size, *self.latent_shape), seed=self.noise)


def _mean_score(scores: Tensor) -> Tensor:
    return ops.mean(ops.cast(scores, "float32"))
