"""A training step against closed forms: linear networks, whose gradients are known, in NumPy float64."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_gan import WGAN, GradientPenalty, WeightClipping

IMAGE_SHAPE = (2, 2, 1)
PIXELS = 4
LATENTS = 3
BATCH = 8
LEARNING_RATE = 1e-2
RHO, EPSILON = 0.9, 1e-7

COMPILATIONS = {"eager": {"run_eagerly": True}, "graph": {"jit_compile": False}, "xla": {"jit_compile": True}}


def linear_gan(lipschitz, n_critic, compile_options):
    keras.utils.set_random_seed(3)
    initializer = keras.initializers.RandomNormal(stddev=0.5)
    generator = keras.Sequential(
        [
            keras.Input((LATENTS,)),
            keras.layers.Dense(PIXELS, kernel_initializer=initializer),
            keras.layers.Reshape(IMAGE_SHAPE),
        ]
    )
    critic = keras.Sequential(
        [keras.Input(IMAGE_SHAPE), keras.layers.Flatten(), keras.layers.Dense(1, kernel_initializer=initializer)]
    )
    gan = WGAN(generator, critic, lipschitz, n_critic, seed=5)
    gan.compile(
        critic_optimizer=keras.optimizers.RMSprop(LEARNING_RATE, rho=RHO, epsilon=EPSILON),
        generator_optimizer=keras.optimizers.RMSprop(LEARNING_RATE, rho=RHO, epsilon=EPSILON),
        **compile_options,
    )
    return gan


class RMSprop:
    def __init__(self):
        self.velocity = 0.0

    def step(self, weight, gradient):
        self.velocity = RHO * self.velocity + (1 - RHO) * gradient**2
        return weight - LEARNING_RATE * gradient / np.sqrt(self.velocity + EPSILON)


class Expected:
    """The same training in NumPy: f(x) = w·x + b and G(z) = zA + c.

    The noise alone is TensorFlow's, drawn as the step draws it: XLA's generator makes other numbers of the same seed.
    """

    def __init__(self, gan):
        self.noise = keras.random.SeedGenerator(5)
        self.latents = tf.function(
            lambda: keras.random.normal((BATCH, LATENTS), seed=self.noise), jit_compile=gan.jit_compile
        )
        doubles = [keras.ops.convert_to_numpy(weight).astype("float64") for weight in gan.trainable_weights]
        self.a, self.c, self.w, self.b = doubles
        self.w = self.w[:, 0]
        self.policy = gan.lipschitz
        # The training guide's D is ½(R + F), the tuning guide's R + F + λ·GP.
        self.scale = 0.5 if isinstance(gan.lipschitz, WeightClipping) else 1.0
        self.n_critic = gan.n_critic
        self.optimizers = {name: RMSprop() for name in "acw"}

    def step(self, images):
        for real in images.reshape(self.n_critic, BATCH, PIXELS).astype("float64"):
            values = self.critic_update(real, np.asarray(self.latents(), "float64") @ self.a + self.c)
        return {**values, **self.generator_update(np.asarray(self.latents(), "float64"))}

    def critic_update(self, real, fake):
        real_loss, fake_loss = -(real @ self.w + self.b).mean(), (fake @ self.w + self.b).mean()
        gradient = self.scale * (fake.mean(0) - real.mean(0))
        penalty = 0.0
        if isinstance(self.policy, GradientPenalty):
            self.noise.next()  # For the interpolates, which a linear critic's gradient ignores.
            norm = np.linalg.norm(self.w)
            penalty = (norm - 1) ** 2
            gradient = gradient + self.policy.weight * 2 * (norm - 1) * self.w / norm
        self.w = self.optimizers["w"].step(self.w, gradient)
        if isinstance(self.policy, WeightClipping):
            self.w = self.w.clip(-self.policy.threshold, self.policy.threshold)
            self.b = self.b.clip(-self.policy.threshold, self.policy.threshold)
        return {
            "d_loss": self.scale * (real_loss + fake_loss) + self.policy.weight * penalty,
            "d_loss_real": real_loss,
            "d_loss_fake": fake_loss,
            "gradient_penalty": penalty,
            "wasserstein_distance": -(real_loss + fake_loss),
            "critic_gradient_norm": np.linalg.norm(gradient),
        }

    def generator_update(self, latents):
        loss = -((latents @ self.a + self.c) @ self.w + self.b).mean()
        gradients = -np.outer(latents.mean(0), self.w), -self.w
        self.a = self.optimizers["a"].step(self.a, gradients[0])
        self.c = self.optimizers["c"].step(self.c, gradients[1])
        norm = np.sqrt(sum((gradient**2).sum() for gradient in gradients))
        return {"g_loss": loss, "generator_gradient_norm": norm}


@pytest.mark.parametrize("compilation", COMPILATIONS)
@pytest.mark.parametrize("lipschitz", [WeightClipping(0.3), GradientPenalty(10.0)], ids=["clipping", "penalty"])
@pytest.mark.parametrize("n_critic", [1, 3])
def test_step_matches_closed_form(lipschitz, n_critic, compilation):
    images = np.random.default_rng(2).uniform(-1, 1, (n_critic * BATCH, *IMAGE_SHAPE)).astype("float32")
    gan = linear_gan(lipschitz, n_critic, COMPILATIONS[compilation])
    expected = Expected(gan)
    history = gan.fit(images, batch_size=len(images), shuffle=False, epochs=4, verbose=0).history
    for epoch in range(4):
        for key, value in expected.step(images).items():
            # Float32 steps against float64 ones; RMSprop divides rounding errors by small gradients.
            np.testing.assert_allclose(
                history[key][epoch], value, rtol=2e-3, atol=2e-6, err_msg=f"{key}, epoch {epoch}"
            )
    for weight, value in zip(gan.trainable_weights, (expected.a, expected.c, expected.w[:, None], expected.b)):
        np.testing.assert_allclose(weight, value, rtol=1e-3, atol=1e-5)


def test_weight_statistics_and_clip_ratio_match_numpy():
    images = np.random.default_rng(2).uniform(-1, 1, (3 * BATCH, *IMAGE_SHAPE)).astype("float32")
    gan = linear_gan(WeightClipping(0.3), 3, {})
    history = gan.fit(images, batch_size=len(images), epochs=2, verbose=0).history
    for name, network in (("critic", gan.critic), ("generator", gan.generator)):
        flat = np.concatenate([np.ravel(weight) for weight in network.trainable_weights]).astype("float64")
        np.testing.assert_allclose(history[f"{name}_weight_mean"][-1], flat.mean(), rtol=1e-5, atol=1e-8)
        np.testing.assert_allclose(history[f"{name}_weight_std"][-1], flat.std(), rtol=1e-5)
    flat = np.concatenate([np.ravel(weight) for weight in gan.critic.trainable_weights])
    share = np.mean(np.abs(flat) == np.float32(0.3))
    assert 0 < share < 1
    np.testing.assert_allclose(history["clip_ratio"][-1], share, rtol=1e-6)


def test_learning_rate_is_the_one_applied():
    gan = linear_gan(WeightClipping(0.3), 2, {})
    halving = keras.optimizers.schedules.ExponentialDecay(0.1, decay_steps=1, decay_rate=0.5)
    gan.compile(critic_optimizer=keras.optimizers.RMSprop(halving), generator_optimizer=keras.optimizers.RMSprop(0.2))
    images = np.zeros((2 * BATCH, *IMAGE_SHAPE), "float32")
    history = gan.fit(images, batch_size=len(images), epochs=2, verbose=0).history
    # Two critic updates a step, each of which halves the rate: the second's is reported.
    np.testing.assert_allclose(history["critic_learning_rate"], [0.05, 0.0125], rtol=1e-6)
    np.testing.assert_allclose(history["generator_learning_rate"], [0.2, 0.2], rtol=1e-6)


def test_scaled_loss_changes_neither_norm_nor_weights():
    images = np.random.default_rng(2).uniform(-1, 1, (BATCH, *IMAGE_SHAPE)).astype("float32")
    results = []
    for factor in (None, 1024.0):
        gan = linear_gan(WeightClipping(0.3), 1, {})
        optimizers = [keras.optimizers.RMSprop(LEARNING_RATE, loss_scale_factor=factor) for _ in range(2)]
        gan.compile(critic_optimizer=optimizers[0], generator_optimizer=optimizers[1])
        history = gan.fit(images, batch_size=BATCH, epochs=1, verbose=0).history
        weights = [np.asarray(weight) for weight in gan.trainable_weights]
        results.append((history["critic_gradient_norm"], history["generator_gradient_norm"], *weights))
    for plain, scaled in zip(*results):
        # A power of two changes no digit.
        np.testing.assert_array_equal(plain, scaled)
