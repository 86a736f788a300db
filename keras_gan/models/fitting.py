"""What `GAN.fit` adds to Keras's: an order of callbacks, and what Keras's own callbacks look for in a model."""

import time
from collections.abc import Sequence

import keras


def in_stage_order(
    callbacks: Sequence[keras.callbacks.Callback], dispatching: Sequence[keras.callbacks.Callback] = ()
) -> list[keras.callbacks.Callback]:
    """Return callbacks in the order in which they find what they need, with those of `fit` itself around them.

    Those with a `stage` come by it, before others (whose stage is 0) if it is negative, after them if it is positive;
    otherwise their order stays.

    Args:
        callbacks: What `fit` was given.
        dispatching: What corrects the time of an epoch, before anybody reads it. Defaults to none.
    """
    watchers = [each for each in callbacks if isinstance(each, keras.callbacks.TerminateOnNaN)]
    feeders = [_TotalLoss(watchers)] if watchers else []
    ordered = sorted(callbacks, key=lambda callback: getattr(callback, "stage", 0))
    return [_EpochTimer(), *dispatching, *feeders, *ordered, _Averages()]


class _EpochTimer(keras.callbacks.Callback):
    """Put `epoch_time` into the logs, ahead of the callbacks that read it."""

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        self._start = time.perf_counter()

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        assert logs is not None  # Keras always passes them.
        logs["epoch_time"] = time.perf_counter() - self._start

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        # Without a callback that has it, Keras ends batches in a thread, which costs a short step more than it saves.
        pass


class _TotalLoss(keras.callbacks.Callback):
    """Hand `TerminateOnNaN` the `loss` that it looks for and a GAN has not: the sum of both networks' losses."""

    def __init__(self, watchers: Sequence[keras.callbacks.TerminateOnNaN]) -> None:
        super().__init__()
        self.watchers = watchers

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        assert logs is not None  # Keras always passes them.
        for watcher in self.watchers:
            watcher.on_batch_end(batch, {"loss": logs["d_loss"] + logs["g_loss"]})


class _Averages(keras.callbacks.Callback):
    """Do at the end of `fit` what Keras does with a model's one optimizer: weights become their kept averages.

    After the callbacks that save the state of training, which goes on from the weights themselves.
    """

    def on_train_end(self, logs: dict[str, float] | None = None) -> None:
        gan = self.model
        gan.critic_optimizer.finalize_variable_values(gan.critic.trainable_weights)
        gan.generator_optimizer.finalize_variable_values(gan.generator.trainable_weights)


class OptimizerPair:
    """Two optimizers where Keras's callbacks look for one: what `LearningRateScheduler` and others read and set.

    Args:
        critic: The critic's optimizer.
        generator: The generator's optimizer.

    Attributes:
        optimizers: Both, each with a `name` and a `learning_rate`.
    """

    built = True

    def __init__(self, critic: keras.optimizers.Optimizer, generator: keras.optimizers.Optimizer) -> None:
        self.optimizers = [_LearningRate("critic", critic), _LearningRate("generator", generator)]
        self._critic = critic
        self._generator = generator
        self._ratio = 1.0

    @property
    def variables(self) -> list[keras.Variable]:
        """State of both."""
        return [*self._critic.variables, *self._generator.variables]

    @property
    def iterations(self) -> keras.Variable:
        """Steps taken so far."""
        return self._generator.iterations

    @property
    def learning_rate(self) -> float:
        """The critic's. Set, it takes the generator's along, so that the ratio of both stays.

        Callbacks of Keras before 3.13, which know no `optimizers`, use it.
        """
        return self.optimizers[0].learning_rate

    @learning_rate.setter
    def learning_rate(self, value: float) -> None:
        critic, generator = self.optimizers
        if critic.learning_rate > 0:
            self._ratio = generator.learning_rate / critic.learning_rate
        critic.learning_rate, generator.learning_rate = value, self._ratio * value


class _LearningRate:
    def __init__(self, name: str, optimizer: keras.optimizers.Optimizer) -> None:
        self.name = name
        self._optimizer = optimizer

    @property
    def learning_rate(self) -> float:
        # Keras's callbacks would convert a variable in a way that NumPy deprecates, and slowly.
        return float(self._optimizer.learning_rate)

    @learning_rate.setter
    def learning_rate(self, value: float) -> None:
        # A scheduler sets it every epoch, mostly to what it is.
        if value != self.learning_rate:
            self._optimizer.learning_rate = value
