"""Contrastive losses of views, which must find each other among the views of other samples: InfoNCE and NT-Xent."""

from keras import ops
from keras.saving import register_keras_serializable

from keras_gan.losses._base import PairLoss
from keras_gan.losses._checks import check_flags, check_positive, check_rank, check_shapes
from keras_gan.losses._elements import align, keep
from keras_gan.losses._precision import as_numbers, as_scalar, upcast
from keras_gan.losses._replicas import gather_from_replicas
from keras_gan.losses._similarities import surprisal_of_partners, without
from keras_gan.losses._types import Reduction, Tensor

# Square of the norm up to which an embedding counts as zero.
SQUARE_EPSILON = 1e-24


@register_keras_serializable(package="keras_gan")
def info_nce(
    first: Tensor,
    second: Tensor,
    temperature: float | Tensor = 0.07,
    gather_replicas: bool = False,
    *,
    mask: Tensor | None = None,
) -> Tensor:
    """Compute the symmetric InfoNCE loss: each embedding must find its partner among all partners, both ways.

    ½·[−log softmax_j(aᵢ·bⱼ/τ)ᵢ − log softmax_j(bᵢ·aⱼ/τ)ᵢ] of embeddings scaled to norm 1.

    Args:
        first: Embeddings a, `(batch, features)`.
        second: Their partners b, of the same shape.
        temperature: τ, above 0: a number, or a scalar tensor or variable, which may be learnt. Defaults to 0.07,
            CLIP's initial one.
        gather_replicas: Whether the partners on all replicas of a distributed step are candidates. Defaults to False.
        mask: Pairs that count, `(batch,)`; others are no candidates either. Defaults to None, all.

    Returns:
        Per-sample losses, `(batch,)`.

    Raises:
        ValueError: If shapes differ, or if `temperature` is not above 0, which cannot be checked for a tensor.

    Reference:
        van den Oord et al., Contrastive Predictive Coding, arXiv:1807.03748; both ways: Radford et al., CLIP,
        arXiv:2103.00020.
    """
    check_flags(gather_replicas=gather_replicas)
    first, second = _unit_views(first, second)
    temperature = as_scalar(temperature, "temperature", first.dtype, check_positive)
    (all_first, offset), (all_second, _) = _gather(first, gather_replicas), _gather(second, gather_replicas)
    candidates = _gather_mask(mask, first, gather_replicas)
    there = first / temperature @ ops.transpose(all_second)
    # One matrix serves both ways, unless the candidates are more than the queries.
    back = second / temperature @ ops.transpose(all_first) if gather_replicas else ops.transpose(there)
    partners = offset + ops.arange(ops.shape(first)[0])
    there, back = (
        ops.sparse_categorical_crossentropy(partners, without(logits, candidates), from_logits=True)
        for logits in (there, back)
    )
    return keep(0.5 * (there + back), mask)


@register_keras_serializable(package="keras_gan")
def nt_xent(
    first: Tensor,
    second: Tensor,
    temperature: float | Tensor = 0.5,
    gather_replicas: bool = False,
    *,
    mask: Tensor | None = None,
) -> Tensor:
    """Compute SimCLR's NT-Xent loss: each of 2N views must find its partner among the 2N − 1 others.

    −log [exp(zᵢ·z_p(i)/τ) / Σ_{j≠i} exp(zᵢ·zⱼ/τ)] of embeddings scaled to norm 1, the mean of a sample's two views.

    Args:
        first: Embeddings of one view of each sample, `(batch, features)`.
        second: Embeddings of the other view, of the same shape.
        temperature: τ, above 0: a number, or a scalar tensor or variable, which may be learnt. Defaults to 0.5.
        gather_replicas: Whether the views on all replicas of a distributed step are candidates. Defaults to False.
        mask: Samples that count, `(batch,)`; others are no candidates either. Defaults to None, all.

    Returns:
        Per-sample losses, `(batch,)`.

    Raises:
        ValueError: If shapes differ, or if `temperature` is not above 0, which cannot be checked for a tensor.

    Reference:
        Chen et al., A Simple Framework for Contrastive Learning of Visual Representations, arXiv:2002.05709.
    """
    check_flags(gather_replicas=gather_replicas)
    first, second = _unit_views(first, second)
    temperature = as_scalar(temperature, "temperature", first.dtype, check_positive)
    (all_first, offset), (all_second, _) = _gather(first, gather_replicas), _gather(second, gather_replicas)
    candidates = _gather_mask(mask, first, gather_replicas)
    own = offset + ops.arange(ops.shape(first)[0])
    beyond = own + ops.shape(all_first)[0]
    losses = surprisal_of_partners(
        queries=ops.concatenate([first, second]) / temperature,
        views=ops.concatenate([all_first, all_second]),
        own=ops.concatenate([own, beyond]),
        partner=ops.concatenate([beyond, own]),
        candidates=None if candidates is None else ops.concatenate([candidates, candidates]),
    )
    of_first, of_second = ops.split(losses, 2)
    return keep(0.5 * (of_first + of_second), mask)


