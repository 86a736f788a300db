"""A critic's scores of real and of generated images."""

import keras
from keras import ops

#: Layers of Keras that need not treat each sample alone, with no weight that would tell.
_OPAQUE = (keras.layers.Lambda, keras.layers.BatchNormalization)


def scores_each_alone(critic: keras.Model) -> bool:
    """Return whether a critic is known to score each image by itself, whatever others are in its batch.

    It is, if it is a graph of Keras's own layers without batch statistics. Layers that move weights of their own in
    training, operations between layers, and layers and models of a user's own might look at the batch.

    Args:
        critic: The critic, built.
    """
    is_sequential = isinstance(critic, keras.Sequential)
    operations = critic.layers if is_sequential else getattr(critic, "operations", None)
    if operations is None or critic.non_trainable_weights:
        return False
    return all(
        scores_each_alone(operation) if isinstance(operation, keras.Model) else _is_known(operation)
        for operation in operations
    )


def score_together(critic: keras.Model, real, fake):
    """Return the scores of reals and of fakes, from one pass of the critic in training mode over both.

    Args:
        critic: A critic that scores each image alone.
        real: Real images, `(batch, height, width, channels)`.
        fake: Generated images, likewise.

    Returns:
        The scores of each.
    """
    scores = critic(ops.concatenate([real, fake]), training=True)
    count = ops.shape(real)[0]
    return scores[:count], scores[count:]


def score_apart(critic: keras.Model, real, fake):
    """Return the scores of reals and of fakes, from a pass each; see `score_together`."""
    return critic(real, training=True), critic(fake, training=True)


def _is_known(operation):
    is_kerass = type(operation).__module__.startswith("keras.") and isinstance(operation, keras.layers.Layer)
    return is_kerass and not any(isinstance(layer, _OPAQUE) for layer in operation._flatten_layers())
