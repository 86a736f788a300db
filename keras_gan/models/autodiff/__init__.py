"""Automatic differentiation and looping over state, one file per Keras backend.

Each backend's file defines:

* `value_and_gradients(function, variables)`: call `function()`, which returns `(loss, auxiliary)`; return that pair
  and the loss's gradients with respect to the variables.
* `input_gradients(function, inputs)`: gradients of the sum of `function(inputs)` with respect to the inputs, themselves
  differentiable. Samples must not depend on each other, so that each gets the gradient of its own score.
* `apply_gradients(optimizer, gradients, variables)`: one step of a built optimizer.
* `repeat(update, batches, keys)`: call `update` on each slice of `batches` along the first axis, in order, and return
  the last call's result, a dict of float32 scalars with these keys. The update may change variables. It is traced
  once, however many slices there are.
"""

import keras

if keras.backend.backend() == "tensorflow":
    from keras_gan.models.autodiff.tensorflow_backend import (
        apply_gradients,
        input_gradients,
        repeat,
        value_and_gradients,
    )
elif keras.backend.backend() == "jax":
    from keras_gan.models.autodiff.jax_backend import apply_gradients, input_gradients, repeat, value_and_gradients
else:
    raise ImportError(
        "keras_gan.models needs the Keras backend 'tensorflow' or 'jax'. "
        f"Received: KERAS_BACKEND={keras.backend.backend()!r}"
    )

__all__ = ["apply_gradients", "input_gradients", "repeat", "value_and_gradients"]
