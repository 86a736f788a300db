"""Wasserstein losses of critic scores."""

from keras import ops
from keras.saving import register_keras_serializable

from keras_gan.losses._adversarial import AdversarialLoss, per_sample, scores_of
from keras_gan.losses._base import Loss
from keras_gan.losses._elements import mean_over_elements
from keras_gan.losses._labels import concrete, match_ranks
from keras_gan.losses._precision import upcast
from keras_gan.losses._types import Reduction, Tensor


@register_keras_serializable(package="keras_gan")
def wasserstein_discriminator_loss(real_scores: Tensor, fake_scores: Tensor) -> tuple[Tensor, Tensor]:
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
    return -per_sample(scores_of(real_scores, "real_scores")), per_sample(scores_of(fake_scores, "fake_scores"))


@register_keras_serializable(package="keras_gan")
def wasserstein_generator_loss(fake_scores: Tensor) -> Tensor:
    """Compute the generator's Wasserstein loss −f(G(z)).

    Args:
        fake_scores: Critic scores of generated images, `(batch, ...)`.

    Returns:
        Per-sample losses, `(batch,)`.

    Reference:
        Arjovsky et al., Wasserstein GAN, arXiv:1701.07875.
    """
    return -per_sample(scores_of(fake_scores, "fake_scores"))


@register_keras_serializable(package="keras_gan")
def wasserstein_loss(
    y_true: Tensor, y_pred: Tensor, *, mask: Tensor | None = None, element_weight: Tensor | None = None
) -> Tensor:
    """Compute −y·f(x), the critic's Wasserstein loss of reals, y = 1, and fakes, y = −1, in one batch.

    Args:
        y_true: 1 for reals and −1 for fakes, of `y_pred`'s shape. With scores of fakes and y = 1 it is the generator's
            loss.
        y_pred: Critic scores, `(batch, ...)`, unbounded (no sigmoid).
        mask: Scores that count, `(batch, ...)`, of all or the first axes. Defaults to None, all.
        element_weight: Weights of the scores, likewise. Defaults to None, ones.

    Returns:
        Per-sample losses, `(batch,)`. The mean over a batch of as many reals as fakes is half of R + F.

    Raises:
        ValueError: If the shapes differ or, outside a compiled function, if a label is neither 1 nor −1.

    Reference:
        Arjovsky et al., Wasserstein GAN, arXiv:1701.07875.
    """
    y_pred = upcast(y_pred)
    y_true = match_ranks(y_true, y_pred)
    labels = concrete(y_true)
    if labels is not None and (abs(labels) != 1).any():
        raise ValueError(f"`y_true` must be 1 for reals and -1 for fakes. Received: {labels[abs(labels) != 1][:5]}")
    return mean_over_elements(-ops.cast(y_true, y_pred.dtype) * y_pred, mask, element_weight)


@register_keras_serializable(package="keras_gan")
class Wasserstein(AdversarialLoss):
    """The Wasserstein GAN objective: the critic maximises E[f(x)] − E[f(G(z))], the generator E[f(G(z))].

    The critic must be kept Lipschitz, by clipping its weights or by a gradient penalty.

    Args:
        name: Name of the loss. Defaults to `"wasserstein"`.
        reduction: Reduction over the batch. Defaults to `"sum_over_batch_size"`.
        dtype: Dtype of the result. Defaults to None, `keras.config.floatx()`.

    Reference:
        Arjovsky et al., Wasserstein GAN, arXiv:1701.07875.
    """

    discriminator_function = staticmethod(wasserstein_discriminator_loss)
    generator_function = staticmethod(wasserstein_generator_loss)

    def __init__(
        self, name: str = "wasserstein", reduction: Reduction = "sum_over_batch_size", dtype: str | None = None
    ) -> None:
        super().__init__(name, reduction, dtype)


@register_keras_serializable(package="keras_gan")
class WassersteinLoss(Loss):
    """The Wasserstein loss of labelled scores for `compile`; see `wasserstein_loss`.

    Args:
        name: Name in logs. Defaults to `"wasserstein_loss"`.
        reduction: Reduction over the batch. Defaults to `"sum_over_batch_size"`.
        dtype: Dtype of the result. Defaults to None, `keras.config.floatx()`.
    """

    function = staticmethod(wasserstein_loss)

    def __init__(
        self, name: str = "wasserstein_loss", reduction: Reduction = "sum_over_batch_size", dtype: str | None = None
    ) -> None:
        super().__init__(name, reduction, dtype)
