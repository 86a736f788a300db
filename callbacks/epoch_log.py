"""The boxed console log of an epoch."""

import time
import warnings
from collections.abc import Mapping

from keras_gan.callbacks._periodic import Periodic
from keras_gan.callbacks._stages import Stage
from keras_gan.checks import check_count, check_flag, check_instance, check_mapping, check_stream, check_text
from keras_gan.console import TextStream, say
from keras_gan.rating import Place

RULE_WIDTH = 75

#: Seconds that a first epoch may take before its first step gets a box of its own.
LONG_EPOCH = 60.0

REQUIRED_KEYS = (
    "epoch_time",
    "d_loss",
    "d_loss_real",
    "d_loss_fake",
    "g_loss",
    "wasserstein_distance",
    "critic_weight_mean",
    "critic_weight_std",
    "generator_weight_mean",
    "generator_weight_std",
    "dg_ratio",
    "clip_ratio",
    "loss_variance",
)


def render_epoch(logs: Mapping[str, float], epoch: int, epochs: int, penalised: bool = False) -> str:
    """Render the box of an epoch.

    Args:
        logs: The epoch's values, with at least `REQUIRED_KEYS` (and `gradient_penalty` where it is shown). With
            `steps`, and `kimg` for thousands of images, the box has a line on the progress; with `d_accuracy_real` and
            `d_accuracy_fake`, one on these.
        epoch: Index of the epoch, from 0.
        epochs: Number of epochs of the run.
        penalised: Whether to show the gradient penalty. Defaults to False.

    Returns:
        The box's lines, without a final newline.
    """
    check_mapping(logs, "logs")
    check_count(epoch, "epoch", 0)
    check_count(epochs, "epochs")
    check_flag(penalised, "penalised")
    penalty = f"  GP: {logs['gradient_penalty']:.4f}" if penalised else ""
    return "\n".join(
        [
            "═" * RULE_WIDTH,
            f"Epoch {epoch}/{epochs} [{logs['epoch_time']:.2f}s]",
            "─" * RULE_WIDTH,
            *_progress(logs),
            f"  Losses     │ D: {logs['d_loss']:.4f} (R:{logs['d_loss_real']:.4f} F:{logs['d_loss_fake']:.4f})"
            f"  G: {logs['g_loss']:.3f}  W-dist: {logs['wasserstein_distance']:.2f}{penalty}",
            *_accuracies(logs),
            f"  Weights    │ Critic μ:{logs['critic_weight_mean']:.4f} σ:{logs['critic_weight_std']:.4f}"
            f"  Gen μ:{logs['generator_weight_mean']:.4f} σ:{logs['generator_weight_std']:.4f}",
            f"  Stability  │ D/G Ratio: {logs['dg_ratio']:.4f}  Clip%: {100 * logs['clip_ratio']:.1f}%"
            f"  Var: {logs['loss_variance']:.6f}",
            "═" * RULE_WIDTH,
        ]
    )


def _progress(logs: Mapping[str, float]) -> list[str]:
    """Return the line on the steps and images so far, where an epoch is not one step."""
    if "steps" not in logs:
        return []
    images = f"  Images: {logs['kimg']:.1f} thousand" if "kimg" in logs else ""
    return [f"  Progress   │ Steps: {logs['steps']:.0f}{images}"]


def _accuracies(logs: Mapping[str, float]) -> list[str]:
    """Return the line on the discriminator's accuracies, where its loss has them."""
    if "d_accuracy_real" not in logs:
        return []
    real, fake = (100 * logs[f"d_accuracy_{of}"] for of in ("real", "fake"))
    return [f"  Accuracy   │ D on reals: {real:.1f}%  D on fakes: {fake:.1f}%"]


