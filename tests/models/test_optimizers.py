"""F25: optimizers and the weights that they train."""

import keras
import numpy as np
import pytest
from helpers import small_critic, small_generator, values_of

from keras_gan import WGAN


def fit(gan, images):
    gan.fit(images[:16], batch_size=8, verbose=0)


@pytest.mark.parametrize("name", ["generator", "critic"])
def test_a_frozen_network_is_refused_by_name(make_gan, float_images, name):
    gan = make_gan()
    getattr(gan, name).trainable = False
    for _ in range(2):
        with pytest.raises(ValueError, match=f"`{name}` must have trainable weights.*none or is frozen"):
            fit(gan, float_images)
        gan.compile("rmsprop", "rmsprop")


def test_frozen_layers_stay_and_others_train(make_gan, float_images):
    generator, critic = small_generator(), small_critic()
    frozen, trained = [generator.layers[0], critic.layers[0]], [generator.layers[1], critic.layers[-1]]
    for layer in frozen:
        layer.trainable = False
    gan = make_gan(generator=generator, critic=critic)
    before = [values_of(layer.weights) for layer in (*frozen, *trained)]
    fit(gan, float_images)
    after = [values_of(layer.weights) for layer in (*frozen, *trained)]
    are_same = [np.array_equal(one[0], other[0]) for one, other in zip(before, after)]
    assert are_same == [True, True, False, False]


def test_layers_that_are_frozen_after_compile_need_new_optimizers(make_gan, float_images):
    gan = make_gan()
    gan.critic.layers[0].trainable = False
    with pytest.raises(ValueError, match="`critic_optimizer` must be a new optimizer.*frozen or thawed"):
        fit(gan, float_images)
    with pytest.raises(ValueError, match="`critic_optimizer` must be a new optimizer"):
        gan.compile(gan.critic_optimizer, "rmsprop")
    gan.compile("rmsprop", gan.generator_optimizer)
    fit(gan, float_images)


@pytest.mark.parametrize("name", ["critic_optimizer", "generator_optimizer"])
def test_an_optimizer_of_another_model_is_refused_by_name(make_gan, name):
    used = getattr(make_gan(), name)
    optimizers = {"critic_optimizer": "rmsprop", "generator_optimizer": "rmsprop"}
    with pytest.raises(ValueError, match=f"`{name}` must be a new optimizer.*RMSprop, built for other weights"):
        WGAN(small_generator(), small_critic()).compile(**{**optimizers, name: used})


@pytest.mark.parametrize("received", [None, 3, keras.optimizers.SGD])
def test_what_is_no_optimizer_is_refused_by_name(received):
    with pytest.raises(ValueError, match="`generator_optimizer` must be an optimizer"):
        WGAN(small_generator(), small_critic()).compile("rmsprop", received)
