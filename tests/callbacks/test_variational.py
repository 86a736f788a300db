"""The weight of a divergence over the epochs, and the warning of its collapse."""

import annealed_fits
import keras
import numpy as np
import pytest

from keras_gan.callbacks import KLAnnealing, PosteriorCollapse


def test_weight_of_a_step_is_that_of_the_schedule():
    annealed_fits.check_annealing()


def test_weight_is_saved_with_the_model(tmp_path):
    model = annealed_fits.Autoencoder()
    model.compile("sgd")
    model.fit(
        annealed_fits.IMAGES, epochs=2, verbose=0, callbacks=[KLAnnealing(model.beta, lambda epoch: 0.25 * epoch)]
    )
    model.save_weights(tmp_path / "model.weights.h5")
    other = annealed_fits.Autoencoder()
    other(annealed_fits.IMAGES)
    other.load_weights(tmp_path / "model.weights.h5")
    assert float(other.beta) == 0.25


def test_a_weight_that_the_model_does_not_have_is_refused():
    """A compiled step would take it for a constant."""
    model = annealed_fits.Autoencoder()
    model.compile("sgd")
    annealing = KLAnnealing(keras.Variable(0.0, trainable=False, name="mine"), lambda epoch: 1.0)
    with pytest.raises(
        ValueError, match=r"`weight` must be a variable of the model or of its layers, .* Received: 'mine'"
    ):
        model.fit(annealed_fits.IMAGES, verbose=0, callbacks=[annealing])


@pytest.mark.parametrize(
    "weight",
    [
        *(1.0, keras.Variable(1.0), keras.Variable([1.0], trainable=False)),
        keras.Variable(1, trainable=False, dtype="int32"),
    ],
)
def test_what_is_no_weight_is_refused(weight):
    with pytest.raises(ValueError, match="`weight` must be a scalar variable of floats that is not trained"):
        KLAnnealing(weight, lambda epoch: 1.0)


def test_schedules_of_keras_are_schedules():
    model = annealed_fits.Autoencoder()
    model.compile("sgd")
    annealing = KLAnnealing(model.beta, keras.optimizers.schedules.PolynomialDecay(0.0, 4, 1.0))
    history = model.fit(annealed_fits.IMAGES, epochs=3, verbose=0, callbacks=[annealing]).history
    assert history["seen"] == [0.0, 0.25, 0.5]


def test_schedule_is_checked():
    model = annealed_fits.Autoencoder()
    model.compile("sgd")
    with pytest.raises(ValueError, match=r"`schedule` must be a function of the epoch. Received: schedule=1.0"):
        KLAnnealing(model.beta, 1.0)
    with pytest.raises(ValueError, match=r"`schedule\(1\)` must be a finite number of at least 0. Received: .*=-1"):
        model.fit(annealed_fits.IMAGES, epochs=2, verbose=0, callbacks=[KLAnnealing(model.beta, lambda epoch: -epoch)])


def fitted(values, **arguments):
    """Return the callback after a training whose KL term had some values."""
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    collapse = PosteriorCollapse("kl", **arguments)

    class Log(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            logs["kl"] = values[epoch]

    x = np.zeros((1, 1))
    model.fit(x, x, epochs=len(values), verbose=0, callbacks=[Log(), collapse])
    return collapse


def test_a_collapse_is_said_once():
    with pytest.warns(UserWarning, match=r"kl has been below 0.1 nats for 3 epochs, and is 0.02") as warned:
        assert fitted([4.0, 0.05, 0.03, 0.02, 0.01, 0.01]).collapsed
    assert len([each for each in warned if "ignores the latents" in str(each.message)]) == 1


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("values", [[0.05, 0.05, 0.2, 0.05, 0.05], [float("nan")] * 4, [3.0, 2.0, 1.0, 0.5]])
def test_latents_that_carry_something_are_no_collapse(values):
    assert not fitted(values).collapsed


def test_a_term_that_is_not_logged_is_named():
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    x = np.zeros((1, 1))
    with pytest.raises(ValueError, match=r"`monitor` must be in the logs. Received: 'kl'. Available: \['loss'\]"):
        model.fit(x, x, verbose=0, callbacks=[PosteriorCollapse("kl")])


def test_an_autoencoder_under_too_much_weight_collapses():
    """Through the whole of it: with ten thousand times the weight, the divergence is nothing within some epochs."""

    class Collapsing(annealed_fits.Autoencoder):
        def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
            self.seen.update_state(keras.ops.mean(annealed_fits.losses.gaussian_kl(*y_pred[1:])))
            return keras.ops.mean(annealed_fits.losses.vae_elbo(x, *y_pred, beta=self.beta))

    keras.utils.set_random_seed(0)
    model = Collapsing()
    model.compile(keras.optimizers.Adam(0.05))
    callbacks = [KLAnnealing(model.beta, lambda epoch: 1e4), PosteriorCollapse("seen", patience=5)]
    with pytest.warns(UserWarning, match="the decoder ignores the latents"):
        model.fit(annealed_fits.IMAGES, epochs=60, verbose=0, callbacks=callbacks)
