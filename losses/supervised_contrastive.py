"""The contrastive loss of labels: each embedding must find all others of its class."""

from keras import ops
from keras.saving import register_keras_serializable

from keras_gan.losses._checks import check_positive, check_rank
from keras_gan.losses._elements import align, keep
from keras_gan.losses._likelihood import shifted_logits
from keras_gan.losses._neighbours import LabelledLoss, label_of_each, positives_and_negatives
from keras_gan.losses._precision import as_scalar, maximum, mean, upcast
from keras_gan.losses._similarities import column, lowest
from keras_gan.losses._types import Reduction, Tensor
from keras_gan.losses.views import unit


@register_keras_serializable(package="keras_gan")
def supervised_contrastive(
    y_true: Tensor, y_pred: Tensor, temperature: float | Tensor = 0.1, *, mask: Tensor | None = None
) -> Tensor:
    """Compute the supervised contrastive loss of embeddings, which may have several positives.

    −1/|P(i)|·Σ_{p∈P(i)} log [exp(zᵢ·z_p/τ) / Σ_{j≠i} exp(zᵢ·zⱼ/τ)] of embeddings scaled to norm 1, where P(i) are the
    others with the label of i. With two views of each sample, and a label of its own for each, it is NT-Xent.

    Args:
        y_true: Labels, `(batch,)` or `(batch, 1)`.
        y_pred: Embeddings, `(batch, features)`, or those of several views of each sample, `(batch, views, features)`.
        temperature: τ, above 0: a number, or a scalar tensor or variable, which may be learnt. Defaults to 0.1.
        mask: Samples that count, `(batch,)`; others are not compared with either. Defaults to None, all.

    Returns:
        Per-sample losses, `(batch,)`: means over the views, and 0 for a sample that is the only one of its label.

    Raises:
        ValueError: If shapes disagree, or if `temperature` is not above 0, which cannot be checked for a tensor.

    Reference:
        Khosla et al., Supervised Contrastive Learning, arXiv:2004.11362, equation 2.
    """
    y_pred = upcast(y_pred)
    check_rank("y_pred", y_pred, 2, "(batch, features) or (batch, views, features)", maximum=3)
    temperature = as_scalar(temperature, "temperature", y_pred.dtype, check_positive)
    labels = label_of_each(y_true, y_pred)
    views = ops.shape(y_pred)[1] if len(y_pred.shape) == 3 else 1
    embeddings = unit(ops.reshape(y_pred, (-1, y_pred.shape[-1])))
    of_views = (
        None
        if mask is None
        else ops.repeat(align("mask", mask, y_pred[..., 0, 0] if len(y_pred.shape) == 3 else y_pred[:, 0]), views)
    )
    positive, negative = positives_and_negatives(ops.repeat(labels, views), of_views)
    logits = embeddings / temperature @ ops.transpose(embeddings)
    logits = ops.where(ops.logical_or(positive, negative), logits, lowest(logits))
    shifted, log_sum = shifted_logits(logits)
    surprisals = column(log_sum) - shifted
    count = ops.sum(ops.cast(positive, logits.dtype), axis=1)
    losses = ops.sum(ops.where(positive, surprisals, ops.zeros_like(surprisals)), axis=1) / maximum(count, 1.0)
    return keep(mean(ops.reshape(losses, (-1, views)), axis=1), mask)


@register_keras_serializable(package="keras_gan")
class SupervisedContrastive(LabelledLoss):
    """The supervised contrastive loss; see `supervised_contrastive`.

    A sample that is the only one of its label, and has one view, does not count in the mean.

    Args:
        temperature: Above 0. Defaults to 0.1. Call `supervised_contrastive` with one that is learnt.
        name: Name in logs. Defaults to `"supervised_contrastive"`.
        reduction: Reduction over the batch. Defaults to `"sum_over_batch_size"`.
        dtype: Dtype of the result. Defaults to None, `keras.config.floatx()`.
    """

    function = staticmethod(supervised_contrastive)

    def __init__(
        self,
        temperature: float = 0.1,
        name: str = "supervised_contrastive",
        reduction: Reduction = "sum_over_batch_size",
        dtype: str | None = None,
    ) -> None:
        check_positive("temperature", temperature)
        super().__init__(name, reduction, dtype, temperature=temperature)

    def is_compared(self, labels: Tensor, y_pred: Tensor, mask: Tensor | None) -> Tensor | None:
        if len(y_pred.shape) == 3 and y_pred.shape[1] != 1:
            return None
        return ops.any(positives_and_negatives(labels, mask)[0], axis=1)
