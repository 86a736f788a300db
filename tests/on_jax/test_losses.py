import jax
import keras
import numpy as np
import pytest
from jax import numpy as jnp

from keras_gan import losses

VIEWS = np.random.default_rng(0).normal(size=(2, 6, 5)).astype("float32")


@pytest.mark.parametrize("function", [losses.nt_xent, losses.info_nce])
@pytest.mark.parametrize("mask", [None, np.array([1, 1, 0, 1, 1, 1], bool)], ids=["all", "masked"])
def test_losses_of_views_can_be_transformed(function, mask):
    """F26: forward and reverse, made again in a scan, and twice, as by the rules of calculus."""
    first, second = map(jnp.asarray, VIEWS)

    def loss(first):
        return jnp.sum(function(first, second, mask=mask))

    value, gradient = jax.value_and_grad(loss)(first)
    _, tangent = jax.jvp(loss, (first,), (second,))
    # The same sums of float32 in another order.
    np.testing.assert_allclose(tangent, jnp.sum(gradient * second), rtol=1e-4, atol=1e-6)

    @jax.jit
    def twice(first):
        def add(total, scale):
            return total + jax.checkpoint(loss)(scale * first), None

        return jax.lax.scan(add, 0.0, jnp.ones(2))[0]

    sums, doubled = jax.value_and_grad(twice)(first)
    np.testing.assert_allclose(sums, 2 * value, rtol=1e-5)
    np.testing.assert_allclose(doubled, 2 * gradient, rtol=1e-4, atol=1e-5)
    # Scaled embeddings have the same directions, so the gradient has no part along them.
    product = jax.jvp(jax.grad(loss), (first,), (first,))[1]
    np.testing.assert_allclose(product, -gradient, rtol=1e-3, atol=1e-5)


class Views(keras.Model):
    """Two views of each image, whose loss may be computed again in the backward pass."""

    def __init__(self, again):
        super().__init__()
        self.encoder = keras.layers.Dense(4)
        self.loss_of = (keras.remat if again else lambda function: function)(self.mean_loss)

    def call(self, images):
        return keras.ops.stack([self.encoder(images), self.encoder(-0.5 * images + 0.1)], axis=1)

    @staticmethod
    def mean_loss(views):
        return keras.ops.mean(losses.nt_xent(views[:, 0], views[:, 1]))

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        return self.loss_of(y_pred)


def test_losses_of_views_are_made_again_in_fit():
    """F26."""
    histories = []
    for again in (False, True):
        keras.utils.set_random_seed(0)
        model = Views(again)
        model.compile(keras.optimizers.SGD(0.1))
        histories.append(model.fit(VIEWS[0], batch_size=6, epochs=3, verbose=0).history["loss"])
    np.testing.assert_allclose(histories[1], histories[0], rtol=1e-5)
    assert histories[0][2] < histories[0][0]
