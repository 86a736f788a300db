"""The networks of `helpers` as subclasses of `keras.Model`."""

import keras
import numpy as np
from helpers import IMAGE_SHAPE, LATENT_DIM

LATENTS = np.zeros((2, LATENT_DIM), "float32")
IMAGES = np.zeros((2, *IMAGE_SHAPE), "float32")


@keras.saving.register_keras_serializable("tests")
class Generator(keras.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.dense = keras.layers.Dense(48)
        self.normalise = keras.layers.BatchNormalization(momentum=0.8)
        self.reshape = keras.layers.Reshape(IMAGE_SHAPE)

    def call(self, latents, training=None):
        return keras.ops.tanh(self.reshape(self.normalise(self.dense(latents), training=training)))


@keras.saving.register_keras_serializable("tests")
class Critic(keras.Model):
    # Without `training`, as a network may be that does not need it.
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.convolve = keras.layers.Conv2D(8, 3, 2, "same")
        self.score = keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(1)])

    def call(self, images):
        return self.score(keras.ops.leaky_relu(self.convolve(images), 0.2))


def built(network, inputs):
    network(inputs)
    return network


def subclassed_networks():
    return {"generator": built(Generator(), LATENTS), "critic": built(Critic(), IMAGES)}
