"""An averaged generator in NumPy: the average of the weights of each step, and the statistics that belong to it."""

import keras
import numpy as np
from helpers import IMAGE_SHAPE, LATENT_DIM, small_critic, values_of

from keras_gan import WGAN, WeightClipping
from keras_gan.models.averaging import STATISTICS_BATCH, STATISTICS_LATENTS, STATISTICS_SEED
from keras_gan.networks.layers import FusedBatchNormalization

MOMENTUM = 0.75
EPSILON = 1e-3
BATCH = 8


def averaging_gan(momentum=MOMENTUM, **compile_options):
    """Build a WGAN whose generator has both layers with batch statistics, and whose optimizer averages its weights."""
    gan = _gan()
    averaging = keras.optimizers.Adam(0.05, use_ema=True, ema_momentum=momentum)
    gan.compile(keras.optimizers.RMSprop(1e-3), averaging, **compile_options)
    return gan


def own_averages_gan(policy):
    """Build the same WGAN, which keeps the averages itself."""
    gan = _gan(averaging=policy)
    gan.compile(keras.optimizers.RMSprop(1e-3), keras.optimizers.Adam(0.05))
    return gan


def _gan(**options):
    keras.utils.set_random_seed(3)
    generator = keras.Sequential(
        [
            keras.Input((LATENT_DIM,)),
            keras.layers.Dense(6),
            FusedBatchNormalization(momentum=0.8, epsilon=EPSILON),
            keras.layers.ReLU(),
            keras.layers.Dropout(0.0),
            keras.layers.Dense(48),
            keras.layers.BatchNormalization(momentum=0.9, epsilon=EPSILON),
            keras.layers.Reshape(IMAGE_SHAPE),
            keras.layers.Activation("tanh"),
        ]
    )
    return WGAN(generator, small_critic(), WeightClipping(0.1), 1, seed=1, **options)


class Weights(keras.callbacks.Callback):
    """Keep the generator's weights after each step."""

    def __init__(self):
        super().__init__()
        self.steps = []

    def on_train_batch_end(self, batch, logs=None):
        self.steps.append([np.array(value, "float64") for value in values_of(self.model.generator.trainable_weights)])


def train(gan, images, epochs=1):
    """Train; return the weights after each step."""
    weights = Weights()
    gan.fit(images, batch_size=BATCH, epochs=epochs, shuffle=False, verbose=0, callbacks=[weights])
    return weights.steps


def averages_of(steps, momentum=MOMENTUM):
    """Return the moving averages of weights. Keras begins them with the weights of the first step."""
    averages = steps[0]
    for weights in steps[1:]:
        averages = [momentum * average + (1 - momentum) * weight for average, weight in zip(averages, weights)]
    return averages


def recursion(policy, steps):
    """Return the averages of a policy in float64, from the weights after each step."""
    averages, settings = steps[0], policy.get_config()
    for index, weights in enumerate(steps[1:], 1):
        if "momentum" in settings:
            decay = settings["momentum"]
        else:
            seen = BATCH * index * settings["ramp_up"]
            half_life = min(settings["half_life"], seen) if settings["ramp_up"] else settings["half_life"]
            decay = 0.5 ** (BATCH / half_life)
        averages = [decay * average + (1 - decay) * weight for average, weight in zip(averages, weights)]
    return averages


def check_against_recursion(gan, policy, steps):
    """Compare the averaged generator with the recursion, and with the weights themselves, which differ."""
    expected = recursion(policy, steps)
    # Several roundings of float32 in each step.
    for weight, average in zip(gan.sampling_generator.trainable_weights, expected):
        np.testing.assert_allclose(weight, average, rtol=1e-5, atol=1e-7)
    assert max(np.abs(average - weight).max() for average, weight in zip(expected, steps[-1])) > 0.01
    for value, statistic in zip(moving_statistics(gan.sampling_generator), statistics_of(expected)):
        np.testing.assert_allclose(value, statistic, rtol=1e-4, atol=1e-5)


def latents(count, seed):
    drawn = keras.random.normal((count, LATENT_DIM), seed=keras.random.SeedGenerator(seed))
    return np.asarray(keras.ops.convert_to_numpy(drawn), "float64")


def statistics_of(weights):
    """Return the mean and variance of both layers, over the batches of the fixed latents, which they normalise."""
    kernel, bias, gamma, beta, second_kernel, second_bias, _, _ = weights
    collected = []
    for batch in np.split(latents(STATISTICS_LATENTS, STATISTICS_SEED), STATISTICS_LATENTS // STATISTICS_BATCH):
        first = batch @ kernel + bias
        normal = (first - first.mean(0)) / np.sqrt(first.var(0) + EPSILON)
        second = np.maximum(gamma * normal + beta, 0) @ second_kernel + second_bias
        collected.append((first.mean(0), first.var(0), second.mean(0), second.var(0)))
    return [np.mean(values, axis=0) for values in zip(*collected)]


def images_of(weights, statistics, count, seed):
    """Return the images of weights with given means and variances."""
    kernel, bias, gamma, beta, second_kernel, second_bias, second_gamma, second_beta = weights
    mean, variance, second_mean, second_variance = statistics
    first = gamma * (latents(count, seed) @ kernel + bias - mean) / np.sqrt(variance + EPSILON) + beta
    second = np.maximum(first, 0) @ second_kernel + second_bias
    second = second_gamma * (second - second_mean) / np.sqrt(second_variance + EPSILON) + second_beta
    return np.tanh(second).reshape(count, *IMAGE_SHAPE)


def check_samples(gan, steps):
    """Compare a GAN's samples, averaged and raw, with those of the weights after each step."""
    averages = averages_of(steps)
    expected = images_of(averages, statistics_of(averages), 16, seed=4)
    raw = images_of(steps[-1], [np.asarray(value, "float64") for value in moving_statistics(gan.generator)], 16, seed=4)
    # The averages differ from the weights by more than the tolerance, which is for float32.
    assert np.abs(expected - raw).max() > 0.01
    np.testing.assert_allclose(gan.generate(16, seed=4), expected, atol=2e-5)
    np.testing.assert_allclose(gan.generate(16, seed=4, averaged=False), raw, atol=2e-5)


def moving_statistics(generator):
    layers = [layer for layer in generator.layers if isinstance(layer, keras.layers.BatchNormalization)]
    return values_of([variable for layer in layers for variable in (layer.moving_mean, layer.moving_variance)])
