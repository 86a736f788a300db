"""Updates of a critic and a generator in one step."""

from collections.abc import Callable
from typing import Any

import keras
from keras import ops

from keras_gan.augmentation import Augmentation
from keras_gan.data.images import in_range
from keras_gan.losses import AdversarialLoss
from keras_gan.models import autodiff
from keras_gan.models.descent import descend
from keras_gan.models.lipschitz import LipschitzPolicy
from keras_gan.models.moving_averages import MovingAverages
from keras_gan.models.scoring import image_scores
from keras_gan.models.state import inner_scope, seed_states
from keras_gan.models.step_images import split_images
from keras_gan.models.stepping import SteppedModel
from keras_gan.models.tracker import ACCURACY_KEYS, STRENGTH_KEY, TrainingTracker, mean_and_std
from keras_gan.sharding import shard_batch
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
    _augmentation: Augmentation
    _score: Callable[[keras.Model, Tensor, Tensor], tuple[Tensor, Tensor, Tensor]]

    def run_step(self, data: Any) -> dict[str, Tensor]:
        """Run `n_critic` critic updates, then one generator update; return the epoch's values so far."""
        batches = shard_batch(split_images(data, self.n_critic, self.image_shape), axis=1)
        critic_values = autodiff.repeat(self._critic_update, batches, self._critic_keys)
        generator_values = self._generator_update(in_range(batches[-1]))
        if self.moving_averages is not None:
            self.moving_averages.update(self.generator.trainable_weights, ops.shape(batches)[1])
        values = {**critic_values, **generator_values, **self._weight_values(), **self._augmentation_values()}
        self.tracker.update_state(values)
        return self.tracker.result()

    def _critic_update(self, batch: Tensor) -> dict[str, Tensor]:
        real = in_range(batch)
        fake = self._call_frozen(self.generator, self._latents(ops.shape(real)[0]))
        fake = ops.cast(fake, real.dtype)

        def objective() -> tuple[Tensor, tuple[tuple[Tensor, ...], tuple[Tensor, Tensor]]]:
            loss, values, scores = self._critic_objective(real, fake)
            return loss, (values, scores)

        (values, scores), norm, learning_rate = descend(objective, self.critic, self.critic_optimizer)
        self._constraint.constrain(self.critic)
        self._augmentation.update(*map(image_scores, scores))
        found = (*values, norm, learning_rate)
        if self._accuracy_keys:
            found = (*found, *self.adversarial_loss.accuracies(*scores))
        # In float64, too, the loop over updates carries float32, as the tracker reports it.
        return {key: ops.cast(value, "float32") for key, value in zip(self._critic_keys, found, strict=True)}

    @property
    def _critic_keys(self) -> tuple[str, ...]:
        return (*CRITIC_UPDATE_KEYS, *self._accuracy_keys)

    @property
    def _accuracy_keys(self) -> tuple[str, ...]:
        return ACCURACY_KEYS if self.adversarial_loss.has_accuracies else ()

    def _critic_objective(self, real: Tensor, fake: Tensor) -> tuple[Tensor, tuple[Tensor, ...], tuple[Tensor, Tensor]]:
        """Return what the critic minimises, the first five of `CRITIC_UPDATE_KEYS`, and both scores."""
        real = self._as_real(real)
        real_scores, fake_scores, regularisation = self._score(self.critic, self._as_seen(real), self._as_seen(fake))
        real_loss, fake_loss = self.adversarial_loss.discriminator_terms(real_scores, fake_scores)
        update = ops.convert_to_tensor(self.critic_optimizer.iterations)
        penalty = self._constraint.penalty_at(update, self._critic_in_training, real, fake, self.noise)
        loss = self._constraint.critic_loss_scale * (real_loss + fake_loss) + self._constraint.weight * penalty
        distance = _mean_score(real_scores) - _mean_score(fake_scores)
        return loss + regularisation, (loss, real_loss, fake_loss, penalty, distance), (real_scores, fake_scores)

    def _generator_update(self, real: Tensor) -> dict[str, Tensor]:
        latents = self._latents(ops.shape(real)[0])

        def objective() -> tuple[Tensor, Tensor]:
            fake = self.generator(latents, training=True)
            regularisation = sum(self.generator.losses)
            compared = [fake, self._as_real(real)] if self.adversarial_loss.generator_needs_reals else [fake]
            seen = map(self._as_seen, compared)
            loss = self.adversarial_loss.generator(*(self._call_frozen(self.critic, images) for images in seen))
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

    def _augmentation_values(self) -> dict[str, Tensor]:
        strength = self._augmentation.strength()
        return {} if strength is None else {STRENGTH_KEY: strength}

    def _as_real(self, images: Tensor) -> Tensor:
        """Return images of the training set as the critic is to take them for real."""
        return images if self._augmentation.augments_fakes else self._augmentation(images, self.noise)

    def _as_seen(self, images: Tensor) -> Tensor:
        """Return real or generated images as the critic gets them."""
        return self._augmentation(images, self.noise) if self._augmentation.augments_fakes else images

    def _critic_in_training(self, images: Tensor) -> Tensor:
        """Score images as they are before augmentation: penalties are with respect to these."""
        return self.critic(self._as_seen(images), training=True)

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
        return shard_batch(keras.random.normal((batch_size, *self.latent_shape), seed=self.noise))


def _mean_score(scores: Tensor) -> Tensor:
    return ops.mean(ops.cast(scores, "float32"))
