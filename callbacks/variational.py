"""The weight of a variational autoencoder's divergence over the epochs, and its collapse."""

import warnings
from collections.abc import Callable

import keras

from keras_gan.callbacks._observer import Observer
from keras_gan.checks import NotNegative, Positive, check_count, check_number, check_text


class KLAnnealing(keras.callbacks.Callback):
    """Set the weight of a KL term before each epoch, for example from 0 to 1 over the first ten.

    With the whole weight from the start, a decoder may learn to do without the latents before they carry anything. The
    model computes its loss with a weight of its own, which is saved with it:

    ```python
    class Autoencoder(keras.Model):
        def __init__(self):
            super().__init__()
            self.beta = self.add_weight(shape=(), initializer="zeros", trainable=False, name="beta")

        def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
            logits, mean, log_variance = y_pred
            return keras.ops.mean(losses.vae_elbo(x, logits, mean, log_variance, beta=self.beta))

    annealing = KLAnnealing(autoencoder.beta, lambda epoch: min(epoch / 10, 1.0))
    autoencoder.fit(images, epochs=50, callbacks=[annealing])
    ```

    Args:
        weight: A scalar variable of the model or of one of its layers, of floats, which is not trained.
        schedule: The weight in each epoch, a function of its index from 0 that returns a number of at least 0.

    Raises:
        ValueError: If `weight` is no such variable, if the model that is trained does not have it, or if `schedule`
            returns anything else.

    Reference:
        Bowman et al., Generating Sentences from a Continuous Space, arXiv:1511.06349.
    """

    def __init__(self, weight: keras.Variable, schedule: Callable[[int], float]) -> None:
        super().__init__()
        is_number = isinstance(weight, keras.Variable) and weight.shape == () and "float" in weight.dtype
        if not is_number or weight.trainable:
            raise ValueError(
                f"`weight` must be a scalar variable of floats that is not trained. Received: weight={weight!r}"
            )
        if not callable(schedule):
            raise ValueError(f"`schedule` must be a function of the epoch. Received: schedule={schedule!r}")
        self.weight = weight
        self.schedule = schedule

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
        # A compiled step sees changes of the model's own variables alone.
        if not any(variable is self.weight for variable in self.model.variables):
            raise ValueError(
                "`weight` must be a variable of the model or of its layers, made by `add_weight`. "
                f"Received: {self.weight.path!r}, which is not among the variables of {self.model.name!r}"
            )

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        value = self.schedule(epoch)
        if getattr(value, "shape", None) == ():  # Such as what Keras's schedules return.
            value = float(value)
        check_number(value, f"schedule({epoch})", NotNegative)
        self.weight.assign(value)


class PosteriorCollapse(Observer):
    """Warn when the KL term of a variational autoencoder stays near 0: the decoder then ignores the latents.

    Args:
        monitor: Name of the KL term in the logs of an epoch, in nats a sample and without its weight.
        minimum: Nats below which the latents carry nothing, above 0. Defaults to 0.1.
        patience: Epochs in a row below it before the warning. Defaults to 3.

    Attributes:
        collapsed: Whether the term is below the minimum for so long.

    Raises:
        ValueError: If an argument is out of its range or, at the end of the first epoch, if the logs lack `monitor`.

    Reference:
        Bowman et al., Generating Sentences from a Continuous Space, arXiv:1511.06349.
    """

    def __init__(self, monitor: str, minimum: float = 0.1, patience: int = 3) -> None:
        super().__init__()
        check_text(monitor, "monitor")
        check_number(minimum, "minimum", Positive)
        check_count(patience, "patience")
        self.monitor = monitor
        self.minimum = minimum
        self.patience = patience
        self._epochs_below = 0

    @property
    def collapsed(self) -> bool:
        return self._epochs_below >= self.patience

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
        self._epochs_below = 0

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        logs = {} if logs is None else logs
        if self.monitor not in logs:
            raise ValueError(f"`monitor` must be in the logs. Received: {self.monitor!r}. Available: {sorted(logs)}")
        value = float(logs[self.monitor])
        # NaN is below nothing: a loss that has diverged is no collapse.
        self._epochs_below = self._epochs_below + 1 if value < self.minimum else 0
        if self._epochs_below == self.patience:
            warnings.warn(
                f"{self.monitor} has been below {self.minimum:g} nats for {self.patience} epochs, and is {value:.2g}: "
                "the decoder ignores the latents. Raise the weight of the KL term from 0 over more epochs "
                "(KLAnnealing), or use a smaller weight or a weaker decoder",
                stacklevel=2,
            )
