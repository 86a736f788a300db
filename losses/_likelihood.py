"""Log-probabilities: from logits without leaving log space, from probabilities without a logarithm of zero."""

import keras
import numpy as np
from keras import ops

from keras_gan.losses._precision import maximum
from keras_gan.losses._types import Tensor


def smallest_positive(x: Tensor) -> float:
    """Return the smallest normal number of a tensor's dtype."""
    return float(np.finfo(keras.backend.standardize_dtype(x.dtype)).tiny)


def safe_log(probabilities: Tensor) -> Tensor:
    """Return the logarithm of probabilities, a large negative number for zero."""
    return ops.log(maximum(probabilities, smallest_positive(probabilities)))


def where_counted(targets: Tensor, logs: Tensor) -> Tensor:
    """Return 0 in place of logarithms whose target is 0: of a class that is ruled out, 0·log 0 is 0 and not NaN."""
    return ops.where(targets == 0, ops.zeros_like(logs), logs)


def log_probabilities(y_pred: Tensor, from_logits: bool) -> Tensor:
    """Return the log-probabilities of classes on the last axis."""
    return ops.log_softmax(y_pred, axis=-1) if from_logits else safe_log(y_pred)


def shifted_logits(logits: Tensor) -> tuple[Tensor, Tensor]:
    """Return logits less the largest, which are at most 0, and the logarithm of their exponentials' sum, at least 0.

    A cross-entropy is the second less one of the first: two numbers of one sign, of which neither cancels the other.
    """
    shifted = logits - ops.stop_gradient(ops.max(logits, axis=-1, keepdims=True))
    return shifted, ops.log(ops.sum(ops.exp(shifted), axis=-1))


def binary_surprisals(y_pred: Tensor, from_logits: bool) -> tuple[Tensor, Tensor]:
    """Return −log p and −log(1 − p) of the positive class.

    From logits x they are softplus(−x) and softplus(x), each max(0, ∓x) + log(1 + exp(−|x|)).
    """
    if not from_logits:
        return -safe_log(y_pred), -safe_log(1.0 - y_pred)
    # Written with one condition, and not with maxima and |x|, whose gradients at x = 0 would add up to 0, not ±½.
    positive, zero = y_pred >= 0, ops.zeros_like(y_pred)
    common = ops.log1p(ops.exp(ops.where(positive, -y_pred, y_pred)))
    return common + ops.where(positive, zero, -y_pred), common + ops.where(positive, y_pred, zero)


def complement_power(log_p: Tensor, exponent: float) -> Tensor:
    """Return (1 − p)^exponent from log p, with a finite gradient where p is 1."""
    complement = -ops.expm1(log_p)
    return ops.power(maximum(complement, smallest_positive(log_p)), exponent)
