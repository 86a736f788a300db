"""Sums over a matrix of similarities that is never held whole."""

import dataclasses
from collections.abc import Callable

import keras
import numpy as np
from keras import ops

from keras_gan.losses._types import Tensor

# The matrix is made in up to this many parts, in a loop, so that no compiler makes all of them at once.
PARTS = 16

#: Adds the sums of one part, by its number, to what the parts before it gave.
PartSum = Callable[[Tensor, Tensor], Tensor]

# Rows of a part at least, where their number is known.
MINIMUM_ROWS = 256


@dataclasses.dataclass(frozen=True)
class Comparison:
    """What each query is compared with, by the rows of one part at a time.

    Args:
        own: The index in the views that each query leaves out, `(queries,)`.
        partner: The index in the views of each query's partner, `(queries,)`.
        candidates: Which views count, `(views,)`, or None for all.
    """

    own: Tensor
    partner: Tensor
    candidates: Tensor | None

    @property
    def count(self) -> Tensor:
        return ops.shape(self.own)[0]

    @property
    def rows(self) -> Tensor:
        rows = self.count // PARTS + 1
        return min(max(rows, MINIMUM_ROWS), max(self.count, 1)) if isinstance(self.count, int) else rows

    @property
    def steps(self) -> Tensor:
        return -(-self.count // self.rows)

    def start(self, step: Tensor) -> Tensor:
        """Return the first row of a part. The last one begins early enough to be whole, and does some rows again."""
        return ops.minimum(step * self.rows, self.count - self.rows)

    def part(self, x: Tensor, step: Tensor) -> Tensor:
        """Return the rows of a part."""
        start = (self.start(step), *(0,) * (len(x.shape) - 1))
        return ops.slice(x, start, (self.rows, *x.shape[1:]))

    def leads(self, queries: Tensor, views: Tensor, step: Tensor) -> tuple[Tensor, Tensor]:
        """Return by how much each view's logit exceeds the partner's, and where the partner is."""
        queries, partner = self.part(queries, step), self.part(self.partner, step)
        partner_logit = ops.sum(queries * ops.take(views, partner, axis=0), axis=1)
        leads = without(queries @ ops.transpose(views) - column(partner_logit), self.candidates)
        columns = ops.arange(ops.shape(views)[0], dtype=partner.dtype)
        is_partner = column(partner) == columns
        left_out = ops.logical_or(column(self.part(self.own, step)) == columns, is_partner)
        return ops.where(left_out, lowest(leads), leads), is_partner


def surprisal_of_partners(
    queries: Tensor, views: Tensor, own: Tensor, partner: Tensor, candidates: Tensor | None = None
) -> Tensor:
    """Compute −log [exp(queriesᵢ·views_p(i)) / Σ_{j≠own(i)} exp(queriesᵢ·viewsⱼ)] of each query.

    It is softplus(log Σ_j exp(queriesᵢ·viewsⱼ − queriesᵢ·views_p(i))) over all others than the partner, which keeps the
    digits of a small loss. For the gradient the matrix is made again.

    Args:
        queries: `(queries, features)`.
        views: `(views, features)`.
        own: The index in `views` that each query leaves out, `(queries,)`.
        partner: The index in `views` of each query's partner, `(queries,)`.
        candidates: Which views count, `(views,)`. Defaults to None, all.

    Returns:
        Values, `(queries,)`.
    """
    comparison = Comparison(own, partner, candidates)
    if keras.backend.backend() == "jax":
        # JAX makes the parts again by itself. A gradient of our own would allow neither `jvp`, nor `scan` or `remat`
        # around it.
        return _values(comparison, queries, views, keras.remat)

    @ops.custom_gradient
    def surprisals(queries: Tensor, views: Tensor) -> tuple[Tensor, Callable[..., tuple[Tensor, Tensor]]]:
        # TensorFlow records what is done here all the same, and would keep it.
        queries, views = ops.stop_gradient(queries), ops.stop_gradient(views)
        values = _values(comparison, queries, views)

        def gradient(*args: Tensor, upstream: Tensor | None = None) -> tuple[Tensor, Tensor]:
            return _gradients(comparison, queries, views, values, args[0] if upstream is None else upstream)

        return values, gradient

    return surprisals(queries, views)


def _values(
    comparison: Comparison,
    queries: Tensor,
    views: Tensor,
    wrapped: Callable[[PartSum], PartSum] = lambda function: function,
) -> Tensor:
    def add_part(step: Tensor, values: Tensor) -> Tensor:
        leads, _ = comparison.leads(queries, views, step)
        return ops.slice_update(values, (comparison.start(step),), ops.softplus(ops.logsumexp(leads, axis=1)))

    return ops.fori_loop(0, comparison.steps, wrapped(add_part), ops.zeros((comparison.count,), queries.dtype))


def _gradients(
    comparison: Comparison, queries: Tensor, views: Tensor, values: Tensor, weights: Tensor
) -> tuple[Tensor, Tensor]:
    def add_part(step: Tensor, gradients: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
        of_queries, of_views = gradients
        leads, is_partner = comparison.leads(queries, views, step)
        value, weight = (column(comparison.part(x, step)) for x in (values, weights))
        shares = weight * ops.where(is_partner, ops.expm1(-value), ops.exp(leads - value))
        start = comparison.start(step)
        done = column(start + ops.arange(comparison.rows) < step * comparison.rows)
        new_queries = ops.where(done, 0.0, comparison.part(queries, step))
        of_queries = ops.slice_update(of_queries, (start, 0), shares @ views)
        return of_queries, of_views + ops.transpose(shares) @ new_queries

    return ops.fori_loop(0, comparison.steps, add_part, (ops.zeros_like(queries), ops.zeros_like(views)))


def column(x: Tensor) -> Tensor:
    """Stand a vector upright."""
    return ops.expand_dims(x, axis=1)


def without(logits: Tensor, candidates: Tensor | None) -> Tensor:
    """Give all candidates but some the lowest logit there is."""
    return logits if candidates is None else ops.where(ops.cast(candidates, "bool"), logits, lowest(logits))


def lowest(x: Tensor) -> float:
    """Return the lowest number of a tensor's dtype."""
    return float(np.finfo(keras.backend.standardize_dtype(x.dtype)).min)
