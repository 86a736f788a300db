"""Replicas of a distributed step. The only place that knows how a backend distributes."""

import keras
from keras import ops

from keras_gan.losses._types import Tensor


def replica_count() -> int:
    """Return how many replicas a `tf.distribute` strategy runs in step; other backends see the global batch."""
    if keras.backend.backend() != "tensorflow":
        return 1
    import tensorflow as tf

    return tf.distribute.get_strategy().num_replicas_in_sync


def gather_from_replicas(x: Tensor) -> tuple[Tensor, Tensor]:
    """Join the batches of all replicas, which must be equally long; gradients flow back to each.

    On JAX, Keras's distribution API has one global batch already.

    Args:
        x: This replica's tensor, `(batch, ...)`.

    Returns:
        The joined tensor `(replicas · batch, ...)`, and the place of this replica's first row in it.
    """
    if replica_count() == 1:
        return x, 0
    import tensorflow as tf

    context = tf.distribute.get_replica_context()
    if context is None:
        # Keras calls a loss once outside the replicas, for the shapes alone.
        return x, 0
    return context.all_gather(x, axis=0), context.replica_id_in_sync_group * ops.shape(x)[0]
