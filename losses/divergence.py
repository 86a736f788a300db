"""Divergences between distributions."""

import math

from keras import ops
from keras.saving import register_keras_serializable

from keras_gan.losses._base import Loss
from keras_gan.losses._checks import check_flags, check_rank
from keras_gan.losses._elements import values_of_elements
from keras_gan.losses._labels import as_labels, check_targets, match_shapes
from keras_gan.losses._likelihood import safe_log, smallest_positive
from keras_gan.losses._precision import minimum, upcast
from keras_gan.losses._types import Reduction, Tensor


@register_keras_serializable(package="keras_gan")
def kl_divergence(
    y_true: Tensor,
    y_pred: Tensor,
    from_logits: bool = False,
    *,
    mask: Tensor | None = None,
    element_weight: Tensor | None = None,
    per_element: bool = False,
) -> Tensor:
    """Compute the Kullback–Leibler divergence KL(P ‖ Q) = Σ_c p_c·(log p_c − log q_c).

    Args:
        y_true: P, probabilities, or logits if `from_logits`, `(batch, ..., classes)`. Log-probabilities are logits.
        y_pred: Q, likewise, of the same shape. Neither is normalised if they are probabilities.
        from_logits: Whether both are logits. Defaults to False.
        mask: Elements that count, `(batch, ...)`, of all or the first axes. Defaults to None, all.
        element_weight: Weights of the elements, likewise. Defaults to None, ones.
        per_element: Whether to return the values of the elements. Defaults to False.

    Returns:
        Per-sample divergences, `(batch,)`: means over the elements that count. With `per_element`, those of the
        elements, `(batch, ...)`, and 0 for elements that don't count.

    Raises:
        ValueError: If the shapes differ or, outside a compiled function, if a probability of P is outside [0, 1].

    Reference:
        Kullback and Leibler, On Information and Sufficiency, 1951.
    """
    check_flags(from_logits=from_logits, per_element=per_element)
    y_true, y_pred = _distributions(y_true, y_pred, from_logits)
    if from_logits:
        divergences = logits_divergence(y_true, y_pred)
    else:
        divergences = ops.sum(y_true * (safe_log(y_true) - safe_log(y_pred)), axis=-1)
    return values_of_elements(divergences, mask, element_weight, per_element)


def _distributions(y_true: Tensor, y_pred: Tensor, from_logits: bool) -> tuple[Tensor, Tensor]:
    """Return P and Q as tensors of one dtype."""
    y_pred = upcast(y_pred)
    check_rank("y_pred", y_pred, 2, "(batch, ..., classes)")
    y_true = match_shapes(as_labels(y_true), y_pred)
    if not from_logits:
        check_targets(y_true)
    return ops.cast(y_true, y_pred.dtype), y_pred


def logits_divergence(true_logits: Tensor, logits: Tensor) -> Tensor:
    """Return KL(softmax ‖ softmax) over the last axis."""
    log_p, log_q = ops.log_softmax(true_logits, axis=-1), ops.log_softmax(logits, axis=-1)
    # What is impossible under P, of log-probability −∞, adds nothing.
    ratios = ops.where(log_p > -math.inf, log_p - log_q, 0.0)
    return ops.sum(ops.exp(log_p) * ratios, axis=-1)


@register_keras_serializable(package="keras_gan")
def js_divergence(
    y_true: Tensor,
    y_pred: Tensor,
    from_logits: bool = False,
    *,
    mask: Tensor | None = None,
    element_weight: Tensor | None = None,
    per_element: bool = False,
) -> Tensor:
    """Compute the Jensen–Shannon divergence ½·KL(P ‖ M) + ½·KL(Q ‖ M) with M = ½(P + Q), at most log 2.

    Args:
        y_true: P, probabilities, or logits if `from_logits`, `(batch, ..., classes)`. Log-probabilities are logits.
        y_pred: Q, likewise, of the same shape. Neither is normalised if they are probabilities.
        from_logits: Whether both are logits. Defaults to False.
        mask: Elements that count, `(batch, ...)`, of all or the first axes. Defaults to None, all.
        element_weight: Weights of the elements, likewise. Defaults to None, ones.
        per_element: Whether to return the values of the elements. Defaults to False.

    Returns:
        Per-sample divergences, `(batch,)`, in nats: means over the elements that count. With `per_element`, those of
        the elements, `(batch, ...)`, and 0 for elements that don't count.

    Raises:
        ValueError: If the shapes differ or, outside a compiled function, if a probability of P is outside [0, 1].

    Reference:
        Lin, Divergence measures based on the Shannon entropy, 1991.
    """
    check_flags(from_logits=from_logits, per_element=per_element)
    y_true, y_pred = _distributions(y_true, y_pred, from_logits)
    if from_logits:
        log_p, log_q = ops.log_softmax(y_true, axis=-1), ops.log_softmax(y_pred, axis=-1)
        p, q = ops.exp(log_p), ops.exp(log_q)
    else:
        log_p, log_q = safe_log(y_true), safe_log(y_pred)
        p, q = (_with_the_logarithm(x) for x in (y_true, y_pred))
    divergences = 0.25 * ops.sum((p + q) * _disagreement(log_p, log_q), axis=-1)
    return values_of_elements(divergences, mask, element_weight, per_element)


