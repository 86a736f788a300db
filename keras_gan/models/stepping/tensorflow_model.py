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

    def compile(self, *args: Any, **kwargs: Any) -> None:
        _refuse_strategies(self.distribute_strategy)
        super().compile(*args, **kwargs)

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


def _refuse_strategies(strategy: tf.distribute.Strategy) -> None:
    """Refuse to train under a strategy of TensorFlow, where this step would not be that of one device.

    Keras 3.15 gives all replicas one state of its random numbers, so that their noise is the same. XLA does not work
    there, nor do an optimizer's updates in a loop inside the graph.
    """
    if tf.distribute.has_strategy() or strategy.num_replicas_in_sync > 1:
        raise ValueError(
            "A GAN is not trained under a strategy of `tf.distribute`, whose replicas would draw the same noise. Use "
            "several devices on JAX: KERAS_BACKEND=jax, with `keras.distribution.DataParallel` or with `--devices` of "
            f"`keras-gan train`. Received: {type(strategy).__name__}"
        )


def _is_exhaustion(error: Exception) -> bool:
    return isinstance(error, tf.errors.ResourceExhaustedError)
