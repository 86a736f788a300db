"""The presets' networks of plain Keras layers, and blocks of `fit`, whatever the backend."""

import time

import keras
from keras import layers
from train_step_cost import intervals, random_images

from keras_gan import image_batches


def kernel_initializer():
    """Return a fresh N(0, 0.02²) initializer, one a layer."""
    return keras.initializers.RandomNormal(stddev=0.02)


def convolution(x, filters, size, strides=1):
    """Apply a same-padded convolution."""
    return layers.Conv2D(filters, size, strides, "same", kernel_initializer=kernel_initializer())(x)


def normalised_activation(x, momentum):
    """Apply BatchNormalization, then LeakyReLU."""
    return layers.LeakyReLU(negative_slope=0.2)(layers.BatchNormalization(momentum=momentum)(x))


def plain_generator(config) -> keras.Model:
    """Return the presets' generator of plain layers."""
    *hidden, channels = config.generator_filters
    first, size, momentum = config.generator_filters[0], config.generator_kernel_size, config.batch_norm_momentum
    latents = keras.Input((config.latent_dim,))
    x = layers.Dense(4 * 4 * first, kernel_initializer=kernel_initializer())(latents)
    x = layers.Reshape((4, 4, first))(normalised_activation(x, momentum))
    for filters in hidden:
        x = normalised_activation(convolution(layers.UpSampling2D()(x), filters, size), momentum)
    return keras.Model(latents, layers.Activation("tanh")(convolution(x, channels, size)))


def plain_critic(config) -> keras.Model:
    """Return the presets' critic of plain layers."""
    side = 4 * 2 ** (len(config.generator_filters) - 1)
    x = images = keras.Input((side, side, config.generator_filters[-1]))
    for filters, strides in zip(config.critic_filters, config.critic_strides):
        x = layers.LeakyReLU(negative_slope=0.2)(convolution(x, filters, config.critic_kernel_size, strides))
    return keras.Model(images, layers.Dense(1, kernel_initializer=kernel_initializer())(layers.Flatten()(x)))


def build_optimizer(config, learning_rate):
    """Return a network's optimizer."""
    if config.optimizer == "adam":
        return keras.optimizers.Adam(learning_rate, beta_1=config.beta_1, beta_2=config.beta_2)
    return keras.optimizers.RMSprop(learning_rate, rho=config.beta_2)


class Stopwatch(keras.callbacks.Callback):
    """Note when each epoch has ended."""

    def on_train_begin(self, logs=None):
        self.moments = []

    def on_epoch_end(self, epoch, logs=None):
        self.moments.append(time.perf_counter())


def image_feed(config):
    """Return a feed of random images."""
    return image_batches(random_images(config), config.batch_size, config.n_critic)


def fit_block(model, batches, make_callbacks=list):
    """Return a function that takes a number of steps by `fit`, an epoch each, and returns their times.

    Args:
        model: What to fit.
        batches: What it is fitted on, endless.
        make_callbacks: Returns the callbacks of a block. Defaults to `list`, none.
    """

    def block(count):
        stopwatch = Stopwatch()
        callbacks = [*make_callbacks(), stopwatch]
        # Keras cannot shuffle a `tf.data.Dataset`, and warns unless told not to.
        model.fit(batches, steps_per_epoch=1, epochs=count + 1, verbose=0, callbacks=callbacks, shuffle=False)
        return intervals(stopwatch.moments)

    return block