def _unit_views(first: Tensor, second: Tensor) -> tuple[Tensor, Tensor]:
    """Return both views scaled to norm 1, in float32 at least; zero stays zero."""
    first = upcast(first, "first")
    second = ops.cast(as_numbers(second, "second"), first.dtype)
    check_rank("first", first, 2, "(batch, features)", maximum=2)
    check_shapes("first", first, "second", second)
    return unit(first), unit(second)


def unit(x: Tensor) -> Tensor:
    """Scale embeddings, `(..., features)`, to norm 1; zero stays zero."""
    square = ops.sum(ops.square(x), axis=-1, keepdims=True)
    # A zero embedding has no direction, so no gradient either; divided by a small number it would have a huge one.
    zero = square <= SQUARE_EPSILON
    return x * ops.where(zero, ops.zeros_like(square), ops.rsqrt(ops.where(zero, ops.ones_like(square), square)))


def _gather(x: Tensor, gather_replicas: bool) -> tuple[Tensor, Tensor]:
    return gather_from_replicas(x) if gather_replicas else (x, 0)


def _gather_mask(mask: Tensor | None, views: Tensor, gather_replicas: bool) -> Tensor | None:
    if mask is None:
        return None
    mask = align("mask", mask, views[:, 0])
    return _gather(ops.cast(mask, views.dtype), gather_replicas)[0]


class _ViewLoss(PairLoss):
    def __init__(
        self, temperature: float, gather_replicas: bool, name: str, reduction: Reduction, dtype: str | None
    ) -> None:
        check_positive("temperature", temperature)
        super().__init__(name, reduction, dtype, temperature=temperature, gather_replicas=gather_replicas)


@register_keras_serializable(package="keras_gan")
class InfoNCE(_ViewLoss):
    """The symmetric InfoNCE loss of CLIP; see `info_nce`.

    Takes `y_pred` `(batch, 2, features)`, the two views stacked, and ignores `y_true`.

    Args:
        temperature: Above 0. Defaults to 0.07. Call `info_nce` with one that is learnt.
        gather_replicas: Whether the views on all replicas of a distributed step are candidates. Defaults to False.
        name: Name in logs. Defaults to `"info_nce"`.
        reduction: Reduction over the batch. Defaults to `"sum_over_batch_size"`.
        dtype: Dtype of the result. Defaults to None, `keras.config.floatx()`.
    """

    function = staticmethod(info_nce)

    def __init__(
        self,
        temperature: float = 0.07,
        gather_replicas: bool = False,
        name: str = "info_nce",
        reduction: Reduction = "sum_over_batch_size",
        dtype: str | None = None,
    ) -> None:
        super().__init__(temperature, gather_replicas, name, reduction, dtype)


@register_keras_serializable(package="keras_gan")
class NTXent(_ViewLoss):
    """SimCLR's NT-Xent loss; see `nt_xent`.

    Takes `y_pred` `(batch, 2, features)`, the two views stacked, and ignores `y_true`.

    Args:
        temperature: Above 0. Defaults to 0.5. Call `nt_xent` with one that is learnt.
        gather_replicas: Whether the views on all replicas of a distributed step are candidates. Defaults to False.
        name: Name in logs. Defaults to `"nt_xent"`.
        reduction: Reduction over the batch. Defaults to `"sum_over_batch_size"`.
        dtype: Dtype of the result. Defaults to None, `keras.config.floatx()`.
    """

    function = staticmethod(nt_xent)

    def __init__(
        self,
        temperature: float = 0.5,
        gather_replicas: bool = False,
        name: str = "nt_xent",
        reduction: Reduction = "sum_over_batch_size",
        dtype: str | None = None,
    ) -> None:
        super().__init__(temperature, gather_replicas, name, reduction, dtype)
