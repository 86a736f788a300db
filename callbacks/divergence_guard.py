"""The end of runs whose numbers are none any more."""

import math

from keras_gan.callbacks._observer import Observer
from keras_gan.callbacks._stages import Stage
from keras_gan.checks import Positive, check_number, check_stream
from keras_gan.console import TextStream, say

#: What must be finite. A gradient norm need not be: float16 training skips steps whose gradients overflow.
WATCHED = (
    "d_loss_real",
    "d_loss_fake",
    "gradient_penalty",
    "d_loss",
    "g_loss",
    "wasserstein_distance",
    "critic_weight_mean",
    "critic_weight_std",
    "generator_weight_mean",
    "generator_weight_std",
)


class DivergenceGuard(Observer):
    """Stop training in the step in which losses or weights become NaN or infinite, or the critic's distance absurd.

    It says which quantity, in which step, and what to change; `GanCheckpoint` keeps the checkpoints of before. Where
    several steps run in one dispatch, the others of it are recorded too.

    It needs one of `WATCHED` in the logs of each step, which `GAN.fit` gives. In a loop of your own that has no Keras
    model, end the loop when there is a `finding`.

    Args:
        bound: What the absolute value of `wasserstein_distance` may reach. Defaults to 1e6, far beyond the thousands
            that critics of clipped weights reach.
        stream: Text stream to print to. Defaults to None, the standard output at the time of printing.

    Attributes:
        finding: What was found, in a few words; None for nothing.

    Raises:
        ValueError: If the bound is not positive, or in the first step if there is nothing to watch.
    """

    stage = Stage.GUARD

    def __init__(self, bound: float = 1e6, stream: TextStream | None = None) -> None:
        super().__init__()
        # An infinite bound is none.
        if not (isinstance(bound, float) and bound == math.inf):
            check_number(bound, "bound", Positive)
        check_stream(stream)
        self.bound = bound
        self.stream = stream
        self.finding: str | None = None
        self._steps, self._sum = 0, 0.0
        self._steps_seen = 0

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
        self.finding = None
        self._steps_seen = 0

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        self._steps, self._sum = 0, 0.0

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        if self.finding is not None:
            return
        self._steps_seen += 1
        logs = {} if logs is None else logs
        watched = {key: logs[key] for key in WATCHED if key in logs}
        if "wasserstein_distance" in watched:
            watched["wasserstein_distance"] = self._of_this_step(batch, watched["wasserstein_distance"])
        if not watched:
            raise ValueError(
                f"DivergenceGuard needs one of {WATCHED} in the step's logs, as `GAN.fit` gives them. "
                f"Available: {sorted(logs)}"
            )
        culprit = next((key for key, value in watched.items() if not self._is_sound(key, value)), None)
        if culprit is not None:
            self._stop(culprit, watched[culprit])

    def _of_this_step(self, batch: int, mean: float) -> float:
        """Return a step's own value, of its epoch's mean so far, which would hide what is far off in a long epoch."""
        steps, total = batch + 1, mean * (batch + 1)
        value = (total - self._sum) / (steps - self._steps)
        self._steps, self._sum = steps, total
        return value

    def _is_sound(self, key: str, value: float) -> bool:
        bound = self.bound if key == "wasserstein_distance" else math.inf
        return math.isfinite(value) and abs(value) <= bound

    def _stop(self, key: str, value: float) -> None:
        # Another model than a `GAN` does not count its steps.
        step = getattr(self.model, "steps_taken", self._steps_seen)
        limit = f", beyond ±{self.bound:g}" if math.isfinite(value) else ""
        self.finding = f"{key} is {value:g}{limit} in step {step}"
        if self.model is not None:
            self.model.has_diverged = True
            self.model.stop_training = True
        say(
            f"Diverged: {self.finding}. Training stops, and checkpoints stay what they were before. "
            f"{advice(getattr(self.model, 'lipschitz', None))}",
            self.stream,
        )


def advice(lipschitz: object) -> str:
    """Return what the tuning guide advises on exploding losses.

    Args:
        lipschitz: How the model's critic is kept Lipschitz; None for not at all.
    """
    remedies = ["lower the learning rates 5 to 10 times"]
    if lipschitz is None:
        remedies.insert(0, "keep the critic Lipschitz, by WeightClipping or GradientPenalty")
    elif (weight := getattr(lipschitz, "weight", 0)) > 0:
        remedies.append(f"raise the penalty's λ from {weight:g} to {2 * weight:g}")
    remedies.append("take smaller batches")
    return f"Change one thing at a time: {'; '.join(remedies)}."
