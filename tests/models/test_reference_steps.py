"""Three steps against an independent implementation in JAX's float64, with the same random numbers."""

import keras
import numpy as np
import pytest

from keras_gan import GAN, DiffAugment, losses
from keras_gan.models import R1, R2, Combined, SpectralNormalization

jax = pytest.importorskip("jax")
pytestmark = pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="compares with JAX")

LATENT, HIDDEN, BATCH, N_CRITIC, RATE, GAMMA, SEED = 4, 4, 8, 2, 0.05, 0.7, 5
IMAGES = np.random.default_rng(0).integers(0, 256, (3 * N_CRITIC * BATCH, 4, 4, 3), dtype=np.uint8)
REALS = (IMAGES / 127.5 - 1).reshape(3, N_CRITIC, BATCH, 4, 4, 3)


class Drawn:
    """The random numbers of a model's training, in their order."""

    def __init__(self):
        self.seed = keras.random.SeedGenerator(SEED)

    def latents(self):
        return np.asarray(keras.random.normal((BATCH, LATENT), seed=self.seed), "float64")

    def numbers(self):
        return np.asarray(keras.random.uniform((BATCH, 5), dtype="float32", seed=self.seed), "float64")


def generated(weights, latents):
    kernel, bias = weights
    return jax.numpy.tanh(latents @ kernel + bias).reshape(-1, 4, 4, 3)


def scored(weights, images):
    first, first_bias, second, second_bias = weights
    hidden = jax.numpy.tanh(images.reshape(len(images), -1) @ first + first_bias)
    return (hidden @ second + second_bias)[:, 0]


def normalised(weights):
    """Divide both kernels by their largest singular values."""
    first, first_bias, second, second_bias = weights
    values = [jax.numpy.linalg.svd(kernel, compute_uv=False)[0] for kernel in (first, second)]
    return first / values[0], first_bias, second / values[1], second_bias


def augmented(images, numbers):
    """Change colours and move images by at most a pixel, one after the other as in the paper."""
    brightness, saturation, contrast = (numbers[:, index, None, None, None] for index in range(3))
    images = images + (brightness - 0.5)
    grey = images.mean(axis=3, keepdims=True)
    images = (images - grey) * (2 * saturation) + grey
    mean = images.mean(axis=(1, 2, 3), keepdims=True)
    images = (images - mean) * (contrast + 0.5) + mean
    moved = []
    for image, (right, down) in zip(images, np.floor(3 * numbers[:, 3:]).astype(int) - 1):
        padded = jax.numpy.pad(image, ((1, 1), (1, 1), (0, 0)))
        moved.append(padded[1 - down : 5 - down, 1 - right : 5 - right])
    return jax.numpy.stack(moved)


def descended(loss, weights):
    return [weight - RATE * gradient for weight, gradient in zip(weights, jax.grad(loss)(weights))]


def pairing_step(critic, generator, reals, drawn):
    """Relativistic pairing with R1 and R2 through DiffAugment."""
    softplus = jax.nn.softplus
    for real in reals:
        fake = generated(generator, drawn.latents())
        numbers = [drawn.numbers() for _ in range(4)]

        def loss(weights, real=real, fake=fake, numbers=numbers):
            leads = scored(weights, augmented(real, numbers[0])) - scored(weights, augmented(fake, numbers[1]))
            penalties = 0.0
            for images, own in ((real, numbers[2]), (fake, numbers[3])):
                slopes = jax.grad(lambda x, own=own: scored(weights, augmented(x, own)).sum())(images)
                penalties += 0.5 * (slopes**2).sum(axis=(1, 2, 3)).mean()
            return softplus(-leads).mean() + GAMMA * penalties

        critic = descended(loss, critic)
    latents, of_fakes, of_reals = drawn.latents(), drawn.numbers(), drawn.numbers()
    real_scores = scored(critic, augmented(reals[-1], of_reals))

    def generator_loss(weights):
        return softplus(real_scores - scored(critic, augmented(generated(weights, latents), of_fakes))).mean()

    return critic, descended(generator_loss, generator)


def hinge_step(critic, generator, reals, drawn):
    """Hinge with a critic whose kernels are divided by their largest singular values."""
    relu = jax.nn.relu
    for real in reals:
        fake = generated(generator, drawn.latents())

        def loss(weights, real=real, fake=fake):
            own = normalised(weights)
            return relu(1 - scored(own, real)).mean() + relu(1 + scored(own, fake)).mean()

        critic = descended(loss, critic)
    latents = drawn.latents()
    return critic, descended(lambda w: -scored(normalised(critic), generated(w, latents)).mean(), generator)


CASES = {
    "pairing": (pairing_step, losses.RelativisticPairing, lambda: Combined([R1(GAMMA), R2(GAMMA)]), DiffAugment),
    # With four outputs at most, the layer's space of four vectors is whole: its singular values are exact.
    "hinge": (hinge_step, losses.Hinge, SpectralNormalization, lambda policy: None),
}


@pytest.mark.parametrize("is_eager", [pytest.param(True, marks=pytest.mark.long), False])
@pytest.mark.parametrize("name", CASES)
def test_three_steps_are_those_of_the_formulas(name, is_eager):
    keras.utils.set_random_seed(1)
    step, loss, policy, augmentation = CASES[name]
    parts = [keras.Input((LATENT,)), keras.layers.Dense(48, "tanh"), keras.layers.Reshape((4, 4, 3))]
    head = [keras.layers.Flatten(), keras.layers.Dense(HIDDEN, "tanh"), keras.layers.Dense(1)]
    networks = keras.Sequential(parts), keras.Sequential([keras.Input((4, 4, 3)), *head])
    gan = GAN(*networks, loss(), policy(), N_CRITIC, seed=SEED, augmentation=augmentation("color,translation"))
    gan.compile(keras.optimizers.SGD(RATE), keras.optimizers.SGD(RATE), run_eagerly=is_eager)
    start = [[np.asarray(w, "float64") for w in part.trainable_weights] for part in (gan.critic, gan.generator)]
    gan.fit(IMAGES, batch_size=BATCH, shuffle=False, epochs=1, verbose=0)
    drawn = Drawn()
    with jax.enable_x64(True):
        critic, generator = start
        for reals in REALS:
            critic, generator = step(critic, generator, reals, drawn)
        critic, generator = ([np.asarray(weight) for weight in part] for part in (critic, generator))
    assert all(weight.dtype == "float64" for weight in (*critic, *generator))
    for part, expected, before in ((gan.critic, critic, start[0]), (gan.generator, generator, start[1])):
        for weight, wanted, old in zip(part.trainable_weights, expected, before, strict=True):
            # The change itself: float32 over six updates of the critic.
            np.testing.assert_allclose(weight - old, wanted - old, rtol=2e-3, atol=2e-6, err_msg=weight.path)
            # The critic's last bias raises all scores alike, which changes neither loss.
            assert np.abs(wanted - old).max() > 1e-4 or weight.shape == (1,)
