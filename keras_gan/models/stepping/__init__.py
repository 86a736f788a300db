"""Execution of a model's steps in `fit`, one file per Keras backend.

Each backend's file defines `SteppedModel`, a `keras.Model`. Its subclasses define `run_step(data)`, which changes the
model's variables and returns the epoch's values so far, and `run_test_step(data)`, which changes only metrics and
returns the evaluation's values so far. `SteppedModel` has

* `train_step` and `test_step`, in the form in which Keras calls them on this backend;
* `prepare_fit(steps_per_epoch, callbacks)`, which is called before training and returns further callbacks that `fit`
  needs. It raises `ValueError` if an epoch is not a whole number of dispatches;
* `is_ahead`, whether its state is already that of a later step than the one whose values callbacks see;
* `steps_taken`, the number of steps that the generator was trained for.
"""

import keras

if keras.backend.backend() == "jax":
    from keras_gan.models.stepping.jax_model import SteppedModel
else:
    from keras_gan.models.stepping.tensorflow_model import SteppedModel

__all__ = ["SteppedModel"]
