"""Sums over a matrix of similarities that is never held whole."""

import keras
import numpy as np
from keras import ops

# The matrix is made in up to this many parts, in a loop, so that no compiler makes all of them at once.
PARTS = 16

# Rows of a part at least, where their number is known.
MINIMUM_ROWS = 256


def surprisal_of_partners(queries, views, own, partner, candidates=None):
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
    count = ops.shape(queries)[0]
    rows = count // PARTS + 1
    if isinstance(count, int):
        rows = min(max(rows, MINIMUM_ROWS), max(count, 1))
    steps = -(-count // rows)
    columns = ops.arange(ops.shape(views)[0], dtype=own.dtype)

    def start_of(step):
        # The last part begins early enough to be whole, and does some rows again.
        return ops.minimum(step * rows, count - rows)

    def part_of(x, start):
        return ops.slice(x, (start, *(0,) * (len(x.shape) - 1)), (rows, *x.shape[1:]))

    def leads_of(queries, views, start):
        """Return by how much each view's logit exceeds the partner's, and where the partner is."""
        part, partners = part_of(queries, start), part_of(partner, start)
        partner_logit = ops.sum(part * ops.take(views, partners, axis=0), axis=1)
        leads = without(ops.matmul(part, ops.transpose(views)) - column(partner_logit), candidates)
        is_partner = column(partners) == columns
        left_out = ops.logical_or(column(part_of(own, start)) == columns, is_partner)
        return ops.where(left_out, lowest(leads), leads), is_partner

    @ops.custom_gradient
    def surprisals(queries, views):
        # TensorFlow records what is done here all the same, and would keep it.
        queries, views = ops.stop_gradient(queries), ops.stop_gradient(views)

        def add_part(step, values):
            leads, _ = leads_of(queries, views, start_of(step))
            return ops.slice_update(values, (start_of(step),), ops.softplus(ops.logsumexp(leads, axis=1)))

        values = ops.fori_loop(0, steps, add_part, ops.zeros((count,), queries.dtype))

        def gradient(*args, upstream=None):
            weights = args[0] if upstream is None else upstream

            def add_gradients(step, gradients):
                of_queries, of_views = gradients
                start = start_of(step)
                leads, is_partner = leads_of(queries, views, start)
                value = column(part_of(values, start))
                shares = ops.where(is_partner, ops.expm1(-value), ops.exp(leads - value))
                shares = shares * column(part_of(weights, start))
                done = column(start + ops.arange(rows) < step * rows)
                new_queries = ops.where(done, 0.0, part_of(queries, start))
                of_queries = ops.slice_update(of_queries, (start, 0), ops.matmul(shares, views))
                return of_queries, of_views + ops.matmul(ops.transpose(shares), new_queries)

            return ops.fori_loop(0, steps, add_gradients, (ops.zeros_like(queries), ops.zeros_like(views)))

        return values, gradient

    return surprisals(queries, views)


def column(x):
    """Stand a vector upright."""
    return ops.expand_dims(x, axis=1)


def without(logits, candidates):
    """Give all candidates but some the lowest logit there is."""
    return logits if candidates is None else ops.where(ops.cast(candidates, "bool"), logits, lowest(logits))


def lowest(x) -> float:
    """Return the lowest number of a tensor's dtype."""
    return float(np.finfo(keras.backend.standardize_dtype(x.dtype)).min)
