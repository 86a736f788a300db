"""What only the networks of a checkpoint can tell: whether the critic was near its optimum, and how Lipschitz it is."""

import dataclasses
from collections.abc import Callable, Iterable

import keras
import numpy as np
from keras import ops

from keras_gan.models import autodiff
from keras_gan.models.gan import GAN
from keras_gan.tensors import Tensor

#: Segments between reals and fakes, and points on each.
SEGMENTS, POINTS = 64, 16

#: Images scored at a time.
BATCH = 256


@dataclasses.dataclass(frozen=True)
class CriticProbe:
    """What a probe has found.

    Attributes:
        distance: E[f(real)] − E[f(fake)] of the critic as it was.
        trained_distance: The same after it was trained on against a generator that stood still.
        updates: Critic updates that this took.
        lipschitz_constant: Largest norm of the critic's gradient on segments between reals and fakes, before: a lower
            bound of its Lipschitz constant.
        mean_norm: Mean of these norms, which a gradient penalty draws to 1.
    """

    distance: float
    trained_distance: float
    updates: int
    lipschitz_constant: float
    mean_norm: float

    @property
    def gap(self) -> float:
        """What further training has added to the distance, as a share of the distance that it reached."""
        reached = abs(self.trained_distance)
        return (self.trained_distance - self.distance) / reached if reached > 0 else 0.0


def probe_critic(
    gan: GAN, real: np.ndarray, batches: Iterable[Tensor], updates: int = 100, seed: int = 0
) -> CriticProbe:
    """Freeze the generator, train the critic on, and compare. The model is only good for this afterwards.

    Args:
        gan: A compiled model, such as one loaded from a checkpoint.
        real: Real images `(count, height, width, channels)` in [−1, 1] that the critic's distance is estimated on.
        batches: What the critic is trained on, as `fit` takes it: such as `image_batches` returns.
        updates: Critic updates, rounded up to whole steps of `n_critic`. Defaults to 100.
        seed: Seed of latents. Defaults to 0.

    Returns:
        The critic's distance before and after, and its steepness before.

    Raises:
        ValueError: If the images are not of the model's shape, or `updates` is less than 1.
    """
    if updates < 1:
        raise ValueError(f"`updates` must be at least 1. Received: updates={updates}")
    if real.shape[1:] != gan.generator.output_shape[1:]:
        raise ValueError(f"`real` must be images {gan.generator.output_shape[1:]}. Received: {real.shape[1:]}")
    real = real.astype(np.float32)
    fake = _fakes(gan, len(real), seed)
    before = _distance(gan, real, fake)
    norms = _gradient_norms(gan, real[:SEGMENTS], fake[:SEGMENTS])
    steps = -(-updates // gan.n_critic)
    # A rate of zero leaves the generator as it is, and the step the one that was trained with.
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
    """Return fakes as the critic has met them: normalised by their batch."""
    latents = keras.random.normal((count, *gan.generator.input_shape[1:]), seed=keras.random.SeedGenerator(seed))
    with keras.StatelessScope():
        return ops.convert_to_numpy(ops.cast(gan.generator(latents, training=True), "float32"))


def _distance(gan: GAN, real: np.ndarray, fake: np.ndarray) -> float:
    scores = [np.mean(_in_batches(gan.critic, images), dtype=np.float64) for images in (real, fake)]
    return float(scores[0] - scores[1])


def _gradient_norms(gan: GAN, real: np.ndarray, fake: np.ndarray) -> np.ndarray:
    shares = np.linspace(0.0, 1.0, POINTS, dtype=np.float32)[:, None, None, None, None]
    points = (fake + shares * (real - fake)).reshape(-1, *real.shape[1:])
    gradients = _in_batches(lambda images: autodiff.input_gradients(gan.critic, images), points)
    return np.sqrt(np.sum(np.square(gradients, dtype=np.float64), axis=(1, 2, 3)))


def _in_batches(function: Callable[[Tensor], Tensor], images: np.ndarray) -> np.ndarray:
    starts = range(0, len(images), BATCH)
    batches = (function(ops.convert_to_tensor(images[start : start + BATCH])) for start in starts)
    return np.concatenate([ops.convert_to_numpy(ops.cast(batch, "float32")) for batch in batches])
