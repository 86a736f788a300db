"""Labels, before anything is cast to the dtype of a loss."""

import math
from collections.abc import Sequence

import keras
import numpy as np
from keras import ops

from keras_gan.losses._checks import check_rank, check_shapes
from keras_gan.losses._precision import as_numbers
from keras_gan.losses._types import Tensor

# By how much a target may leave [0, 1]: some units in the last place of float32.
ROUNDING = 1e-6


def class_indices(y_true: Tensor, y_pred: Tensor, ignore_class: int | None = None) -> tuple[Tensor, Tensor | None]:
    """Return integer labels of the elements of `y_pred`, with 0 for ignored ones.

    Args:
        y_true: Labels, `(batch, ...)` or `(batch, ..., 1)`, integers in any dtype.
        y_pred: Predictions, `(batch, ..., classes)`.
        ignore_class: Label that stands for no class. Defaults to None.

    Returns:
        Labels, int32, `(batch, ...)`, and a mask of the ones that count, or None.

    Raises:
        ValueError: If shapes disagree or, outside a compiled function, if a label is not a class.
    """
    y_true, classes = as_labels(y_true), y_pred.shape[-1]
    if len(y_true.shape) == len(y_pred.shape) and y_true.shape[-1] == 1:
        y_true = ops.squeeze(y_true, axis=-1)
    if len(y_true.shape) != len(y_pred.shape) - 1 or not _compatible(y_true.shape, y_pred.shape[:-1]):
        raise ValueError(
            "`y_true` must hold one label for each vector of `y_pred`'s last axis. "
            f"Received: y_true.shape={tuple(y_true.shape)}, y_pred.shape={tuple(y_pred.shape)}"
        )
    _check_classes(y_true, classes, ignore_class)
    labels = ops.cast(y_true, "int32")
    counts = None if ignore_class is None else ops.not_equal(labels, ignore_class)
    if counts is not None:
        labels = ops.where(counts, labels, ops.zeros_like(labels))
    # In a compiled function a negative label would be counted from the end. Beyond the end, TensorFlow raises an error
    # on a CPU, and XLA takes the last class: `nan_beyond` tells of it.
    return ops.where(labels < 0, ops.full_like(labels, ops.shape(y_pred)[-1]), labels), counts


def nan_beyond(values: Tensor, labels: Tensor, classes: Tensor) -> Tensor:
    """Return the values of elements, and NaN for those whose label is no class."""
    return ops.where(labels < classes, values, ops.full_like(values, math.nan))


def class_targets(y_true: Tensor, y_pred: Tensor, ignore_class: int | None = None) -> tuple[Tensor, Tensor | None]:
    """Return target probabilities of the classes in `y_pred`'s dtype, and a mask of the elements that count or None.

    An element is ignored where `ignore_class` is the likeliest of its target.

    Raises:
        ValueError: If shapes differ or, outside a compiled function, if a target is outside [0, 1].
    """
    y_true = as_labels(y_true)
    if len(y_true.shape) == len(y_pred.shape) and y_true.shape[-1] is None:
        raise ValueError(
            "`y_true` must have a last axis of known length, which tells labels from targets. "
            f"Received: y_true.shape={tuple(y_true.shape)}"
        )
    y_true = match_shapes(y_true, y_pred)
    check_targets(y_true)
    counts = None if ignore_class is None else ops.not_equal(ops.argmax(y_true, axis=-1), ignore_class)
    return ops.cast(y_true, y_pred.dtype), counts


def binary_targets(y_true: Tensor, y_pred: Tensor, name: str = "y_pred") -> Tensor:
    """Return targets in [0, 1] of `y_pred`'s shape and dtype; an axis of one at the end may be missing on either side.

    Args:
        y_true: Targets.
        y_pred: Predictions.
        name: Name of the predictions in error messages.

    Raises:
        ValueError: If shapes differ or, outside a compiled function, if a target is outside [0, 1].
    """
    y_true = match_ranks(y_true, y_pred, name)
    check_targets(y_true)
    return ops.cast(y_true, y_pred.dtype)


def match_ranks(y_true: Tensor, y_pred: Tensor, name: str = "y_pred") -> Tensor:
    """Give `y_true` the rank of `y_pred` where only an axis of one at the end stands between them; refuse all else."""
    y_true = as_labels(y_true)
    check_rank(name, y_pred, 1, "(batch, ...)")
    if len(y_true.shape) == len(y_pred.shape) + 1 and y_true.shape[-1] == 1:
        y_true = ops.squeeze(y_true, axis=-1)
    elif len(y_true.shape) == len(y_pred.shape) - 1 and y_pred.shape[-1] == 1:
        y_true = ops.expand_dims(y_true, axis=-1)
    return match_shapes(y_true, y_pred, name)


def match_shapes(y_true: Tensor, y_pred: Tensor, name: str = "y_pred") -> Tensor:
    """Refuse labels of another shape than the predictions', when traced or, of axes unknown then, when run."""
    check_shapes("y_true", y_true, name, y_pred)
    return _same_shape(y_true, y_pred, "y_true", name) if None in (*y_true.shape, *y_pred.shape) else y_true


def _same_shape(x: Tensor, other: Tensor, name: str, other_name: str) -> Tensor:
    """Return a tensor that has the shape of another one when it is run, or raise an error then."""
    if keras.backend.backend() != "tensorflow":
        return ops.reshape(x, ops.shape(other))
    import tensorflow as tf

    # TensorFlow takes a reshape that is not needed out of its graph, and one that is needed as well.
    message = f"`{name}` and `{other_name}` must have the same shape"
    with tf.control_dependencies([tf.debugging.assert_equal(tf.shape(x), tf.shape(other), message=message)]):
        return tf.identity(x)


def as_labels(y_true: Tensor | None) -> Tensor:
    """Return labels as a tensor in their own dtype."""
    if y_true is None:
        raise ValueError("`y_true` must be labels. Received: y_true=None")
    return as_numbers(y_true, "y_true")


def check_targets(y_true: Tensor) -> None:
    """Refuse concrete targets outside [0, 1], but for the rounding of resized images."""
    values = concrete(y_true)
    if values is not None and values.size and not (values.min() >= -ROUNDING and values.max() <= 1 + ROUNDING):
        raise ValueError(
            f"`y_true` must be in [0, 1]. Received: y_true with values from {values.min()} to {values.max()}"
        )


def concrete(x: Tensor) -> np.ndarray | None:
    """Return a tensor's values, or None while a function is being traced."""
    try:
        values = np.asarray(x)
    except (NotImplementedError, RuntimeError, TypeError, ValueError):
        return None
    return values.astype("float32") if keras.backend.standardize_dtype(x.dtype) == "bfloat16" else values


def _check_classes(y_true: Tensor, classes: int | None, ignore_class: int | None) -> None:
    labels = concrete(y_true)
    if labels is None or classes is None:
        return
    wrong = (labels < 0) | (labels >= classes) | (labels != np.floor(labels))
    if ignore_class is not None:
        wrong &= labels != ignore_class
    if np.any(wrong):
        raise ValueError(
            f"`y_true` must hold whole numbers from 0 to {classes - 1}, the classes of `y_pred`. "
            f"Received: {np.unique(labels[wrong])[:5].tolist()}"
        )


def _compatible(first: Sequence[int | None], second: Sequence[int | None]) -> bool:
    return all(a is None or b is None or a == b for a, b in zip(first, second))
