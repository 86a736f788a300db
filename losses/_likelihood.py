"""Log-probabilities: from logits without leaving log space, from probabilities without a logarithm of zero."""

import keras
import numpy as np
from keras import ops


def smallest_positive(x) -> float:
    """Return the smallest normal number of a tensor's dtype."""
    return float(np.finfo(keras.backend.standardize_dtype(x.dtype)).tiny)


def safe_log(probabilities):
    """Return the logarithm of probabilities, a large negative number for zero."""
    return ops.log(ops.maximum(probabilities, smallest_positive(probabilities)))


def log_probabilities(y_pred, from_logits: bool):
    """Return the log-probabilities of classes on the last axis."""
    return ops.log_softmax(y_pred, axis=-1) if from_logits else safe_log(y_pred)


def binary_surprisals(y_pred, from_logits: bool):
    """Return −log p and −log(1 − p) of the positive class."""
    if from_logits:
        return ops.softplus(-y_pred), ops.softplus(y_pred)
    return -safe_log(y_pred), -safe_log(1.0 - y_pred)


def log_complement(log_p):
    """Return log(1 − p) from log p, finite where p is 1."""
    return ops.log(-ops.expm1(ops.minimum(log_p, -smallest_positive(log_p))))
