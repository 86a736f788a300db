"""Latents, and the images that a generator makes of them, without changing the state of training."""

from collections.abc import Iterator
from typing import Any

import keras
import numpy as np
import scipy.special
from keras import ops

from keras_gan.checks import Positive, check_count, check_number, check_seed
from keras_gan.models.shapes import latent_shape
from keras_gan.sharding import over_devices
from keras_gan.tensors import Tensor

#: Images that are generated at a time.
BATCH = 256


def generate(
    generator: keras.Model,
    n: int | None = None,
    seed: int | None = None,
    batch_size: int = BATCH,
    *,
    latents: Any = None,
    truncation: float | None = None,
) -> np.ndarray:
    """Generate images.

    Args:
        generator: Built `keras.Model` from latents `(batch, ...)` to images `(batch, height, width, channels)`.
        n: Number of images, at least 1. Defaults to None, one for each of `latents`.
        seed: Integer seed of the latents. Defaults to None, which gives different images at every call.
        batch_size: Number of images that are generated at a time. Defaults to 256.
        latents: Latents `(n, ...)` to make images of, in place of `n`, `seed` and `truncation`. Defaults to None.
        truncation: Bound of the latents' values, as in `draw_latents`. Defaults to None, no bound.

    Returns:
        Images `(n, height, width, channels)`, float32, in the generator's range.

    Raises:
        ValueError: If `n` or `batch_size` is no integer of at least 1, `seed` none of at least 0, or `truncation` no
            positive number; if both or none of `n` and `latents` are given; or if `latents` are not the generator's.
    """
    check_count(batch_size, "batch_size")
    if n is None and latents is None:
        raise ValueError("`n` or `latents` must be given. Received: n=None, latents=None")
    if latents is None:
        return np.concatenate(list(in_batches(generator, draw_latents(generator, n, seed, truncation), batch_size)))
    for name, value in (("n", n), ("seed", seed), ("truncation", truncation)):
        if value is not None:
            raise ValueError(f"`{name}` must be left out with `latents`. Received: {name}={value!r}")
    return np.concatenate(list(in_batches(generator, checked_latents(generator, latents), batch_size)))


def in_batches(generator: keras.Model, latents: Tensor, batch_size: int = BATCH) -> Iterator[np.ndarray]:
    """Yield the images of latents, a batch at a time.

    Args:
        generator: Built `keras.Model` from latents to images.
        latents: Latents `(n, ...)`.
        batch_size: Number of images that are generated at a time. Defaults to 256.

    Yields:
        Images `(batch, height, width, channels)`, float32, in the generator's range.
    """
    for start in range(0, len(latents), batch_size):
        yield over_devices(
            lambda part: ops.cast(generator(part, training=False), "float32"), latents[start : start + batch_size]
        )


def draw_latents(
    generator: keras.Model, n: int | None, seed: int | None = None, truncation: float | None = None
) -> Tensor:
    """Draw latents of a generator from the normal distribution, or from a truncated one.

    Args:
        generator: Built `keras.Model` from latents `(batch, ...)`.
        n: Number of latents, at least 1.
        seed: Integer seed. Defaults to None, which gives different latents at every call.
        truncation: Bound t of the values, which then come from the normal distribution on [−t, t]. A smaller bound
            gives more typical and less varied images. Defaults to None, no bound.

    Returns:
        Latents `(n, ...)`.

    Raises:
        ValueError: If `n` is no integer of at least 1, `seed` none of at least 0, or `truncation` no positive number.

    Reference:
        Brock et al., Large Scale GAN Training for High Fidelity Natural Image Synthesis, arXiv:1809.11096.
    """
    if getattr(n, "shape", ()) != ():
        raise ValueError(f"`n` must be a number of images: give latents as `latents=…`. Received: {type(n).__name__}")
    check_count(n, "n")
    if seed is not None:
        check_seed(seed)
    shape, source = (n, *latent_shape(generator)), keras.random.SeedGenerator(seed)
    if truncation is None:
        return keras.random.normal(shape, seed=source)
    check_number(truncation, "truncation", Positive)
    shares = ops.convert_to_numpy(keras.random.uniform(shape, seed=source, dtype="float32")).astype(np.float64)
    # The inverse of the distribution function gives the same number of draws whatever the bound.
    least = scipy.special.ndtr(-float(truncation))
    values = scipy.special.ndtri(least + shares * (1 - 2 * least))
    return ops.convert_to_tensor(np.clip(values, -truncation, truncation).astype(keras.config.floatx()))


def checked_latents(generator: keras.Model, latents: Any) -> Tensor:
    """Return latents as a tensor, if they are those of a generator.

    Args:
        generator: Built `keras.Model` from latents `(batch, ...)`.
        latents: Latents `(n, ...)`, an array or a tensor.

    Raises:
        ValueError: If they have another shape, are no numbers, or one of them is NaN or infinite.
    """
    values, expected = as_latents(latents), latent_shape(generator)
    if values.shape[1:] != expected:
        wanted = f"({', '.join(map(str, ('n', *expected)))})"
        raise ValueError(f"`latents` must have the generator's shape {wanted}. Received: {values.shape}")
    return ops.convert_to_tensor(values)


def as_latents(latents: Any) -> np.ndarray:
    """Return latents as an array of floats.

    Args:
        latents: Latents `(n, ...)`, an array or a tensor.

    Raises:
        ValueError: If there are none, they are no numbers, or one of them is NaN or infinite.
    """
    try:
        values = np.asarray(ops.convert_to_numpy(latents) if keras.ops.is_tensor(latents) else latents)
    except ValueError as error:
        raise ValueError(f"`latents` must be an array of numbers. Received: {error}") from error
    if values.dtype.kind not in "fiu" or values.ndim < 2 or 0 in values.shape:
        raise ValueError(
            "`latents` must be an array of numbers, (n, ...) with n of at least 1. "
            f"Received: {values.dtype} of shape {values.shape}"
        )
    with np.errstate(over="ignore"):  # What is too large becomes infinite.
        values = values.astype(keras.config.floatx())
    if not np.isfinite(values).all():
        raise ValueError("`latents` must be finite. Received: NaN or infinite values")
    return values
