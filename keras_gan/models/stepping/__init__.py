"""How `fit` runs a model's steps, one file per Keras backend.

Each backend's file defines `SteppedModel`, a `keras.Model` whose subclasses have `run_step(data)`, which changes the
model's variables and returns the epoch's values so far. It has

* `train_step`, in the form in which Keras calls it on this backend;
* `prepare_fit(steps_per_epoch, callbacks)`, called before training: what `fit` needs besides these callbacks. It raises
  `ValueError` if `steps_per_execution` does not fit into epochs;
* `steps_taken`, the number of steps that the generator was trained for.
"""

import keras

if keras.backend.backend() == "jax":
    from keras_gan.models.stepping.jax_model import SteppedModel
else:
    from keras_gan.models.stepping.tensorflow_model import SteppedModel

__all__ = ["SteppedModel"]
