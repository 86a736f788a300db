"""A training step in closed form: linear networks, whose gradients are known, in NumPy float64."""

import keras
import numpy as np

from keras_gan import WGAN, GradientPenalty, WeightClipping

IMAGE_SHAPE = (2, 2, 1)
PIXELS = 4
LATENTS = 3
BATCH = 8
LEARNING_RATE = 1e-2
RHO, EPSILON = 0.9, 1e-7


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


def latents_function(noise, jit_compile):
    def draw():
        return keras.random.normal((BATCH, LATENTS), seed=noise)

    if keras.backend.backend() != "tensorflow":
        return draw
    import tensorflow as tf

    # XLA's generator makes other numbers of the same seed.
    return tf.function(draw, jit_compile=jit_compile)


class Expected:
    """The same training in NumPy: f(x) = w·x + b and G(z) = zA + c.

    The noise alone is the backend's, drawn as the step draws it.
    """

    def __init__(self, gan):
        self.noise = keras.random.SeedGenerator(5)
        self.latents = latents_function(self.noise, gan.jit_compile)
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


def random_images(n_critic):
    return np.random.default_rng(2).uniform(-1, 1, (n_critic * BATCH, *IMAGE_SHAPE)).astype("float32")


def check_training(gan, epochs=4):
    """Train a linear GAN, and compare each epoch's values and the weights with those of the closed form."""
    images = random_images(gan.n_critic)
    expected = Expected(gan)
    history = gan.fit(images, batch_size=len(images), shuffle=False, epochs=epochs, verbose=0).history
    for epoch in range(epochs):
        for key, value in expected.step(images).items():
            # Float32 steps against float64 ones; RMSprop divides rounding errors by small gradients.
            np.testing.assert_allclose(
                history[key][epoch], value, rtol=2e-3, atol=2e-6, err_msg=f"{key}, epoch {epoch}"
            )
    for weight, value in zip(gan.trainable_weights, (expected.a, expected.c, expected.w[:, None], expected.b)):
        np.testing.assert_allclose(weight, value, rtol=1e-3, atol=1e-5)
