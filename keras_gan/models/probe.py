"""Probe of a checkpoint's critic: its distance from the optimum, and its Lipschitz constant."""

import dataclasses
from collections.abc import Callable, Iterable

import keras
import numpy as np
from keras import ops

from keras_gan.checks import check_count
from keras_gan.data.images import in_range, to_uint8
from keras_gan.models import autodiff
from keras_gan.models.gan import GAN
from keras_gan.models.sampling import draw_latents
from keras_gan.models.scoring import image_scores
from keras_gan.tensors import Tensor

#: Number of segments between real and generated images, and of points on each segment.
SEGMENTS, POINTS = 64, 16

#: Number of images that are scored at a time.
BATCH = 256


@dataclasses.dataclass(frozen=True)
class CriticProbe:
    """Result of a probe.

    Attributes:
        distance: E[f(real)] − E[f(fake)] of the critic before further training.
        trained_distance: The same after further training of the critic, with the generator frozen.
        updates: Number of critic updates in the further training.
        lipschitz_constant: Largest norm of the critic's gradient on segments between real and generated images, before
            further training. It is a lower bound of the critic's Lipschitz constant.
        mean_norm: Mean of these norms. A gradient penalty draws it to 1.
    """

    distance: float
    trained_distance: float
    updates: int
    lipschitz_constant: float
    mean_norm: float

    @property
    def gap(self) -> float:
        """Increase of the distance by further training, as a share of the distance after it."""
        reached = abs(self.trained_distance)
        return (self.trained_distance - self.distance) / reached if reached > 0 else 0.0


def probe_critic(
    gan: GAN, real: np.ndarray, batches: Iterable[Tensor], updates: int = 100, seed: int = 0
) -> CriticProbe:
    """Freeze the generator, train the critic further, and compare the critic before and after.

    This changes the model's critic and optimizers, so do not continue its training afterwards.

    Args:
        gan: A compiled model, such as one loaded from a checkpoint.
        real: Real images `(count, height, width, channels)`, floats in [−1, 1] or uint8, on which the critic's distance
            is estimated.
        batches: Images that the critic is trained on, in a form that `fit` takes, such as the result of
            `image_batches`.
        updates: Number of critic updates. It is rounded up to whole steps of `n_critic` updates. Defaults to 100.
        seed: Seed of the latents. Defaults to 0.

    Returns:
        The critic's distance before and after further training, and its gradient norms before.

    Raises:
        ValueError: If the model is not compiled, the images do not have its shape or are not finite numbers in
            [−1, 1], `updates` is no integer of at least 1, or `seed` none of at least 0.
    """
    if not isinstance(gan, GAN) or not gan.compiled:
        raise ValueError(f"`gan` must be a compiled GAN. Received: {gan!r}")
    check_count(updates, "updates")
    check_count(seed, "seed", 0)
    real = np.asarray(real)
    to_uint8(real, "`real`")
    if real.shape[1:] != gan.image_shape:
        raise ValueError(f"`real` must be images {gan.image_shape}. Received: {real.shape[1:]}")
    real = in_range(real).astype(np.float32)
    fake = _fakes(gan, len(real), seed)
    before = _distance(gan, real, fake)
    norms = _gradient_norms(gan, real[:SEGMENTS], fake[:SEGMENTS])
    steps = -(-updates // gan.n_critic)
    # A learning rate of zero freezes the generator, and the step is the same as in the original training.
    gan.compile(gan.critic_optimizer, keras.optimizers.SGD(0.0))
    gan.fit(batches, steps_per_epoch=steps, epochs=1, verbose=0)
    return CriticProbe(
        distance=before,
        trained_distance=_distance(gan, real, fake),
        updates=steps * gan.n_critic,
        lipschitz_constant=float(np.max(norms)),
        mean_norm=float(np.mean(norms)),
    )


def _fakes(gan: GAN, count: int, seed: int) -> np.ndarray:
    """Return generated images, normalised by their batch as in training."""
    latents = draw_latents(gan.generator, count, seed)
    with keras.StatelessScope():
        return ops.convert_to_numpy(ops.cast(gan.generator(latents, training=True), "float32"))


def _distance(gan: GAN, real: np.ndarray, fake: np.ndarray) -> float:
    scores = [np.mean(_in_batches(gan.critic, images), dtype=np.float64) for images in (real, fake)]
    return float(scores[0] - scores[1])


def _gradient_norms(gan: GAN, real: np.ndarray, fake: np.ndarray) -> np.ndarray:
    shares = np.linspace(0.0, 1.0, POINTS, dtype=np.float32)[:, None, None, None, None]

    def score(images: Tensor) -> Tensor:
        return image_scores(gan.critic(images))

    points = (fake + shares * (real - fake)).reshape(-1, *real.shape[1:])
    gradients = _in_batches(lambda images: autodiff.input_gradients(score, images), points)
    return np.sqrt(np.sum(np.square(gradients, dtype=np.float64), axis=(1, 2, 3)))


def _in_batches(function: Callable[[Tensor], Tensor], images: np.ndarray) -> np.ndarray:
    starts = range(0, len(images), BATCH)
    batches = (function(ops.convert_to_tensor(images[start : start + BATCH])) for start in starts)
    return np.concatenate([ops.convert_to_numpy(ops.cast(batch, "float32")) for batch in batches])