def render_quality(logs: Mapping[str, float], label: str = "") -> str:
    """Render the quality line of an epoch.

    Args:
        logs: Values of `fid_score` and `pixel_variance`, and of `inception_score_mean` and `inception_score_std` where
            there is such a score.
        label: What stands after the names of figures that depend on an extractor other than Inception, such as
            "[cifar10-resnet]". Defaults to "".

    Returns:
        One line, without a final newline.
    """
    check_mapping(logs, "logs")
    check_text(label, "label")
    has_score = "inception_score_mean" in logs
    score = f"  IS{label}: {logs['inception_score_mean']:.2f}±{logs['inception_score_std']:.2f}" if has_score else ""
    return f"  Quality    │ FID{label}: {logs['fid_score']:.1f}{score}  PixVar: {logs['pixel_variance']:.4f}"


def render_place(place: Place) -> str:
    """Render the line below that of quality: word and position among degraded real images, and the nearest of these.

    Args:
        place: The place.

    Returns:
        One line, without a final newline.
    """
    check_instance(place, "place", Place)
    return f"  Place      │ {place.word} ({place.position:.2f}): {place.describe()}"


class EpochLog(Periodic):
    """Print a box for the first epoch, every few epochs and at the end of training.

    If the first epoch may take more than a minute, there is also a box after its first step, with that step's values.

    It needs `REQUIRED_KEYS` in the epoch's logs, which `GAN.fit` gives. The penalty is shown where the model's
    `lipschitz` has a positive `weight`. On a terminal that cannot encode the box's characters, plain ones stand in for
    them. When the reader of a pipe goes away, training goes on without a log.

    Args:
        every: Epochs from one box to the next, at least 1: with 10, those of epochs 0, 9, 19 and so on; or an interval
            such as "500 steps" or "20 kimg". Defaults to 1.
        stream: Text stream to print to. Defaults to None, the standard output at the time of printing.

    Raises:
        ValueError: If `every` is no interval; when training begins, if the number of epochs is not known; or at the end
            of the first epoch, if a value is missing from the logs.
    """

    stage = Stage.LOG

    def __init__(self, every: int | str = 1, stream: TextStream | None = None) -> None:
        super().__init__(every)
        check_stream(stream)
        self.stream = stream

    def is_due(self, epoch: int) -> bool:
        return epoch == 0 or super().is_due(epoch)

    def reads_model(self, epoch: int) -> bool:
        return False

    def say_header(self, text: str) -> None:
        """Print a line before the first box.

        Args:
            text: The line.
        """
        check_text(text, "text")
        say(text, self.stream)

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
        super().on_train_begin(logs)
        if self.epochs is None:
            raise ValueError("EpochLog needs the number of epochs: `set_params({'epochs': …})`. Received: none")
        self._has_reader = True
        self._is_first = True
        self._done = getattr(self.model, "steps_taken", 0)

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        self._epoch, self._start = epoch, time.perf_counter()

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        if not self._is_first or batch > 0:
            return
        self._is_first = False
        took = time.perf_counter() - self._start
        values = {**(logs or {}), "epoch_time": took, "steps": self._done + 1}
        if self._images is not None:
            values["kimg"] = (values["steps"] * self._images + getattr(self.model, "images_before", 0)) / 1000
        is_long = (self._steps or 1) > 1 and took * (self._steps or 1) > LONG_EPOCH
        if is_long and all(key in values for key in REQUIRED_KEYS):
            self.act(self._epoch, values)

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        missing = [key for key in REQUIRED_KEYS if key not in (logs or {})]
        if missing:
            raise ValueError(
                f"EpochLog needs {missing} in the epoch's logs, as `GAN.fit` gives them; `LossCsv` takes any logs. "
                f"Available: {sorted(logs or {})}"
            )
        super().on_epoch_end(epoch, logs)

    def act(self, epoch: int, logs: dict[str, float]) -> None:
        if not self._has_reader:
            return
        penalised = bool(getattr(getattr(self.model, "lipschitz", None), "weight", 0) > 0)
        assert self.epochs is not None  # Checked when training began.
        box = render_epoch(logs, epoch, self.epochs, penalised)
        if self.stream is None and self.params.get("verbose") in (1, "auto"):
            box = "\n" + box  # Keras's progress bar has not ended its line.
        self._has_reader = say(box, self.stream)
        if not self._has_reader:
            warnings.warn("Nobody reads the log's pipe any more: training goes on without it.", stacklevel=2)
