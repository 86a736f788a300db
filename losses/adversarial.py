"""Adversarial losses on critic scores: what the critic and the generator each minimise."""

import keras
from keras import ops

from keras_gan.losses._precision import upcast


def _per_sample(scores):
    """Upcast scores and average all axes but the batch, so that a patch critic counts once per image."""
    scores = upcast(scores)
    return ops.mean(scores, axis=tuple(range(1, len(scores.shape))))


def wasserstein_discriminator_loss(real_scores, fake_scores):
    """Compute the two halves of the critic's Wasserstein loss, −f(x) on reals and f(G(z)) on fakes.

    Their means R and F add up to minus the critic's estimate of the Wasserstein distance.

    Args:
        real_scores: Critic scores of real images, `(batch, ...)`, unbounded (no sigmoid).
        fake_scores: Critic scores of generated images, `(batch, ...)`.

    Returns:
        A pair of per-sample losses, each `(batch,)`: on reals and on fakes.

    Reference:
        Arjovsky et al., Wasserstein GAN, arXiv:1701.07875.
    """
    return -_per_sample(real_scores), _per_sample(fake_scores)


def wasserstein_generator_loss(fake_scores):
    """Compute the generator's Wasserstein loss −f(G(z)).

    Args:
        fake_scores: Critic scores of generated images, `(batch, ...)`.

    Returns:
        Per-sample losses, `(batch,)`.

    Reference:
        Arjovsky et al., Wasserstein GAN, arXiv:1701.07875.
    """
    return -_per_sample(fake_scores)


@keras.saving.register_keras_serializable(package="keras_gan")
class Wasserstein:
    """The Wasserstein GAN objective, as means over the batch.

    Reference:
        Arjovsky et al., Wasserstein GAN, arXiv:1701.07875.
    """

    def discriminator_terms(self, real_scores, fake_scores):
        """Return the scalars R = −E[f(real)] and F = E[f(fake)]."""
        real_loss, fake_loss = wasserstein_discriminator_loss(real_scores, fake_scores)
        return ops.mean(real_loss), ops.mean(fake_loss)

    def generator(self, fake_scores):
        """Return the scalar −E[f(G(z))]."""
        return ops.mean(wasserstein_generator_loss(fake_scores))

    def get_config(self):
        return {}

    @classmethod
    def from_config(cls, config):
        return cls(**config)
