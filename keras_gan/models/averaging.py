"""The averaged generator: its weights are moving averages of a trained generator's."""

import random
from collections.abc import Callable, Sequence
from typing import TypeAlias

import keras
import numpy as np
from keras import ops

from keras_gan.models.batch_statistics import set_batch_statistics
from keras_gan.models.moving_averages import MovingAverages
from keras_gan.models.sampling import draw_latents
from keras_gan.sharding import to_numpy

#: Latents that the statistics of BatchNormalization are measured on, and how many of them at a time.
STATISTICS_LATENTS, STATISTICS_BATCH = 1024, 256

#: Seed of these latents. No samples are drawn with this seed by default.
STATISTICS_SEED = 20180226

#: Weights with their averages.
Averages: TypeAlias = Sequence[tuple[keras.Variable, keras.Variable]]


class AveragedGenerator:
    """Copy of a generator, whose weights are moving averages of the generator's.

    Its BatchNormalization has statistics that are measured for the averaged weights, on fixed latents. All other state
    is the generator's. The generator itself and its random seeds do not change.

    Args:
        generator: The generator that is trained.
        averages: Function that returns the weights with their averages as they are now, or an empty sequence if there
            are no averages yet.
        rule: How the averages are computed, in words.

    Attributes:
        rule: How the averages are computed, in words.

    Raises:
        ValueError: If Keras cannot copy the generator.
    """

    def __init__(self, generator: keras.Model, averages: Callable[[], Averages], rule: str) -> None:
        self.rule = rule
        self._generator = generator
        self._averages = averages
        self._copy = _copy(generator)
        self._values: list[np.ndarray] = []

    def network(self) -> keras.Model:
        """Return the averaged generator as it is now, or the generator itself before the first average.

        It is the same network in each call. It is only computed again if the averages have changed.
        """
        averages = {id(weight): average for weight, average in self._averages()}
        if not averages:
            return self._generator
        variables = [averages.get(id(variable), variable) for variable in self._generator.variables]
        # Copies, because JAX reuses the memory of a state when it computes the next one.
        values = [np.array(to_numpy(variable)) for variable in variables]
        # Compared by value: the weights may also have been loaded or assigned.
        if not _are_equal(values, self._values):
            self._values = []
            self._set(values)
            self._values = values
        return self._copy

    def _set(self, values: list[np.ndarray]) -> None:
        for variable, value in zip(self._copy.variables, values, strict=True):
            variable.assign(value)
        latents = draw_latents(self._copy, STATISTICS_LATENTS, STATISTICS_SEED)
        set_batch_statistics(self._copy, ops.split(latents, STATISTICS_LATENTS // STATISTICS_BATCH))


def generator_of_averages(generator: keras.Model, moving_averages: MovingAverages) -> AveragedGenerator:
    """Return the averaged generator of the model's own moving averages.

    Args:
        generator: The generator that is trained.
        moving_averages: The averages of its trainable weights.

    Raises:
        ValueError: If Keras cannot copy the generator.
    """

    def averages() -> Averages:
        return moving_averages.pairs(generator.trainable_weights)

    return AveragedGenerator(generator, averages, moving_averages.policy.rule)


def generator_of_optimizer(generator: keras.Model, optimizer: keras.optimizers.Optimizer) -> AveragedGenerator | None:
    """Return the averaged generator of an optimizer with `use_ema=True`, or None if the optimizer keeps no averages.

    Args:
        generator: The generator that is trained.
        optimizer: The built optimizer of the generator.

    Raises:
        ValueError: If Keras cannot copy the generator.
    """
    inner = getattr(optimizer, "inner_optimizer", optimizer)  # A LossScaleOptimizer has one.
    if not inner.use_ema:
        return None

    def averages() -> Averages:
        # Keras has no public name for them. They are zero before the first step.
        pairs = zip(inner._trainable_variables, inner._model_variables_moving_average)
        return [pair for pair in pairs if pair[1] is not None] if int(inner.iterations) > 0 else []

    return AveragedGenerator(
        generator, averages, f"exponential moving average of the weights, momentum {inner.ema_momentum:g}"
    )


def _copy(generator: keras.Model) -> keras.Model:
    # New initializers draw their seeds from Python's random numbers, which must go on as without the copy.
    state = random.getstate()
    try:
        copy = keras.models.clone_model(generator)
        if not copy.built:
            copy.build_from_config(generator.get_build_config())
    except (NotImplementedError, TypeError, ValueError) as error:
        raise ValueError(
            "`generator` must be a network that Keras can copy if its weights are averaged: define its "
            f"`get_config`. Received: {type(generator).__name__}, with {type(error).__name__}: {error}"
        ) from error
    finally:
        random.setstate(state)
    return copy


def _are_equal(values: list[np.ndarray], others: list[np.ndarray]) -> bool:
    return len(values) == len(others) and all(map(np.array_equal, values, others))
