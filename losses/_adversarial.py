"""The base of the adversarial losses."""

from collections.abc import Callable
from typing import ClassVar, NoReturn

import keras
from keras import ops

from keras_gan.losses._base import Loss
from keras_gan.losses._checks import check_rank
from keras_gan.losses._elements import rows
from keras_gan.losses._likelihood import binary_surprisals
from keras_gan.losses._precision import mean, upcast
from keras_gan.losses._types import Tensor


class AdversarialLoss(Loss):
    """What the critic and the generator of a GAN each minimise, from the critic's scores.

    Subclasses set two functions of scores that return per-sample losses: `discriminator_function(real_scores,
    fake_scores, **arguments)`, a pair of them, and `generator_function(fake_scores)`, or `(fake_scores, real_scores)`
    if `generator_needs_reals`.

    Args:
        name: Name of the loss.
        reduction: As in `keras.losses.Loss`. Defaults to `"sum_over_batch_size"`.
        dtype: Dtype of the result; the computation is in float32 at least. Defaults to None, `keras.config.floatx()`.
        **arguments: Arguments of the discriminator's function.
    """

    discriminator_function: ClassVar[Callable[..., tuple[Tensor, Tensor]]]
    generator_function: ClassVar[Callable[..., Tensor]]
    #: Function of the scores of reals and of fakes that returns, for each, the logits of being real; None for losses
    #: whose discriminator gives no probability.
    leads: ClassVar[Callable[..., tuple[Tensor, Tensor]] | None] = None
    generator_needs_reals = False
    seed_generator: keras.random.SeedGenerator | None = None
    weighs_elements = False

    def discriminator_losses(self, real_scores: Tensor, fake_scores: Tensor) -> tuple[Tensor, Tensor]:
        """Return the per-sample losses on reals and on fakes, each `(batch,)`."""
        function = type(self).discriminator_function
        return function(
            self.in_precision(real_scores, "real_scores"),
            self.in_precision(fake_scores, "fake_scores"),
            **self.arguments,
        )

    def generator_losses(self, fake_scores: Tensor, real_scores: Tensor | None = None) -> Tensor:
        """Return the generator's per-sample losses, `(batch,)`."""
        if not self.generator_needs_reals:
            return type(self).generator_function(self.in_precision(fake_scores, "fake_scores"))
        if real_scores is None:
            raise ValueError(f"The generator's {self.name} loss needs `real_scores`. Received: real_scores=None")
        return type(self).generator_function(
            self.in_precision(fake_scores, "fake_scores"), self.in_precision(real_scores, "real_scores")
        )

    @property
    def has_accuracies(self) -> bool:
        """Whether `accuracies` can be told: the discriminator gives a probability of being real."""
        return type(self).leads is not None

    def accuracies(self, real_scores: Tensor, fake_scores: Tensor) -> tuple[Tensor, Tensor]:
        """Return the shares of reals and of fakes that the discriminator takes for what they are.

        Its probability of being real is above ½ for the former, and below ½ for the latter.

        Args:
            real_scores: Scores of real images, `(batch, ...)`, unbounded (no sigmoid).
            fake_scores: Scores of generated images, `(batch, ...)`.

        Returns:
            Two scalars in [0, 1]. Each score of a patch counts.

        Raises:
            ValueError: If the discriminator gives no probability, as that of `Wasserstein`.
        """
        leads = type(self).leads
        if leads is None:
            raise ValueError(f"`accuracies` must be those of a loss with probabilities. Received: {self.name}")
        of_reals, of_fakes = leads(scores_of(real_scores, "real_scores"), scores_of(fake_scores, "fake_scores"))
        return _share_above_zero(of_reals), _share_above_zero(-of_fakes)

    def discriminator_terms(
        self, real_scores: Tensor, fake_scores: Tensor, sample_weight: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """Return the critic's loss on reals, R, and on fakes, F, each reduced over the batch.

        Args:
            real_scores: Scores of real images, `(batch, ...)`, unbounded (no sigmoid).
            fake_scores: Scores of generated images, `(batch, ...)`.
            sample_weight: Weights of both, `(batch,)`. Defaults to None, ones.

        Returns:
            Two scalars.
        """
        real_losses, fake_losses = self.discriminator_losses(real_scores, fake_scores)
        return self._reduce_weighted(real_losses, sample_weight), self._reduce_weighted(fake_losses, sample_weight)

    def discriminator(self, real_scores: Tensor, fake_scores: Tensor, sample_weight: Tensor | None = None) -> Tensor:
        """Return what the critic minimises, R + F; see `discriminator_terms`."""
        return self.fused(self._sum_of_terms, real_scores, fake_scores, sample_weight)

    def _sum_of_terms(self, real_scores: Tensor, fake_scores: Tensor, sample_weight: Tensor | None) -> Tensor:
        real_loss, fake_loss = self.discriminator_terms(real_scores, fake_scores, sample_weight)
        return real_loss + fake_loss

    def generator(
        self, fake_scores: Tensor, real_scores: Tensor | None = None, sample_weight: Tensor | None = None
    ) -> Tensor:
        """Return what the generator minimises.

        Args:
            fake_scores: Scores of generated images, `(batch, ...)`, unbounded (no sigmoid).
            real_scores: Scores of real images, for losses that compare the two. Defaults to None.
            sample_weight: Weights, `(batch,)`. Defaults to None, ones.

        Returns:
            A scalar.

        Raises:
            ValueError: If the loss needs `real_scores` and has none.
        """
        return self.fused(self._generator, fake_scores, real_scores, sample_weight)

    def _generator(self, fake_scores: Tensor, real_scores: Tensor | None, sample_weight: Tensor | None) -> Tensor:
        return self._reduce_weighted(self.generator_losses(fake_scores, real_scores), sample_weight)

    def _reduce_weighted(self, losses: Tensor, sample_weight: Tensor | None) -> Tensor:
        return self.reduce(losses, None if sample_weight is None else self._split_weight(sample_weight)[0])

    def __call__(self, y_true: Tensor, y_pred: Tensor, sample_weight: Tensor | None = None) -> NoReturn:
        raise NotImplementedError(
            f"{type(self).__name__} takes scores of reals and of fakes: call its `discriminator` and `generator`, "
            "or give `WassersteinLoss` to `compile`"
        )


def scores_of(scores: Tensor, name: str) -> Tensor:
    """Return scores in float32 at least, those of an image on one axis, `(batch, scores)`; errors use the name."""
    scores = upcast(scores, name)
    check_rank(name, scores, 1, "(batch, ...)")
    return rows(scores)


def scores_alone(real_scores: Tensor, fake_scores: Tensor) -> tuple[Tensor, Tensor]:
    """Return the logits of being real where each score is one by itself."""
    return real_scores, fake_scores


def _share_above_zero(values: Tensor) -> Tensor:
    # NaN is not above zero, but not below it either.
    return mean(ops.where(ops.isnan(values), values, ops.cast(values > 0, values.dtype)))


def per_sample(losses: Tensor) -> Tensor:
    """Average the losses of all scores of an image, so that a patch critic counts once per image."""
    return mean(losses, axis=1)


def cross_entropy(scores: Tensor, target: float) -> Tensor:
    """Return the binary cross-entropy of scores, as logits, to one target."""
    positive, negative = binary_surprisals(scores, from_logits=True)
    if target in (0, 1):
        return positive if target else negative
    return target * positive + (1.0 - target) * negative
