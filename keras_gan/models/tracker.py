"""Values that a training step reports, computed inside its compiled graph."""

import math
from collections.abc import Iterable, Mapping, MutableMapping, Sequence
from typing import Any

import keras
from keras import ops

from keras_gan.checks import check_count, check_mapping, check_text, require
from keras_gan.tensors import Tensor

#: Scalars that a step passes to `TrainingTracker.update_state`.
STEP_KEYS = (
    "d_loss",
    "d_loss_real",
    "d_loss_fake",
    "gradient_penalty",
    "g_loss",
    "wasserstein_distance",
    "critic_weight_mean",
    "critic_weight_std",
    "generator_weight_mean",
    "generator_weight_std",
    "critic_gradient_norm",
    "generator_gradient_norm",
    "clip_ratio",
    "critic_learning_rate",
    "generator_learning_rate",
)

#: Scalar of the steps of models whose augmentation changes its strength.
STRENGTH_KEY = "augmentation_strength"

#: Scalars of the steps of models whose loss gives a probability of being real.
ACCURACY_KEYS = ("d_accuracy_real", "d_accuracy_fake")

#: Keys of an epoch's logs that come from the model: those of the steps, and two that are derived from these.
TRAINING_KEYS = (*STEP_KEYS, "dg_ratio", "loss_variance")

#: Dtypes that the state of a tracker may have.
FLOAT_DTYPES = ("bfloat16", "float16", "float32", "float64")


def element_count(tensors: Iterable[Tensor]) -> int:
    """Return the number of elements in tensors of static shape."""
    return sum(math.prod(tensor.shape) for tensor in tensors)


def global_norm(tensors: Iterable[Tensor]) -> Tensor:
    """Return the L2 norm of all elements of several tensors, as one vector, in float32."""
    return ops.sqrt(sum(ops.sum(ops.square(ops.cast(tensor, "float32"))) for tensor in tensors))


def mean_and_std(tensors: Iterable[Tensor]) -> tuple[Tensor, Tensor]:
    """Return mean and population standard deviation over all elements of several tensors, in float32."""
    tensors = [ops.cast(tensor, "float32") for tensor in tensors]
    count = element_count(tensors)
    mean = sum(ops.sum(tensor) for tensor in tensors) / count
    # Two passes, because the mean of squares minus the squared mean would cancel for weights far from zero.
    variance = sum(ops.sum(ops.square(tensor - mean)) for tensor in tensors) / count
    return mean, ops.sqrt(variance)


