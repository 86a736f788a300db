"""Divergences between distributions, and the loss of variational autoencoders."""

import math
from collections.abc import Sequence

from keras import ops
from keras.saving import register_keras_serializable

from keras_gan.losses._base import Loss, PairLoss
from keras_gan.losses._checks import check_number, check_rank, check_shapes
from keras_gan.losses._elements import keep, mean_over_elements
from keras_gan.losses._labels import as_labels, binary_targets, check_targets, match_shapes
from keras_gan.losses._likelihood import binary_surprisals, safe_log
from keras_gan.losses._precision import as_numbers, upcast
from keras_gan.losses._types import Reduction, Tensor


@register_keras_serializable(package="keras_gan")
def kl_divergence(
    y_true: Tensor,
    y_pred: Tensor,
    from_logits: bool = False,
    *,
    mask: Tensor | None = None,
    element_weight: Tensor | None = None,
) -> Tensor:
    """Compute the Kullback–Leibler divergence KL(P ‖ Q) = Σ_c p_c·(log p_c − log q_c).

    Args:
        y_true: P, probabilities, or logits if `from_logits`, `(batch, ..., classes)`. Log-probabilities are logits.
        y_pred: Q, likewise, of the same shape. Neither is normalised if they are probabilities.
        from_logits: Whether both are logits. Defaults to False.
        mask: Elements that count, `(batch, ...)`, of all or the first axes. Defaults to None, all.
        element_weight: Weights of the elements, likewise. Defaults to None, ones.

    Returns:
        Per-sample divergences, `(batch,)`: means over the elements that count.

    Raises:
        ValueError: If the shapes differ or, outside a compiled function, if a probability of P is outside [0, 1].

    Reference:
        Kullback and Leibler, On Information and Sufficiency, 1951.
    """
    y_pred = upcast(y_pred)
    check_rank("y_pred", y_pred, 2, "(batch, ..., classes)")
    y_true = match_shapes(as_labels(y_true), y_pred)
    if not from_logits:
        check_targets(y_true)
    y_true = ops.cast(y_true, y_pred.dtype)
    if from_logits:
        divergences = logits_divergence(y_true, y_pred)
    else:
        divergences = ops.sum(y_true * (safe_log(y_true) - safe_log(y_pred)), axis=-1)
    return mean_over_elements(divergences, mask, element_weight)


def logits_divergence(true_logits: Tensor, logits: Tensor) -> Tensor:
    """Return KL(softmax ‖ softmax) over the last axis."""
    log_p, log_q = ops.log_softmax(true_logits, axis=-1), ops.log_softmax(logits, axis=-1)
    # What is impossible under P, of log-probability −∞, adds nothing.
    ratios = ops.where(log_p > -math.inf, log_p - log_q, 0.0)
    return ops.sum(ops.exp(log_p) * ratios, axis=-1)


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
    y_true: Tensor, logits: Tensor, mean: Tensor, log_variance: Tensor, beta: float = 1.0, *, mask: Tensor | None = None
) -> Tensor:
    """Compute the negative evidence lower bound, BCE(y, x) + β·KL(N(μ, σ²) ‖ N(0, 1)), both summed.

    Args:
        y_true: Images in [0, 1], `(batch, ...)`.
        logits: Logits of the reconstruction, of the same shape.
        mean: μ of the posterior, `(batch, latents)`.
        log_variance: log σ² of the posterior, of the same shape.
        beta: Weight of the divergence, at least 0. Defaults to 1.
        mask: Samples that count, `(batch,)`; others are worth 0. Defaults to None, all.

    Returns:
        Per-sample losses, `(batch,)`, in nats: sums over pixels and latents.

    Raises:
        ValueError: If shapes differ, if `beta` is negative or, outside a compiled function, if images are outside
            [0, 1].

    Reference:
        Kingma and Welling, Auto-Encoding Variational Bayes, arXiv:1312.6114; Higgins et al., beta-VAE, ICLR 2017.
    """
    check_number("beta", beta, minimum=0)
    logits = upcast(logits, "logits")
    y_true = binary_targets(y_true, logits)
    positive, negative = binary_surprisals(logits, from_logits=True)
    reconstruction = y_true * positive + (1.0 - y_true) * negative
    reconstruction = ops.sum(reconstruction, axis=tuple(range(1, len(reconstruction.shape))))
    divergence = gaussian_kl(mean, log_variance)
    check_shapes("logits", reconstruction, "mean", divergence)
    return keep(reconstruction + beta * ops.cast(divergence, reconstruction.dtype), mask)


@register_keras_serializable(package="keras_gan")
class KLDivergence(Loss):
    """The Kullback–Leibler divergence KL(y_true ‖ y_pred); see `kl_divergence`.

    Args:
        from_logits: Whether both are logits; otherwise both are probabilities. Defaults to False.
        name: Name in logs. Defaults to `"kl_divergence"`.
        reduction: Reduction over the batch. Defaults to `"sum_over_batch_size"`.
        dtype: Dtype of the result. Defaults to None, `keras.config.floatx()`.
    """

    fuses = True
    function = staticmethod(kl_divergence)

    def __init__(
        self,
        from_logits: bool = False,
        name: str = "kl_divergence",
        reduction: Reduction = "sum_over_batch_size",
        dtype: str | None = None,
    ) -> None:
        super().__init__(name, reduction, dtype, from_logits=from_logits)


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
        beta: Weight of the divergence, at least 0. Defaults to 1.
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
        check_number("beta", beta, minimum=0)
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
