"""The relativistic pairing loss: how much realer each real looks than one fake."""

from keras.saving import register_keras_serializable

from keras_gan.losses._adversarial import cross_entropy, per_sample, scores_of
from keras_gan.losses._checks import check_real_target, check_shapes
from keras_gan.losses._types import Reduction, Tensor
from keras_gan.losses.adversarial import SmoothedLoss


@register_keras_serializable(package="keras_gan")
def relativistic_pairing_discriminator_loss(
    real_scores: Tensor, fake_scores: Tensor, real_target: float = 1.0
) -> tuple[Tensor, Tensor]:
    """Compute the loss of each pair, −log σ(f(x) − f(G(z))), in two equal halves.

    A pair has one loss, which belongs to the real and to the fake alike. So each half is half of it, and their sum is
    the loss.

    Args:
        real_scores: Scores of real images as logits, `(batch, ...)`.
        fake_scores: Scores of as many generated images, `(batch, ...)`.
        real_target: The target of the pairs in (0, 1], used as it is. Defaults to 1.

    Returns:
        A pair of per-sample losses, each `(batch,)`: on reals and on fakes.

    Raises:
        ValueError: If `real_target` is outside (0, 1], or there are not as many scores of both.

    Reference:
        Huang et al., The GAN is dead; long live the GAN!, arXiv:2501.05441.
    """
    check_real_target(real_target)
    half = 0.5 * _of_pairs(real_scores, fake_scores, real_target)
    return half, half


@register_keras_serializable(package="keras_gan")
def relativistic_pairing_generator_loss(fake_scores: Tensor, real_scores: Tensor) -> Tensor:
    """Compute the generator's loss of each pair, −log σ(f(G(z)) − f(x)).

    Args:
        fake_scores: Scores of generated images as logits, `(batch, ...)`.
        real_scores: Scores of as many real images, `(batch, ...)`.

    Returns:
        Per-sample losses, `(batch,)`.

    Raises:
        ValueError: If there are not as many of both.

    Reference:
        Huang et al., The GAN is dead; long live the GAN!, arXiv:2501.05441.
    """
    return _of_pairs(real_scores, fake_scores, 0.0)


def _leads(real_scores: Tensor, fake_scores: Tensor) -> tuple[Tensor, Tensor]:
    """Return how far each score is above that of the other of its pair."""
    return real_scores - fake_scores, fake_scores - real_scores


def _of_pairs(real_scores: Tensor, fake_scores: Tensor, target: float) -> Tensor:
    real_scores, fake_scores = scores_of(real_scores, "real_scores"), scores_of(fake_scores, "fake_scores")
    check_shapes("fake_scores", fake_scores, "real_scores", real_scores)
    return per_sample(cross_entropy(real_scores - fake_scores, target))


@register_keras_serializable(package="keras_gan")
class RelativisticPairing(SmoothedLoss):
    """The relativistic pairing GAN objective, as R3GAN has it with R1 and R2.

    Each real is compared with one fake. The generator's loss needs the scores of reals too.

    Args:
        real_target: The discriminator's target of the pairs in (0, 1], used as it is. Defaults to 1.
        name: Name of the loss. Defaults to `"relativistic_pairing"`.
        reduction: Reduction over the batch. Defaults to `"sum_over_batch_size"`.
        dtype: Dtype of the result. Defaults to None, `keras.config.floatx()`.

    References:
        Jolicoeur-Martineau, The relativistic discriminator, arXiv:1807.00734.
        Huang et al., The GAN is dead; long live the GAN!, arXiv:2501.05441.
    """

    fuses = True
    leads = staticmethod(_leads)
    discriminator_function = staticmethod(relativistic_pairing_discriminator_loss)
    generator_function = staticmethod(relativistic_pairing_generator_loss)
    generator_needs_reals = True

    def __init__(
        self,
        real_target: float = 1.0,
        name: str = "relativistic_pairing",
        reduction: Reduction = "sum_over_batch_size",
        dtype: str | None = None,
    ) -> None:
        super().__init__(real_target, name, reduction, dtype)
