"""Automatic differentiation and loops that change variables, one file per Keras backend.

Each backend's file defines:

* `value_and_gradients(function, variables)`: Call `function()`, which returns `(loss, auxiliary)`. Return that pair and
  the gradients of the loss with respect to the variables.
* `input_gradients(function, inputs)`: Return the gradients of the sum of `function(inputs)` with respect to the inputs.
  They can be differentiated again. The output for a sample must not depend on other samples, so that each sample gets
  the gradient of its own score.
* `apply_gradients(optimizer, gradients, variables)`: Take one step of a built optimizer.
* `repeat(update, batches, keys)`: Call `update` on each slice of `batches` along the first axis, in order. Return the
  result of the last call, a dict of float32 scalars with these keys. The update may change variables. It is traced
  once, whatever the number of slices.
* `when(condition, function, dtype)`: Return `function()`, a scalar of this dtype, or zero where the condition, a scalar
  tensor, is false. Then the function has no effect and takes no time. It may change variables.
"""

import keras

if keras.backend.backend() == "tensorflow":
    from keras_gan.models.autodiff.tensorflow_backend import (
        apply_gradients,
        input_gradients,
        repeat,
        value_and_gradients,
        when,
    )
elif keras.backend.backend() == "jax":
    from keras_gan.models.autodiff.jax_backend import (
        apply_gradients,
        input_gradients,
        repeat,
        value_and_gradients,
        when,
    )
else:
    raise ImportError(
        "keras_gan.models needs the Keras backend 'tensorflow' or 'jax'. "
        f"Received: KERAS_BACKEND={keras.backend.backend()!r}"
    )

__all__ = ["apply_gradients", "input_gradients", "repeat", "value_and_gradients", "when"]
