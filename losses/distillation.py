"""Distillation of a teacher's knowledge into a student."""

from keras import ops
from keras.saving import register_keras_serializable

from keras_gan.losses._base import PairLoss
from keras_gan.losses._checks import check_number, check_positive, check_rank, check_shapes
from keras_gan.losses._elements import mean_over_elements
from keras_gan.losses._labels import class_indices
from keras_gan.losses._precision import as_numbers, upcast
from keras_gan.losses._types import Reduction, Tensor
from keras_gan.losses.crossentropy import surprisals
from keras_gan.losses.divergence import logits_divergence


@register_keras_serializable(package="keras_gan")
def distillation(
    y_true: Tensor | None,
    student_logits: Tensor,
    teacher_logits: Tensor,
    temperature: float = 3.0,
    alpha: float = 0.5,
    *,
    mask: Tensor | None = None,
) -> Tensor:
    """Compute α·T²·KL(softmax(teacher/T) ‖ softmax(student/T)) + (1 − α)·CE(y, student).

    T² keeps the gradient of the soft part as large as at temperature 1. None flows into the teacher.

    Args:
        y_true: Integer labels, `(batch, ...)`; None if `alpha` is 1.
        student_logits: Logits, `(batch, ..., classes)`.
        teacher_logits: Logits, of the same shape.
        temperature: T, above 0. Defaults to 3.
        alpha: Weight of the soft part in [0, 1]; the hard loss weighs 1 − α. Defaults to 0.5.
        mask: Elements that count, `(batch, ...)`, of all or the first axes. Defaults to None, all.

    Returns:
        Per-sample losses, `(batch,)`: means over the elements that count.

    Raises:
        ValueError: If shapes disagree, if an argument is out of its range or, outside a compiled function, if a label
            is not a class.

    Reference:
        Hinton et al., Distilling the Knowledge in a Neural Network, arXiv:1503.02531.
    """
    _check_arguments(temperature, alpha)
    student = upcast(student_logits, "student_logits")
    teacher = ops.stop_gradient(ops.cast(as_numbers(teacher_logits, "teacher_logits"), student.dtype))
    check_rank("student_logits", student, 2, "(batch, ..., classes)")
    check_shapes("student_logits", student, "teacher_logits", teacher)
    losses = alpha * temperature**2 * logits_divergence(teacher / temperature, student / temperature)
    if alpha < 1:
        labels, _ = class_indices(y_true, student)
        losses = losses + (1.0 - alpha) * surprisals(labels, student, from_logits=True)
    return mean_over_elements(losses, mask)


def _check_arguments(temperature: float, alpha: float) -> None:
    check_positive("temperature", temperature)
    check_number("alpha", alpha, minimum=0, maximum=1)


@register_keras_serializable(package="keras_gan")
class Distillation(PairLoss):
    """Distillation with a hard loss beside it; see `distillation`.

    Takes `y_pred` `(batch, 2, classes)`, the student's logits and the teacher's stacked, and integer labels.

    Args:
        temperature: T, above 0. Defaults to 3.
        alpha: Weight of the soft part in [0, 1]; the hard loss weighs 1 − α. Defaults to 0.5.
        name: Name in logs. Defaults to `"distillation"`.
        reduction: Reduction over the batch. Defaults to `"sum_over_batch_size"`.
        dtype: Dtype of the result. Defaults to None, `keras.config.floatx()`.
    """

    fuses = True
    function = staticmethod(distillation)

    def __init__(
        self,
        temperature: float = 3.0,
        alpha: float = 0.5,
        name: str = "distillation",
        reduction: Reduction = "sum_over_batch_size",
        dtype: str | None = None,
    ) -> None:
        _check_arguments(temperature, alpha)
        super().__init__(name, reduction, dtype, temperature=temperature, alpha=alpha)

    def per_sample(
        self, y_true: Tensor, y_pred: Tensor, mask: Tensor | None = None, element_weight: Tensor | None = None
    ) -> Tensor:
        return distillation(y_true, y_pred[:, 0], y_pred[:, 1], **self.arguments, mask=mask)
