"""Learning rates that depend on the step of a GAN."""

from typing import Annotated, Any

import keras
from keras import ops

from keras_gan.checks import Bounds, check_count, check_number
from keras_gan.tensors import Tensor

#: What a schedule may be besides an object, and what it is called in errors.
Rate = Annotated[float, Bounds("a LearningRateSchedule, or a finite number of at least 0", lambda value: value >= 0)]


@keras.saving.register_keras_serializable(package="keras_gan")
class StepSchedule(keras.optimizers.schedules.LearningRateSchedule):
    """A learning-rate schedule in steps of a GAN, of which each may take several updates of an optimizer.

    The rate at step t, from 0, is schedule(t) · min(1, (t + 1) / warm_up_steps). All updates of a step have one rate.

    Args:
        schedule: A `keras.optimizers.schedules.LearningRateSchedule` in steps, or one learning rate.
        updates: Updates that the optimizer takes in a step: `n_critic` for a critic's. Defaults to 1.
        warm_up_steps: Steps over which the rate rises from near 0. Defaults to 0, none.
        first_update: Updates that the optimizer has taken already, where a step took another number of them. Defaults
            to 0.
        first_step: Steps that these were. Defaults to 0.

    Raises:
        ValueError: If `schedule` is neither a schedule nor a finite number of at least 0, `updates` no integer of at
            least 1, or another number no integer of at least 0.

    Example:

    ```python
    decay = keras.optimizers.schedules.CosineDecay(1e-4, decay_steps=10_000)
    gan.compile(keras.optimizers.Adam(kg.StepSchedule(decay, gan.n_critic)), keras.optimizers.Adam(decay))
    ```
    """

    def __init__(
        self,
        schedule: keras.optimizers.schedules.LearningRateSchedule | float,
        updates: int = 1,
        warm_up_steps: int = 0,
        first_update: int = 0,
        first_step: int = 0,
    ) -> None:
        if not isinstance(schedule, keras.optimizers.schedules.LearningRateSchedule):
            check_number(schedule, "schedule", Rate)
        check_count(updates, "updates")
        check_count(warm_up_steps, "warm_up_steps", 0)
        check_count(first_update, "first_update", 0)
        check_count(first_step, "first_step", 0)
        self.schedule = schedule
        self.updates = updates
        self.warm_up_steps = warm_up_steps
        self.first_update = first_update
        self.first_step = first_step

    def __call__(self, step: int | Tensor) -> Tensor:
        """Return the learning rate.

        Args:
            step: Updates that the optimizer has taken.
        """
        step = self.first_step + (ops.convert_to_tensor(step) - self.first_update) // self.updates
        rate = self.schedule(step) if callable(self.schedule) else self.schedule
        rate = ops.cast(rate, "float32")
        if self.warm_up_steps:
            rate = rate * ops.minimum(1.0, (ops.cast(step, "float32") + 1.0) / self.warm_up_steps)
        return rate

    def get_config(self) -> dict[str, Any]:
        schedule = keras.saving.serialize_keras_object(self.schedule) if callable(self.schedule) else self.schedule
        names = ("updates", "warm_up_steps", "first_update", "first_step")
        return {"schedule": schedule, **{name: getattr(self, name) for name in names}}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "StepSchedule":
        schedule = config["schedule"]
        made = keras.saving.deserialize_keras_object(schedule) if isinstance(schedule, dict) else schedule
        return cls(**{**config, "schedule": made})
