"""The loss of variational autoencoders, and its divergence."""

from collections.abc import Sequence

from keras import ops
from keras.saving import register_keras_serializable

from keras_gan.losses._base import Loss, PairLoss
from keras_gan.losses._checks import check_number, check_shapes
from keras_gan.losses._elements import keep
from keras_gan.losses._labels import binary_targets
from keras_gan.losses._likelihood import binary_surprisals
from keras_gan.losses._precision import as_numbers, as_scalar, upcast
from keras_gan.losses._types import Reduction, Tensor


@register_keras_serializable(package="keras_gan")
def gaussian_kl(mean: Tensor, log_variance: Tensor, *, mask: Tensor | None = None) -> Tensor:
    """Compute KL(N(μ, σ²) ‖ N(0, 1)) = ½ Σ (μ² + σ² − 1 − log σ²), summed over the latents.

    Args:
        mean: μ, `(batch, ...)`.
        log_variance: log σ², of the same shape.
        mask: Samples that count, `(batch,)`; others are worth 0. Defaults to None, all.

    Returns:
        Per-sample divergences, `(batch,)`.

    Raises:
        ValueError: If the shapes differ.

    Reference:
        Kingma and Welling, Auto-Encoding Variational Bayes, arXiv:1312.6114, appendix B.
    """
    mean = upcast(mean, "mean")
    log_variance = ops.cast(as_numbers(log_variance, "log_variance"), mean.dtype)
    check_shapes("mean", mean, "log_variance", log_variance)
    # expm1 keeps the digits that σ² − 1 would lose near the prior.
    divergences = 0.5 * (ops.square(mean) + (ops.expm1(log_variance) - log_variance))
    return keep(ops.sum(divergences, axis=tuple(range(1, len(divergences.shape)))), mask)


@register_keras_serializable(package="keras_gan")
def vae_elbo(
    y_true: Tensor,
    logits: Tensor,
    mean: Tensor,
    log_variance: Tensor,
    beta: float | Tensor = 1.0,
    *,
    mask: Tensor | None = None,
) -> Tensor:
    """Compute the negative evidence lower bound, BCE(y, x) + β·KL(N(μ, σ²) ‖ N(0, 1)), both summed.

    Args:
        y_true: Images in [0, 1], `(batch, ...)`.
        logits: Logits of the reconstruction, of the same shape.
        mean: μ of the posterior, `(batch, latents)`.
        log_variance: log σ² of the posterior, of the same shape.
        beta: Weight of the divergence, at least 0: a number, or a scalar tensor or variable, such as one that
            `KLAnnealing` raises. Defaults to 1.
        mask: Samples that count, `(batch,)`; others are worth 0. Defaults to None, all.

    Returns:
        Per-sample losses, `(batch,)`, in nats: sums over pixels and latents.

    Raises:
        ValueError: If shapes differ, if `beta` is a negative number or, outside a compiled function, if images are
            outside [0, 1].

    Reference:
        Kingma and Welling, Auto-Encoding Variational Bayes, arXiv:1312.6114; Higgins et al., beta-VAE, ICLR 2017.
    """
    logits = upcast(logits, "logits")
    beta = as_scalar(beta, "beta", logits.dtype, _check_weight)
    y_true = binary_targets(y_true, logits, "logits")
    positive, negative = binary_surprisals(logits, from_logits=True)
    reconstruction = y_true * positive + (1.0 - y_true) * negative
    reconstruction = ops.sum(reconstruction, axis=tuple(range(1, len(reconstruction.shape))))
    divergence = gaussian_kl(mean, log_variance)
    check_shapes("logits", reconstruction, "mean", divergence)
    return keep(reconstruction + beta * ops.cast(divergence, reconstruction.dtype), mask)


def _check_weight(name: str, value: object) -> None:
    check_number(name, value, minimum=0)


@register_keras_serializable(package="keras_gan")
class GaussianKL(PairLoss):
    """The divergence of a Gaussian posterior from the standard normal prior; see `gaussian_kl`.

    Takes `y_pred` `(batch, 2, latents)`, μ and log σ² stacked, and ignores `y_true`.

    Args:
        name: Name in logs. Defaults to `"gaussian_kl"`.
        reduction: Reduction over the batch. Defaults to `"sum_over_batch_size"`.
        dtype: Dtype of the result. Defaults to None, `keras.config.floatx()`.
    """

    fuses = True
    function = staticmethod(gaussian_kl)

    def __init__(
        self, name: str = "gaussian_kl", reduction: Reduction = "sum_over_batch_size", dtype: str | None = None
    ) -> None:
        super().__init__(name, reduction, dtype)


@register_keras_serializable(package="keras_gan")
class VaeElbo(Loss):
    """The loss of a variational autoencoder, the negative evidence lower bound; see `vae_elbo`.

    Takes `y_pred` as a tuple of logits, μ and log σ², in a loop of one's own or a model's `compute_loss`. Under
    `compile`, which gives a loss one output at a time, `BinaryCrossentropy` and `GaussianKL` are its halves.

    Args:
        beta: Weight of the divergence, at least 0. Defaults to 1. Call `vae_elbo` with one that changes.
        name: Name in logs. Defaults to `"vae_elbo"`.
        reduction: Reduction over the batch. Defaults to `"sum_over_batch_size"`.
        dtype: Dtype of the result. Defaults to None, `keras.config.floatx()`.
    """

    fuses = True
    weighs_elements = False

    def __init__(
        self,
        beta: float = 1.0,
        name: str = "vae_elbo",
        reduction: Reduction = "sum_over_batch_size",
        dtype: str | None = None,
    ) -> None:
        _check_weight("beta", beta)
        super().__init__(name, reduction, dtype, beta=beta)

    def prepare(self, y_pred: Sequence[Tensor]) -> tuple[Tensor, ...]:
        if not isinstance(y_pred, (tuple, list)) or len(y_pred) != 3:
            raise ValueError(
                f"`y_pred` must be a tuple (logits, mean, log_variance). Received: a {type(y_pred).__name__}"
            )
        return tuple(self.in_precision(x) for x in y_pred)

    def per_sample(
        self, y_true: Tensor, y_pred: Tensor, mask: Tensor | None = None, element_weight: Tensor | None = None
    ) -> Tensor:
        return vae_elbo(y_true, *y_pred, **self.arguments, mask=mask)
