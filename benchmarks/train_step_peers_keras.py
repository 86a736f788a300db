"""The training step as others do it in Keras: keras.io's recipe of a custom `train_step`, and the reference loop.

Both have plain networks: upsampling layers before convolutions, whatever this package's own are made of.
"""

import keras
import numpy as np
import tensorflow as tf
from keras import ops
from train_step_cost import block_of, step_images
from train_step_networks import build_optimizer, fit_block, image_feed, plain_critic, plain_generator

# --- keras.io's recipe ----------------------------------------------------------------------------------------------


class RecipeGan(keras.Model):
    """A GAN with a custom `train_step`, after keras.io's "WGAN-GP overriding `Model.train_step`".

    As there: a loop in Python, a tape for each update, one call of the critic for fakes and one for reals, the fakes
    made under the critic's tape, and two losses reported. Otherwise than there: each critic update has reals of its
    own, the penalty mixes uniformly, and clipping can stand in for the penalty.
    """

    def __init__(self, config):
        super().__init__()
        self.generator = plain_generator(config)
        self.critic = plain_critic(config)
        self.latent_dim = config.latent_dim
        self.penalty_weight = config.gradient_penalty
        self.clip_threshold = config.clip_threshold

    def compile(self, critic_optimizer, generator_optimizer):
        super().compile()
        self.critic_optimizer = critic_optimizer
        self.generator_optimizer = generator_optimizer

    def gradient_penalty(self, real, fake):
        """Return the penalty of the critic's gradient between reals and fakes."""
        mixing = tf.random.uniform((tf.shape(real)[0], 1, 1, 1))
        mixed = fake + mixing * (real - fake)
        with tf.GradientTape() as tape:
            tape.watch(mixed)
            scores = self.critic(mixed, training=True)
        norms = tf.sqrt(tf.reduce_sum(tf.square(tape.gradient(scores, mixed)), axis=[1, 2, 3]) + 1e-12)
        return tf.reduce_mean((norms - 1.0) ** 2)

    def critic_update(self, real):
        """Update the critic; return its loss."""
        latents = tf.random.normal((tf.shape(real)[0], self.latent_dim))
        with tf.GradientTape() as tape:
            fake = self.generator(latents, training=True)
            fake_scores = self.critic(fake, training=True)
            real_scores = self.critic(real, training=True)
            loss = tf.reduce_mean(fake_scores) - tf.reduce_mean(real_scores)
            if self.penalty_weight is not None:
                loss += self.penalty_weight * self.gradient_penalty(real, fake)
        weights = self.critic.trainable_variables
        self.critic_optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights))
        if self.clip_threshold is not None:
            for weight in weights:
                weight.assign(tf.clip_by_value(weight, -self.clip_threshold, self.clip_threshold))
        return loss

    def train_step(self, images):
        images = tf.cast(images, tf.float32) / 127.5 - 1.0
        for real in tf.unstack(images, axis=1):
            critic_loss = self.critic_update(real)
        latents = tf.random.normal((tf.shape(real)[0], self.latent_dim))
        with tf.GradientTape() as tape:
            loss = -tf.reduce_mean(self.critic(self.generator(latents, training=True), training=True))
        weights = self.generator.trainable_variables
        self.generator_optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights))
        return {"d_loss": critic_loss, "g_loss": loss}


def prepare_recipe(config):
    """Return a function that takes a number of the recipe's steps by `fit` and returns their times."""
    gan = RecipeGan(config)
    gan.compile(
        build_optimizer(config, config.critic_learning_rate), build_optimizer(config, config.generator_learning_rate)
    )
    return fit_block(gan, image_feed(config).stream())


# --- the reference loop ---------------------------------------------------------------------------------------------


def wasserstein(y_true, y_pred):
    """Return the loss of labels 1 and −1."""
    return -ops.mean(y_true * y_pred)


class ReferenceLoop:
    """The loop of the training guide's runs, with what it does by way of the host, and what it does in vain.

    Fakes by `predict`, reals and fakes in a `train_on_batch` each, weights clipped and described in NumPy. The
    critic is not trainable when the combined model is compiled, and is after; Keras 3 updates it with the generator
    all the same.
    """

    def __init__(self, config):
        self.config = config
        self.generator, self.critic = plain_generator(config), plain_critic(config)
        self.critic.compile(build_optimizer(config, config.critic_learning_rate), wasserstein)
        self.critic.trainable = False
        self.combined = keras.Model(self.generator.input, self.critic(self.generator.output))
        self.combined.compile(build_optimizer(config, config.generator_learning_rate), wasserstein)
        self.critic.trainable = True

    def latents(self):
        """Draw latents."""
        return np.random.normal(0, 1, (self.config.batch_size, self.config.latent_dim))

    def critic_update(self, real):
        """Update the critic; return its loss, that of reals and that of fakes."""
        valid = np.ones((len(real), 1), "float32")
        fake = self.generator.predict(self.latents(), verbose=0)
        real_loss = self.critic.train_on_batch(real, valid)
        fake_loss = self.critic.train_on_batch(fake, -valid)
        threshold = self.config.clip_threshold
        for layer in self.critic.layers:
            layer.set_weights([np.clip(weight, -threshold, threshold) for weight in layer.get_weights()])
        return 0.5 * (real_loss + fake_loss), real_loss, fake_loss

    def step(self, batches):
        """Take the critic updates, then the generator update; return what the guide's log shows."""
        for real in batches:
            losses = self.critic_update(real)
        g_loss = self.combined.train_on_batch(self.latents(), np.ones((self.config.batch_size, 1), "float32"))
        critic, generator = (
            np.concatenate([weight.ravel() for weight in network.get_weights()])
            for network in (self.critic, self.generator)
        )
        clip_ratio = np.mean(np.abs(critic) >= self.config.clip_threshold)
        return *losses, g_loss, np.mean(critic), np.std(critic), np.mean(generator), np.std(generator), clip_ratio


def prepare_reference(config):
    """Return a function that takes a number of the reference loop's steps and returns their times."""
    loop = ReferenceLoop(config)
    batches = np.split(step_images(config), config.n_critic)
    return block_of(lambda: loop.step(batches))
