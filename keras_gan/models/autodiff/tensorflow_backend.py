"""Automatic differentiation with TensorFlow."""

import tensorflow as tf


def value_and_gradients(function, variables):
    """See `keras_gan.models.autodiff`."""
    with tf.GradientTape() as tape:
        loss, auxiliary = function()
    return (loss, auxiliary), tape.gradient(loss, variables)


def input_gradients(function, inputs):
    """See `keras_gan.models.autodiff`."""
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(inputs)
        outputs = function(inputs)
    return tape.gradient(outputs, inputs)


def apply_gradients(optimizer, gradients, variables):
    """See `keras_gan.models.autodiff`."""
    optimizer.apply(gradients, variables)


def repeat(update, batches, keys):
    """See `keras_gan.models.autodiff`."""

    def body(index, _):
        return index + 1, update(batches[index])

    count = batches.shape[0]
    nothing_yet = {key: tf.zeros(()) for key in keys}
    # One at a time: each update reads the weights that the one before has written.
    _, outputs = tf.while_loop(lambda index, _: index < count, body, (0, nothing_yet), parallel_iterations=1)
    return outputs
