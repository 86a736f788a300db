"""Images from a generator, drawn without changing the state of training."""

import keras
import numpy as np
from keras import ops

from keras_gan.checks import check_count
from keras_gan.models.shapes import latent_shape
from keras_gan.tensors import Tensor


def generate(generator: keras.Model, n: int, seed: int | None = None, batch_size: int = 256) -> np.ndarray:
    """Generate images.

    Args:
        generator: Built `keras.Model` from latents `(batch, ...)` to images `(batch, height, width, channels)`.
        n: Number of images, at least 1.
        seed: Integer seed of the latents. Defaults to None, which gives different images at every call.
        batch_size: Number of images that are generated at a time. Defaults to 256.

    Returns:
        Images `(n, height, width, channels)`, float32, in the generator's range.

    Raises:
        ValueError: If `n` or `batch_size` is no integer of at least 1, or `seed` none of at least 0.
    """
    if seed is not None:
        check_count(seed, "seed", 0)
    for name, value in (("n", n), ("batch_size", batch_size)):
        check_count(value, name)
    latents = draw_latents(generator, n, seed)
    batches = [generator(latents[start : start + batch_size], training=False) for start in range(0, n, batch_size)]
    return np.concatenate([ops.convert_to_numpy(ops.cast(batch, "float32")) for batch in batches])


def draw_latents(generator: keras.Model, n: int, seed: int | None = None) -> Tensor:
    """Draw latents of a generator from the normal distribution.

    Args:
        generator: Built `keras.Model` from latents `(batch, ...)`.
        n: Number of latents.
        seed: Integer seed. Defaults to None, which gives different latents at every call.

    Returns:
        Latents `(n, ...)`.
    """
    return keras.random.normal((n, *latent_shape(generator)), seed=keras.random.SeedGenerator(seed))
