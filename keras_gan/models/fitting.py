"""Additions of `GAN.fit` to Keras's `fit`: an order of callbacks, and the interface that Keras's callbacks expect."""

import time
from collections.abc import Collection, Sequence
from typing import Any

import keras

from keras_gan.checks import check_count, require


def check_callbacks(callbacks: Any) -> None:
    """Refuse callbacks that do not work on a GAN.

    Args:
        callbacks: The argument of `fit`.

    Raises:
        ValueError: If it is a `CallbackList`, has a `SwapEMAWeights`, or has what is no callback.
    """
    if isinstance(callbacks, keras.callbacks.CallbackList):
        raise ValueError("`callbacks` must be a list of callbacks. Received: a CallbackList")
    given = callbacks if isinstance(callbacks, (list, tuple)) else [] if callbacks is None else [callbacks]
    for each in given:
        is_callback = isinstance(each, keras.callbacks.Callback)
        require(is_callback, "callbacks", "a callback or a list of callbacks", repr(each))
    if any(isinstance(each, keras.callbacks.SwapEMAWeights) for each in given):
        raise ValueError(
            "`callbacks` must be without SwapEMAWeights, because `generate` and the callbacks of samples use the "
            "averaged generator by themselves: leave it out. Received: a SwapEMAWeights"
        )


def in_stage_order(
    callbacks: Sequence[keras.callbacks.Callback], dispatching: Sequence[keras.callbacks.Callback] = ()
) -> list[keras.callbacks.Callback]:
    """Return callbacks in an order in which each finds what it needs, together with the callbacks of `fit` itself.

    Callbacks are sorted by their attribute `stage`. A callback without it has stage 0. Callbacks of the same stage keep
    their order. Callbacks that print a log have a method `say_header(text)`, which prints a line before training. If
    there is something to say, it is called on the first of them.

    Args:
        callbacks: The callbacks that were passed to `fit`.
        dispatching: Callbacks that correct `epoch_time`; they come before all callbacks that read it. Defaults to an
            empty sequence.
    """
    watchers = [each for each in callbacks if isinstance(each, keras.callbacks.TerminateOnNaN)]
    feeders = [_TotalLoss(watchers)] if watchers else []
    ordered = sorted(callbacks, key=lambda callback: getattr(callback, "stage", 0))
    return [_Header(ordered), _EpochTimer(), *dispatching, *feeders, *ordered]


class _Header(keras.callbacks.Callback):
    """Say once, at the head of the log, what the samples are of, if this is not the generator itself."""

    def __init__(self, callbacks: Sequence[keras.callbacks.Callback]) -> None:
        super().__init__()
        self._logs = [each for each in callbacks if hasattr(each, "say_header")]

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
        averaged = self.model.averaged_generator
        if averaged is not None and self._logs:
            self._logs[0].say_header(f"Samples and quality figures are of the averaged generator ({averaged.rule}).")


class ValidationEpochs:
    """The epochs after which `fit` evaluates the model, in the form in which callbacks say that they read it.

    Args:
        frequency: Number of epochs from one validation to the next, or the numbers of these epochs, from 1.

    Raises:
        ValueError: If the number is no integer of at least 1.
    """

    def __init__(self, frequency: int | Collection[int]) -> None:
        if not isinstance(frequency, Collection):
            check_count(frequency, "validation_freq")
        self.frequency = frequency

    def reads_model(self, epoch: int) -> bool:
        """Return whether the model is evaluated after an epoch."""
        if isinstance(self.frequency, Collection):
            return epoch + 1 in self.frequency
        return (epoch + 1) % self.frequency == 0


class _EpochTimer(keras.callbacks.Callback):
    """Add `epoch_time` to the logs, before other callbacks read it; and the steps so far, if an epoch has several."""

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
        # Counted from here on, because JAX writes the state of training to the model only when a callback reads it.
        self._steps = self.model.steps_taken

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        self._start = time.perf_counter()
        self._first: int | None = None

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        assert logs is not None  # Keras always passes them.
        logs["epoch_time"] = time.perf_counter() - self._start
        self._steps += 0 if self._first is None else self._end - self._first
        if self.params.get("steps") != 1:
            logs.update(_progress(self._steps, self.model))

    def on_train_batch_begin(self, batch: int, logs: dict[str, float] | None = None) -> None:
        # An epoch that goes on does not begin with its first step.
        if self._first is None:
            self._first = batch

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        # If no callback has this method, Keras ends batches in a thread, which costs a short step more than it saves.
        self._end = batch + 1


def _progress(steps: int, model: Any) -> dict[str, float]:
    """Return the number of steps so far, and of thousands of images if a batch has a known size."""
    progress = {"steps": float(steps)}
    if model.batch_size is not None:
        progress["kimg"] = (steps * model.n_critic * model.batch_size + model.images_before) / 1000
    return progress


class _TotalLoss(keras.callbacks.Callback):
    """Pass the sum of both losses to `TerminateOnNaN`, which looks for `loss`: the logs of a GAN do not have it."""

    def __init__(self, watchers: Sequence[keras.callbacks.TerminateOnNaN]) -> None:
        super().__init__()
        self.watchers = watchers

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        assert logs is not None  # Keras always passes them.
        for watcher in self.watchers:
            watcher.on_batch_end(batch, {"loss": logs["d_loss"] + logs["g_loss"]})


class OptimizerPair:
    """Two optimizers behind the interface of one.

    Keras's callbacks, such as `LearningRateScheduler`, read and set the learning rate of a model's only optimizer.

    Args:
        critic: The critic's optimizer.
        generator: The generator's optimizer.

    Attributes:
        optimizers: Both optimizers, as objects with a `name` and a `learning_rate`.
    """

    built = True

    def __init__(self, critic: keras.optimizers.Optimizer, generator: keras.optimizers.Optimizer) -> None:
        self.optimizers = [_LearningRate("critic", critic), _LearningRate("generator", generator)]
        self._critic = critic
        self._generator = generator
        self._ratio = 1.0

    @property
    def variables(self) -> list[keras.Variable]:
        """State of both optimizers."""
        return [*self._critic.variables, *self._generator.variables]

    @property
    def iterations(self) -> keras.Variable:
        """Number of generator steps taken so far."""
        return self._generator.iterations

    @property
    def learning_rate(self) -> float:
        """Learning rate of the critic. Setting it scales the generator's by the same factor, which keeps their ratio.

        Callbacks of Keras before 3.13 use it, because they do not know `optimizers`.
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
        # A float, because Keras's callbacks convert variables slowly and in a way that NumPy deprecates.
        return float(self._optimizer.learning_rate)

    @learning_rate.setter
    def learning_rate(self, value: float) -> None:
        # A scheduler sets the learning rate every epoch, mostly to the value that it already has.
        if value != self.learning_rate:
            self._optimizer.learning_rate = value
