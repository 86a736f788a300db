"""The relativistic average loss: how much realer reals look than the average fake."""

from keras.saving import register_keras_serializable

from keras_gan.losses._adversarial import cross_entropy, per_sample, scores_of
from keras_gan.losses._checks import check_real_target, check_shapes
from keras_gan.losses._precision import mean
from keras_gan.losses._types import Reduction, Tensor
from keras_gan.losses.adversarial import SmoothedLoss


@register_keras_serializable(package="keras_gan")
def relativistic_average_discriminator_loss(
    real_scores: Tensor, fake_scores: Tensor, real_target: float = 1.0
) -> tuple[Tensor, Tensor]:
    """Compute the two halves, −log σ(f(x) − E f(G(z))) on reals and −log(1 − σ(f(G(z)) − E f(x))) on fakes.

    The averages run over the batch, so that a sample's loss depends on the others.

    Args:
        real_scores: Scores of real images as logits, `(batch, ...)`.
        fake_scores: Scores of generated images as logits, `(batch, ...)`.
        real_target: The target of reals in (0, 1], used as it is. Defaults to 1.

    Returns:
        A pair of per-sample losses, each `(batch,)`: on reals and on fakes.

    Raises:
        ValueError: If `real_target` is outside (0, 1].

    Reference:
        Jolicoeur-Martineau, The relativistic discriminator, arXiv:1807.00734.
    """
    check_real_target(real_target)
    real_scores, fake_scores = scores_of(real_scores, "real_scores"), scores_of(fake_scores, "fake_scores")
    real_lead, fake_lead = _leads(real_scores, fake_scores)
    return per_sample(cross_entropy(real_lead, real_target)), per_sample(cross_entropy(fake_lead, 0.0))


def _leads(real_scores: Tensor, fake_scores: Tensor) -> tuple[Tensor, Tensor]:
    """Return how far scores are above the mean of the others."""
    return real_scores - mean(fake_scores), fake_scores - mean(real_scores)


@register_keras_serializable(package="keras_gan")
def relativistic_average_generator_loss(fake_scores: Tensor, real_scores: Tensor) -> Tensor:
    """Compute the generator's loss, the discriminator's with the roles of reals and fakes exchanged.

    Args:
        fake_scores: Scores of generated images as logits, `(batch, ...)`.
        real_scores: Scores of as many real images, `(batch, ...)`.

    Returns:
        Per-sample losses, `(batch,)`: of a fake and a real each.

    Raises:
        ValueError: If there are not as many of both.

    Reference:
        Jolicoeur-Martineau, The relativistic discriminator, arXiv:1807.00734.
    """
    fake_scores, real_scores = scores_of(fake_scores, "fake_scores"), scores_of(real_scores, "real_scores")
    check_shapes("fake_scores", fake_scores, "real_scores", real_scores)
    fake_loss, real_loss = relativistic_average_discriminator_loss(fake_scores, real_scores)
    return fake_loss + real_loss


@register_keras_serializable(package="keras_gan")
class RelativisticAverage(SmoothedLoss):
    """The relativistic average GAN objective. The generator's loss needs the scores of reals too.

    Args:
        real_target: The discriminator's target of reals in (0, 1], used as it is. Defaults to 1.
        name: Name of the loss. Defaults to `"relativistic_average"`.
        reduction: Reduction over the batch. Defaults to `"sum_over_batch_size"`.
        dtype: Dtype of the result. Defaults to None, `keras.config.floatx()`.

    Reference:
        Jolicoeur-Martineau, The relativistic discriminator, arXiv:1807.00734.
    """

    fuses = True
    leads = staticmethod(_leads)
    discriminator_function = staticmethod(relativistic_average_discriminator_loss)
    generator_function = staticmethod(relativistic_average_generator_loss)
    generator_needs_reals = True

    def __init__(
        self,
        real_target: float = 1.0,
        name: str = "relativistic_average",
        reduction: Reduction = "sum_over_batch_size",
        dtype: str | None = None,
    ) -> None:
        super().__init__(real_target, name, reduction, dtype)
