"""Sums over a matrix of similarities that is never held whole."""

import keras
import numpy as np
from keras import ops

# The matrix is made in up to this many parts, in a loop, so that no compiler makes all of them at once.
PARTS = 16

# Rows of a part at least, where their number is known.
MINIMUM_ROWS = 256


def log_sum_over_others(queries, views, own, candidates=None):
    """Compute log Σ_{j≠own(i)} exp(queriesᵢ·viewsⱼ) of each query, and its gradient by making the matrix again.

    Args:
        queries: `(queries, features)`.
        views: `(views, features)`.
        own: The index in `views` that each query leaves out, `(queries,)`.
        candidates: Which views count, `(views,)`. Defaults to None, all.

    Returns:
        Values, `(queries,)`.
    """
    count = ops.shape(queries)[0]
    rows = count // PARTS + 1
    if isinstance(count, int):
        rows = min(max(rows, MINIMUM_ROWS), max(count, 1))
    steps = -(-count // rows)

    def rows_of(step):
        # The last part begins early enough to be whole, and does some rows again.
        return ops.minimum(step * rows, count - rows)

    def part_of(x, start):
        return ops.slice(x, (start, *(0,) * (len(x.shape) - 1)), (rows, *x.shape[1:]))

    def logits_of(queries, views, start):
        logits = without(ops.matmul(part_of(queries, start), ops.transpose(views)), candidates)
        left_out = ops.expand_dims(part_of(own, start), 1) == ops.arange(ops.shape(views)[0], dtype=own.dtype)
        return ops.where(left_out, lowest(logits), logits)

    @ops.custom_gradient
    def log_sums(queries, views):
        # TensorFlow records what is done here all the same, and would keep it.
        queries, views = ops.stop_gradient(queries), ops.stop_gradient(views)

        def add_part(step, sums):
            start = rows_of(step)
            return ops.slice_update(sums, (start,), ops.logsumexp(logits_of(queries, views, start), axis=1))

        sums = ops.fori_loop(0, steps, add_part, ops.zeros((count,), queries.dtype))

        def gradient(*args, upstream=None):
            weights = args[0] if upstream is None else upstream

            def add_gradients(step, gradients):
                of_queries, of_views = gradients
                start = rows_of(step)
                shares = ops.exp(logits_of(queries, views, start) - ops.expand_dims(part_of(sums, start), 1))
                shares = shares * ops.expand_dims(part_of(weights, start), 1)
                done = ops.expand_dims(start + ops.arange(rows) < step * rows, 1)
                new_queries = ops.where(done, 0.0, part_of(queries, start))
                of_queries = ops.slice_update(of_queries, (start, 0), ops.matmul(shares, views))
                return of_queries, of_views + ops.matmul(ops.transpose(shares), new_queries)

            return ops.fori_loop(0, steps, add_gradients, (ops.zeros_like(queries), ops.zeros_like(views)))

        return sums, gradient

    return log_sums(queries, views)


def without(logits, candidates):
    """Give all candidates but some the lowest logit there is."""
    return logits if candidates is None else ops.where(ops.cast(candidates, "bool"), logits, lowest(logits))


def lowest(x) -> float:
    """Return the lowest number of a tensor's dtype."""
    return float(np.finfo(keras.backend.standardize_dtype(x.dtype)).min)
