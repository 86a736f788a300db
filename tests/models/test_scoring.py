import keras
import numpy as np
import pytest
from helpers import IMAGE_SHAPE, small_critic

from keras_gan import convolutional_critic
from keras_gan.models.scoring import score_apart, score_together, scores_each_alone


class Doubled(keras.layers.Layer):
    def call(self, inputs):
        return 2.0 * inputs


def critic_with_an_operation():
    images = keras.Input(IMAGE_SHAPE)
    centred = images - keras.ops.mean(images, axis=0, keepdims=True)
    return keras.Model(images, small_critic()(centred))


def nested_critic(critic):
    images = keras.Input(IMAGE_SHAPE)
    return keras.Model(images, critic(images))


class Centred(keras.Sequential):
    def call(self, inputs, training=None, mask=None):
        return super().call(inputs - keras.ops.mean(inputs, axis=0, keepdims=True), training=training)


def centred(x):
    return x - keras.ops.mean(x, axis=0, keepdims=True)


CRITICS = {
    "ours": (convolutional_critic, True),
    "sequential": (small_critic, True),
    "LayerNormalization": (lambda: small_critic(keras.layers.LayerNormalization()), True),
    "Dropout": (lambda: small_critic(keras.layers.Dropout(0.3)), True),
    "nested": (lambda: nested_critic(small_critic()), True),
    "BatchNormalization": (lambda: small_critic(keras.layers.BatchNormalization()), False),
    "nested BatchNormalization": (lambda: nested_critic(small_critic(keras.layers.BatchNormalization())), False),
    "wrapped BatchNormalization": (
        lambda: small_critic(keras.layers.TimeDistributed(keras.layers.BatchNormalization())),
        False,
    ),
    "no moving statistics": (
        lambda: small_critic(keras.layers.Lambda(lambda x: x - keras.ops.mean(x, axis=0), output_shape=(2, 2, 8))),
        False,
    ),
    # Each pass takes a step of its power iteration.
    "SpectralNormalization": (
        lambda: small_critic(keras.layers.SpectralNormalization(keras.layers.Conv2D(8, 1))),
        False,
    ),
    "a layer of the user's": (lambda: small_critic(Doubled()), False),
    "a wrapped layer of the user's": (lambda: small_critic(keras.layers.TimeDistributed(Doubled())), False),
    "a model of the user's": (lambda: Centred(small_critic().layers), False),
    "a function of the user's": (lambda: small_critic(keras.layers.Activation(centred)), False),
    "a layer with a function of the user's": (lambda: small_critic(keras.layers.Dense(3, centred)), False),
    "a layer that is an activation": (
        lambda: small_critic(keras.layers.Activation(keras.layers.BatchNormalization())),
        False,
    ),
    "noise of a shape of its own": (lambda: small_critic(keras.layers.Dropout(0.3, noise_shape=(8, 1, 1, 8))), False),
    "a softmax over the batch": (lambda: small_critic(keras.layers.Softmax(axis=0)), False),
    "a loss of activities": (lambda: small_critic(keras.layers.Dense(3, activity_regularizer="l2")), False),
    "an operation": (critic_with_an_operation, False),
}


@pytest.mark.parametrize("name", CRITICS)
def test_only_critics_known_to_score_each_image_alone_score_together(name):
    build, is_alone = CRITICS[name]
    assert scores_each_alone(build()) is is_alone


@pytest.mark.parametrize("shape", [(8, *IMAGE_SHAPE), (3, *IMAGE_SHAPE)], ids=str)
def test_scores_and_gradients_are_those_of_two_passes(shape):
    import tensorflow as tf

    keras.utils.set_random_seed(4)
    critic = small_critic(keras.layers.LayerNormalization())
    real, fake = np.random.default_rng(5).uniform(-1, 1, (2, *shape)).astype("float32")
    results = []
    for score in (score_together, score_apart):
        with tf.GradientTape() as tape:
            scores = score(critic, real, fake)
            loss = tf.reduce_sum(scores[0] ** 2) - 3.0 * tf.reduce_sum(scores[1])
        results.append([*scores[:2], *tape.gradient(loss, critic.trainable_weights)])
    for together, apart in zip(*results):
        assert together.shape == apart.shape
        # Sums over a batch of twice the size, in another order.
        np.testing.assert_allclose(together, apart, rtol=1e-5, atol=1e-5)


def test_activity_losses_count_once_for_each_pass_and_weight_losses_once():
    """F16."""
    activity, weight = keras.regularizers.L2(0.7), keras.regularizers.L2(0.3)
    critic = small_critic(keras.layers.Dense(3, kernel_regularizer=weight, activity_regularizer=activity))
    real, fake = np.random.default_rng(5).uniform(-1, 1, (2, 4, *IMAGE_SHAPE)).astype("float32")
    losses = []
    for images in (real, fake):
        critic(images, training=True)
        losses.append([float(loss) for loss in critic.losses])
    (of_reals, of_weights), (of_fakes, _) = losses
    assert of_reals != of_fakes
    *_, regularisation = score_apart(critic, real, fake)
    np.testing.assert_allclose(regularisation, of_reals + of_fakes + of_weights, rtol=1e-6)
