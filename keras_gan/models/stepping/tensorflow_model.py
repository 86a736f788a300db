"""Steps under TensorFlow: a compiled graph that changes variables in place."""

from collections.abc import Callable, Iterator
from typing import Any

import keras
import tensorflow as tf

from keras_gan.models.inputs import check_steps_per_execution
from keras_gan.models.memory import naming_batch_size
from keras_gan.tensors import Tensor


class SteppedModel(keras.Model):
    """See `keras_gan.models.stepping`."""

    is_ahead = False

    batch_size: int | None
    train_function: Callable[[Iterator[Any]], dict[str, Tensor]] | None

    def make_train_function(self, force: bool = False) -> None:
        if self.train_function is not None and not force:
            return
        super().make_train_function(force)
        assert self.train_function is not None
        run = self.train_function

        def train_function(iterator: Iterator[Any]) -> dict[str, Tensor]:
            with naming_batch_size(self.batch_size, _is_exhaustion):
                return run(iterator)

        self.train_function = train_function

    def train_step(self, data: Any) -> dict[str, Tensor]:
        """Run a step on its images, and return the epoch's values so far."""
        # If there is no data, because its source fails or ends, no variable may change, not even a seed.
        with tf.control_dependencies([tensor for tensor in tf.nest.flatten(data) if tensor is not None]):
            return self.run_step(data)

    def test_step(self, data: Any) -> dict[str, Tensor]:
        """Score a batch of images, and return the values of the evaluation so far."""
        return self.run_test_step(data)

    def prepare_fit(
        self, steps_per_epoch: int | None, callbacks: list[keras.callbacks.Callback]
    ) -> list[keras.callbacks.Callback]:
        """See `keras_gan.models.stepping`."""
        check_steps_per_execution(self.steps_per_execution, steps_per_epoch)
        return []

    @property
    def steps_taken(self) -> int:
        """Number of steps that the generator was trained for."""
        return int(self.optimizer.iterations)


def _is_exhaustion(error: Exception) -> bool:
    return isinstance(error, tf.errors.ResourceExhaustedError)