@keras.saving.register_keras_serializable(package="keras_gan")
class TrainingTracker(keras.metrics.Metric):
    """Average the scalars of steps over an epoch, all in one vector.

    The reported values are computed inside the compiled step. Between epochs, the host therefore only reads one
    variable and resets another. A `Mean` metric for each scalar would cost about 20 ms in an epoch of one step. The
    window of `loss_variance` is counted in steps, continues across epochs, and is saved with the model.

    Args:
        window: Steps over which `loss_variance` takes the population variance of `d_loss`. Defaults to 100.
        further_keys: Scalars of a step besides `STEP_KEYS`, with names of their own. Defaults to none.
        name: Name of the metric. Defaults to `"training"`.
        dtype: Dtype of the state. Defaults to float32, whatever the model's precision.

    Raises:
        ValueError: If `window` is no integer of at least 1, `name` no text, `dtype` no dtype of floats, or
            `further_keys` are no different texts, or some of them are keys already.
    """

    def __init__(
        self,
        window: int = 100,
        name: str = "training",
        dtype: str = "float32",
        further_keys: Sequence[str] = (),
    ) -> None:
        check_count(window, "window")
        check_text(name, "name")
        require(dtype in FLOAT_DTYPES, "dtype", f"one of {', '.join(FLOAT_DTYPES)}", repr(dtype))
        _check_further_keys(further_keys)
        super().__init__(name=name, dtype=dtype)
        self.window = window
        self.further_keys = tuple(further_keys)
        self.steps = self._add_zeros((), "steps")
        self.total = self._add_zeros((len(self._step_keys),), "total")
        self.report = self._add_zeros((len(self.keys),), "report")
        self.recent_d_loss = self._add_zeros((window,), "recent_d_loss")
        self.recent_count = self._add_zeros((), "recent_count")

    @property
    def keys(self) -> tuple[str, ...]:
        """Keys of the reported values."""
        return (*TRAINING_KEYS, *self.further_keys)

    @property
    def _step_keys(self) -> tuple[str, ...]:
        return (*STEP_KEYS, *self.further_keys)

    def update_state(self, values: Mapping[str, Tensor]) -> None:
        """Add one step.

        Args:
            values: One scalar for each of `STEP_KEYS` and `further_keys`.

        Raises:
            ValueError: If the keys are others.
        """
        check_mapping(values, "values")
        if set(values) != set(self._step_keys):
            raise ValueError(f"`values` must have the keys {sorted(self._step_keys)}. Received: {sorted(values)}")
        step = ops.stack([ops.cast(values[key], self.dtype) for key in self._step_keys])
        self.steps.assign_add(1.0)
        # The first step of an epoch replaces the total of the epoch before.
        self.total.assign(ops.where(self.steps > 1.0, self.total + step, step))
        self.recent_d_loss.assign(ops.append(self.recent_d_loss[1:], step[STEP_KEYS.index("d_loss")]))
        self.recent_count.assign(ops.minimum(self.recent_count + 1.0, float(self.window)))
        means = self.total / self.steps
        derived = ops.stack([_dg_ratio(means), self._loss_variance()])
        count = len(STEP_KEYS)
        self.report.assign(ops.concatenate([means[:count], derived, means[count:]]))

    def reset_state(self) -> None:
        """Start a new epoch; the window of `loss_variance` is kept."""
        self.steps.assign(0.0)

    def result(self) -> dict[str, Tensor]:
        """Return the means over the epoch, the `dg_ratio` of these means, and `loss_variance`."""
        return dict(zip(self.keys, ops.unstack(ops.convert_to_tensor(self.report), len(self.keys))))

    def _add_zeros(self, shape: tuple[int, ...], name: str) -> keras.Variable:
        # Keras would take `keras.config.floatx()` for the dtype.
        return self.add_variable(shape, "zeros", dtype=self.dtype, name=name)

    def _loss_variance(self) -> Tensor:
        filled = ops.cast(ops.arange(self.window, dtype=self.dtype) >= self.window - self.recent_count, self.dtype)
        mean = ops.sum(filled * self.recent_d_loss) / self.recent_count
        return ops.sum(filled * ops.square(self.recent_d_loss - mean)) / self.recent_count

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "window": self.window, "further_keys": list(self.further_keys)}

    # Keras does not save the state of metrics, but the `loss_variance` of a resumed run needs the window.

    def save_own_variables(self, store: MutableMapping[str, Any]) -> None:
        for index, variable in enumerate(self.variables):
            store[str(index)] = variable

    def load_own_variables(self, store: Mapping[str, Any]) -> None:
        for index, variable in enumerate(self.variables):
            stored = ops.convert_to_tensor(store[str(index)])
            if variable is self.total or variable is self.report:
                # Earlier versions had fewer scalars. Those that are new begin with zero.
                stored = ops.pad(stored, ((0, max(0, variable.shape[0] - stored.shape[0])),))
            variable.assign(stored)


def _check_further_keys(keys: Sequence[str]) -> None:
    is_texts = isinstance(keys, (tuple, list)) and all(isinstance(key, str) for key in keys)
    is_new = is_texts and len({*TRAINING_KEYS, *keys}) == len(TRAINING_KEYS) + len(keys)
    require(is_new, "further_keys", "a tuple of names, each of them new", repr(keys))


def _dg_ratio(means: Tensor) -> Tensor:
    d_loss, g_loss = (means[STEP_KEYS.index(key)] for key in ("d_loss", "g_loss"))
    return ops.divide_no_nan(ops.abs(d_loss), ops.abs(g_loss))
