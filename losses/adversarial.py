"""Adversarial losses of one image's score: non-saturating, minimax, least squares, hinge."""

from keras import ops
from keras.saving import register_keras_serializable

from keras_gan.losses._adversarial import AdversarialLoss, cross_entropy, per_sample, scores_alone, scores_of
from keras_gan.losses._checks import check_real_target
from keras_gan.losses._types import Reduction, Tensor


@register_keras_serializable(package="keras_gan")
def minimax_discriminator_loss(
    real_scores: Tensor, fake_scores: Tensor, real_target: float = 1.0
) -> tuple[Tensor, Tensor]:
    """Compute the two halves of the discriminator's loss, −log σ(f(x)) on reals and −log(1 − σ(f(G(z)))) on fakes.

    Args:
        real_scores: Scores of real images as logits, `(batch, ...)`.
        fake_scores: Scores of generated images as logits, `(batch, ...)`.
        real_target: The target of reals in (0, 1], used as it is: 0.9 is one-sided label smoothing (Salimans et al.,
            arXiv:1606.03498). Defaults to 1.

    Returns:
        A pair of per-sample losses, each `(batch,)`: on reals and on fakes.

    Raises:
        ValueError: If `real_target` is outside (0, 1].

    Reference:
        Goodfellow et al., Generative Adversarial Networks, arXiv:1406.2661.
    """
    check_real_target(real_target)
    real_loss = cross_entropy(scores_of(real_scores, "real_scores"), real_target)
    return per_sample(real_loss), per_sample(cross_entropy(scores_of(fake_scores, "fake_scores"), 0.0))


@register_keras_serializable(package="keras_gan")
def minimax_generator_loss(fake_scores: Tensor) -> Tensor:
    """Compute the generator's minimax loss log(1 − σ(f(G(z)))), whose gradient vanishes where fakes are found out.

    Args:
        fake_scores: Scores of generated images as logits, `(batch, ...)`.

    Returns:
        Per-sample losses, `(batch,)`.

    Reference:
        Goodfellow et al., Generative Adversarial Networks, arXiv:1406.2661.
    """
    return -per_sample(cross_entropy(scores_of(fake_scores, "fake_scores"), 0.0))


@register_keras_serializable(package="keras_gan")
def non_saturating_discriminator_loss(
    real_scores: Tensor, fake_scores: Tensor, real_target: float = 1.0
) -> tuple[Tensor, Tensor]:
    """Compute the two halves of the discriminator's loss, the minimax one's.

    Args:
        real_scores: Scores of real images as logits, `(batch, ...)`.
        fake_scores: Scores of generated images as logits, `(batch, ...)`.
        real_target: The target of reals in (0, 1], used as it is. Defaults to 1.

    Returns:
        A pair of per-sample losses, each `(batch,)`: on reals and on fakes.

    Raises:
        ValueError: If `real_target` is outside (0, 1].

    Reference:
        Goodfellow et al., Generative Adversarial Networks, arXiv:1406.2661.
    """
    return minimax_discriminator_loss(real_scores, fake_scores, real_target)


@register_keras_serializable(package="keras_gan")
def non_saturating_generator_loss(fake_scores: Tensor) -> Tensor:
    """Compute the generator's non-saturating loss −log σ(f(G(z))).

    Args:
        fake_scores: Scores of generated images as logits, `(batch, ...)`.

    Returns:
        Per-sample losses, `(batch,)`.

    Reference:
        Goodfellow et al., Generative Adversarial Networks, arXiv:1406.2661, section 3.
    """
    return per_sample(cross_entropy(scores_of(fake_scores, "fake_scores"), 1.0))


@register_keras_serializable(package="keras_gan")
def least_squares_discriminator_loss(
    real_scores: Tensor, fake_scores: Tensor, real_target: float = 1.0
) -> tuple[Tensor, Tensor]:
    """Compute the two halves of the discriminator's loss, ½(f(x) − t)² on reals and ½f(G(z))² on fakes.

    Args:
        real_scores: Scores of real images, `(batch, ...)`, unbounded.
        fake_scores: Scores of generated images, `(batch, ...)`.
        real_target: t, the target of reals in (0, 1], used as it is. Defaults to 1.

    Returns:
        A pair of per-sample losses, each `(batch,)`: on reals and on fakes.

    Raises:
        ValueError: If `real_target` is outside (0, 1].

    Reference:
        Mao et al., Least Squares Generative Adversarial Networks, arXiv:1611.04076.
    """
    check_real_target(real_target)
    real_loss = 0.5 * ops.square(scores_of(real_scores, "real_scores") - real_target)
    return per_sample(real_loss), per_sample(0.5 * ops.square(scores_of(fake_scores, "fake_scores")))


@register_keras_serializable(package="keras_gan")
def least_squares_generator_loss(fake_scores: Tensor) -> Tensor:
    """Compute the generator's least-squares loss ½(f(G(z)) − 1)².

    Args:
        fake_scores: Scores of generated images, `(batch, ...)`.

    Returns:
        Per-sample losses, `(batch,)`.

    Reference:
        Mao et al., Least Squares Generative Adversarial Networks, arXiv:1611.04076.
    """
    return per_sample(0.5 * ops.square(scores_of(fake_scores, "fake_scores") - 1.0))


