"""Paths between latents."""

from typing import Any

import numpy as np

from keras_gan.checks import check_count, check_flag
from keras_gan.models.sampling import as_latents

#: Sine of the angle below which the great circle through two latents is not known well, and the straight line is taken.
SMALL = 1e-6


def interpolate(latents: Any, steps: int, closed: bool = False) -> np.ndarray:
    """Return latents on the way from each given one to the next, by spherical linear interpolation.

    slerp(a, b; t) = (sin((1−t)ω)·a + sin(tω)·b) / sin ω, where ω is the angle between a and b. Values of a normal
    distribution lie near a sphere. A straight line would leave it, and a generator has not been trained there.

    Args:
        latents: The latents to pass through, in order, `(n, ...)`, at least two.
        steps: Steps from one of them to the next, at least 1.
        closed: Whether the path returns to the first, as for an endless animation. Defaults to False.

    Returns:
        Latents `((n − 1)·steps + 1, ...)`, or `(n·steps, ...)` if the path is closed, where the first one is not
        repeated at the end. The given latents are among them.

    Raises:
        ValueError: If there are fewer than two latents, they are no finite numbers, two neighbours are opposite to each
            other, `steps` is no integer of at least 1, or `closed` is neither True nor False.

    Reference:
        White, Sampling Generative Networks, arXiv:1609.04468.

    Example:

    ```python
    path = kg.interpolate(np.random.default_rng(0).normal(size=(4, 100)), steps=15, closed=True)
    kg.save_images(gan.generate(latents=path), "walk.gif")
    ```
    """
    given = as_latents(latents)
    check_count(steps, "steps")
    check_flag(closed, "closed")
    if len(given) < 2:
        raise ValueError(f"`latents` must be at least two. Received: {len(given)}")
    stops = np.concatenate([given, given[:1]]) if closed else given
    pairs = zip(stops[:-1].astype(np.float64), stops[1:].astype(np.float64))
    ways = [_way(start, end, np.arange(steps) / steps) for start, end in pairs]
    path = np.concatenate(ways if closed else [*ways, stops[-1:]])
    return path.astype(given.dtype)


def _way(start: np.ndarray, end: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Return the latents between two, at times in [0, 1)."""
    norms = np.linalg.norm(start) * np.linalg.norm(end)
    cosine = np.clip(np.sum(start * end) / norms, -1, 1) if norms > 0 else 1.0
    angle = np.arccos(cosine)
    times = times.reshape(-1, *[1] * start.ndim)
    if np.sin(angle) > SMALL:
        return (np.sin((1 - times) * angle) * start + np.sin(times * angle) * end) / np.sin(angle)
    if cosine < 0:
        raise ValueError("`latents` must not have neighbours that are opposite to each other: no way is the shortest")
    return (1 - times) * start + times * end
