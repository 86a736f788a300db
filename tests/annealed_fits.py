"""Variational autoencoders whose divergence has a weight that changes, trained by `fit` on any backend."""

import keras
import numpy as np

from keras_gan import losses
from keras_gan.callbacks import KLAnnealing

IMAGES = (np.random.default_rng(0).random((8, 6)) < 0.5).astype("float32")


class Autoencoder(keras.Model):
    """Encode six pixels in one latent, without noise."""

    def __init__(self):
        super().__init__()
        self.encoder = keras.layers.Dense(2)
        self.decoder = keras.layers.Dense(6)
        self.beta = self.add_weight(shape=(), initializer="ones", trainable=False, name="beta")
        self.seen = keras.metrics.Mean("seen")

    def call(self, images):
        mean, log_variance = keras.ops.split(self.encoder(images), 2, axis=-1)
        return self.decoder(mean), mean, log_variance

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        # The weight of the step itself, which a compiled step must not have taken for a constant.
        self.seen.update_state(self.beta)
        logits, mean, log_variance = y_pred
        return keras.ops.mean(losses.vae_elbo(x, logits, mean, log_variance, beta=self.beta))


def check_annealing():
    """Train with a weight that rises by a quarter each epoch, and again from the third epoch on."""
    keras.utils.set_random_seed(0)
    model = Autoencoder()
    model.compile(keras.optimizers.SGD(0.0))
    annealing = KLAnnealing(model.beta, lambda epoch: epoch / 4)
    history = model.fit(IMAGES, batch_size=4, epochs=4, verbose=0, callbacks=[annealing]).history
    assert history["seen"] == [0.0, 0.25, 0.5, 0.75], history
    _, mean, log_variance = model(IMAGES)
    divergence = float(np.mean(keras.ops.convert_to_numpy(losses.gaussian_kl(mean, log_variance))))
    # Nothing is learnt, so that losses differ by the weighted divergence alone; sums of float32.
    np.testing.assert_allclose(np.diff(history["loss"]), divergence / 4, rtol=1e-4)
    history = model.fit(IMAGES, batch_size=4, initial_epoch=2, epochs=4, verbose=0, callbacks=[annealing]).history
    assert history["seen"] == [0.5, 0.75], history