@register_keras_serializable(package="keras_gan")
def hinge_discriminator_loss(real_scores: Tensor, fake_scores: Tensor) -> tuple[Tensor, Tensor]:
    """Compute the two halves of the discriminator's loss, max(0, 1 − f(x)) on reals and max(0, 1 + f(G(z))) on fakes.

    Args:
        real_scores: Scores of real images, `(batch, ...)`, unbounded.
        fake_scores: Scores of generated images, `(batch, ...)`.

    Returns:
        A pair of per-sample losses, each `(batch,)`: on reals and on fakes.

    Reference:
        Lim and Ye, Geometric GAN, arXiv:1705.02894.
    """
    return per_sample(ops.relu(1.0 - scores_of(real_scores, "real_scores"))), per_sample(
        ops.relu(1.0 + scores_of(fake_scores, "fake_scores"))
    )


@register_keras_serializable(package="keras_gan")
def hinge_generator_loss(fake_scores: Tensor) -> Tensor:
    """Compute the generator's loss −f(G(z)).

    Args:
        fake_scores: Scores of generated images, `(batch, ...)`.

    Returns:
        Per-sample losses, `(batch,)`.

    Reference:
        Lim and Ye, Geometric GAN, arXiv:1705.02894.
    """
    return -per_sample(scores_of(fake_scores, "fake_scores"))


class SmoothedLoss(AdversarialLoss):
    """An adversarial loss with a target of its own for reals."""

    def __init__(
        self,
        real_target: float = 1.0,
        name: str | None = None,
        reduction: Reduction = "sum_over_batch_size",
        dtype: str | None = None,
    ) -> None:
        check_real_target(real_target)
        default = type(self).discriminator_function.__name__.removesuffix("_discriminator_loss")
        super().__init__(default if name is None else name, reduction, dtype, real_target=real_target)


@register_keras_serializable(package="keras_gan")
class NonSaturating(SmoothedLoss):
    """The GAN objective with the generator's non-saturating loss −log σ(f(G(z))).

    Args:
        real_target: The discriminator's target of reals in (0, 1], used as it is. Defaults to 1.
        name: Name of the loss. Defaults to `"non_saturating"`.
        reduction: Reduction over the batch. Defaults to `"sum_over_batch_size"`.
        dtype: Dtype of the result. Defaults to None, `keras.config.floatx()`.

    Reference:
        Goodfellow et al., Generative Adversarial Networks, arXiv:1406.2661, section 3.
    """

    fuses = True
    leads = staticmethod(scores_alone)
    discriminator_function = staticmethod(non_saturating_discriminator_loss)
    generator_function = staticmethod(non_saturating_generator_loss)


@register_keras_serializable(package="keras_gan")
class Minimax(SmoothedLoss):
    """The GAN objective as a game of one value, with the generator's loss log(1 − σ(f(G(z)))).

    Args:
        real_target: The discriminator's target of reals in (0, 1], used as it is. Defaults to 1.
        name: Name of the loss. Defaults to `"minimax"`.
        reduction: Reduction over the batch. Defaults to `"sum_over_batch_size"`.
        dtype: Dtype of the result. Defaults to None, `keras.config.floatx()`.

    Reference:
        Goodfellow et al., Generative Adversarial Networks, arXiv:1406.2661.
    """

    fuses = True
    leads = staticmethod(scores_alone)
    discriminator_function = staticmethod(minimax_discriminator_loss)
    generator_function = staticmethod(minimax_generator_loss)


@register_keras_serializable(package="keras_gan")
class LeastSquares(SmoothedLoss):
    """The least-squares GAN objective, with the paper's factor ½.

    Args:
        real_target: The discriminator's target of reals in (0, 1], used as it is. Defaults to 1.
        name: Name of the loss. Defaults to `"least_squares"`.
        reduction: Reduction over the batch. Defaults to `"sum_over_batch_size"`.
        dtype: Dtype of the result. Defaults to None, `keras.config.floatx()`.

    Reference:
        Mao et al., Least Squares Generative Adversarial Networks, arXiv:1611.04076.
    """

    fuses = True
    discriminator_function = staticmethod(least_squares_discriminator_loss)
    generator_function = staticmethod(least_squares_generator_loss)


@register_keras_serializable(package="keras_gan")
class Hinge(AdversarialLoss):
    """The hinge GAN objective.

    Args:
        name: Name of the loss. Defaults to `"hinge"`.
        reduction: Reduction over the batch. Defaults to `"sum_over_batch_size"`.
        dtype: Dtype of the result. Defaults to None, `keras.config.floatx()`.

    Reference:
        Lim and Ye, Geometric GAN, arXiv:1705.02894.
    """

    discriminator_function = staticmethod(hinge_discriminator_loss)
    generator_function = staticmethod(hinge_generator_loss)

    def __init__(
        self, name: str = "hinge", reduction: Reduction = "sum_over_batch_size", dtype: str | None = None
    ) -> None:
        super().__init__(name, reduction, dtype)