def _disagreement(log_p: Tensor, log_q: Tensor) -> Tensor:
    """Return (1 + u)·log(1 + u) + (1 − u)·log(1 − u), u = (p − q) / (p + q), from 0 where p = q to 2·log 2.

    With d = |log p − log q| it is d·tanh(d/2) − 2·log cosh(d/2), of which no form keeps its digits at all d.
    """
    difference = ops.abs(_finite(log_p) - _finite(log_q))
    near = difference < 1.0
    d = ops.where(near, difference, ops.zeros_like(difference))
    small = d * ops.tanh(d / 2) - ops.log1p(ops.square(ops.sinh(d / 2)))
    d = minimum(ops.where(near, ops.ones_like(difference), difference), -math.log(smallest_positive(difference)))
    ratio = ops.exp(-d)
    large = 2.0 * (math.log(2.0) - ops.log1p(ratio) - d * ratio / (1.0 + ratio))
    return ops.where(near, small, large)


def _with_the_logarithm(x: Tensor) -> Tensor:
    """Return probabilities, without a gradient where their logarithm has none: a half of it has the wrong sign."""
    return ops.where(x < smallest_positive(x), ops.stop_gradient(x), x)


def _finite(log: Tensor) -> Tensor:
    """Return logarithms, a large negative number for −∞."""
    return ops.where(log > -math.inf, log, ops.full_like(log, -1e30))


@register_keras_serializable(package="keras_gan")
class KLDivergence(Loss):
    """The Kullback–Leibler divergence KL(y_true ‖ y_pred); see `kl_divergence`.

    Args:
        from_logits: Whether both are logits; otherwise both are probabilities. Defaults to False.
        name: Name in logs. Defaults to `"kl_divergence"`.
        reduction: Reduction over the batch. Defaults to `"sum_over_batch_size"`.
        dtype: Dtype of the result. Defaults to None, `keras.config.floatx()`.
        per_element: Whether to return the values of the elements, without a reduction. Defaults to False.
    """

    fuses = True
    function = staticmethod(kl_divergence)

    def __init__(
        self,
        from_logits: bool = False,
        name: str = "kl_divergence",
        reduction: Reduction = "sum_over_batch_size",
        dtype: str | None = None,
        per_element: bool = False,
    ) -> None:
        super().__init__(name, reduction, dtype, from_logits=from_logits, per_element=per_element)


@register_keras_serializable(package="keras_gan")
class JSDivergence(Loss):
    """The Jensen–Shannon divergence of y_true and y_pred; see `js_divergence`.

    Args:
        from_logits: Whether both are logits; otherwise both are probabilities. Defaults to False.
        name: Name in logs. Defaults to `"js_divergence"`.
        reduction: Reduction over the batch. Defaults to `"sum_over_batch_size"`.
        dtype: Dtype of the result. Defaults to None, `keras.config.floatx()`.
        per_element: Whether to return the values of the elements, without a reduction. Defaults to False.
    """

    fuses = True
    function = staticmethod(js_divergence)

    def __init__(
        self,
        from_logits: bool = False,
        name: str = "js_divergence",
        reduction: Reduction = "sum_over_batch_size",
        dtype: str | None = None,
        per_element: bool = False,
    ) -> None:
        super().__init__(name, reduction, dtype, from_logits=from_logits, per_element=per_element)
