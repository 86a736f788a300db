import keras
import numpy as np
import pytest
from helpers import assert_bits_equal, set_back, small_critic, small_generator, state_of, values_of

from keras_gan import DivergenceGuard, GanCheckpoint, GradientPenalty, LossCsv, SampleGrid, WeightClipping
from keras_gan.analysis.run.history import read_losses
from keras_gan.callbacks import checkpoints
from keras_gan.callbacks.divergence_guard import advice


class Poison(keras.callbacks.Callback):
    """Put a value into one network's first weights before an epoch."""

    def __init__(self, network, epoch, value):
        super().__init__()
        self.network, self.epoch, self.value = network, epoch, value

    def on_epoch_begin(self, epoch, logs=None):
        if epoch == self.epoch:
            weight = getattr(self.model, self.network).trainable_weights[0]
            weight.assign(np.full(weight.shape, self.value, "float32"))


def fit(gan, images, *callbacks, **kwargs):
    return gan.fit(images, batch_size=64, verbose=0, callbacks=list(callbacks), **kwargs)


@pytest.mark.parametrize(
    ("network", "value", "first"),
    [("critic", np.nan, "d_loss_real"), ("critic", np.inf, "d_loss_real"), ("generator", np.nan, "d_loss_fake")],
)
def test_training_stops_in_the_step_in_which_numbers_end(
    make_gan, float_images, tmp_path, capsys, network, value, first
):
    gan, guard = make_gan(lipschitz=None, n_critic=1), DivergenceGuard()
    saver = GanCheckpoint(tmp_path / "checkpoints", every=2, keep=1)
    losses = LossCsv(tmp_path / "losses.csv")
    history = fit(gan, float_images[:32], saver, losses, Poison(network, 4, value), guard, epochs=9)
    assert history.epoch == [0, 1, 2, 3, 4]
    assert guard.finding == f"{first} is {history.history[first][-1]:g} in step 5"
    assert not np.isfinite(history.history[first][-1])
    output = capsys.readouterr().out
    assert f"Diverged: {guard.finding}. Training stops" in output
    assert "by WeightClipping or GradientPenalty" in output
    # The last state before stays, and can be trained on; what happened is on record.
    ((done, path),) = checkpoints(tmp_path / "checkpoints")
    assert done == 4
    assert all(np.isfinite(value).all() for value in values_of(keras.saving.load_model(path).weights))
    np.testing.assert_array_equal(read_losses(tmp_path / "losses.csv")["epoch"], range(5))


def test_step_within_an_epoch_is_named(make_gan, float_images):
    class PoisonInEpoch(Poison):
        def on_train_batch_begin(self, batch, logs=None):
            if batch == 2:
                super().on_epoch_begin(self.epoch)

        def on_epoch_begin(self, epoch, logs=None):
            pass

    gan, guard = make_gan(lipschitz=None), DivergenceGuard()
    gan.fit(float_images, batch_size=8, epochs=3, verbose=0, callbacks=[PoisonInEpoch("critic", 0, np.nan), guard])
    assert guard.finding == "d_loss_real is nan in step 3"
    assert int(gan.generator_optimizer.iterations) == 3


def test_distance_beyond_the_bound_ends_training(make_gan, float_images, capsys):
    gan, guard = make_gan(lipschitz=GradientPenalty(10.0)), DivergenceGuard(bound=1e-12)
    assert fit(gan, float_images, guard, epochs=4).epoch == [0]
    assert guard.finding.startswith("wasserstein_distance is ")
    assert guard.finding.endswith(", beyond ±1e-12 in step 1")
    assert "raise the penalty's λ from 10 to 20" in capsys.readouterr().out


def test_bound_holds_for_each_step_of_an_epoch(make_gan):
    """Values that cancel in the epoch's mean, which is all that the logs have."""
    guard = DivergenceGuard(bound=5.0)
    guard.set_model(make_gan())
    guard.on_train_begin()
    for epoch in range(2):
        guard.on_epoch_begin(epoch)
        for batch, mean in enumerate([4.0, 0.0, 1.0]):  # of 4, −4 and 3
            guard.on_train_batch_end(batch, {"wasserstein_distance": mean})
    assert guard.finding is None
    guard.on_epoch_begin(2)
    guard.on_train_batch_end(0, {"wasserstein_distance": 4.0})
    guard.on_train_batch_end(1, {"wasserstein_distance": -1.5})
    assert guard.finding == "wasserstein_distance is -7, beyond ±5 in step 0"


def test_healthy_training_is_left_alone(make_gan, float_images, capsys):
    gan, guard = make_gan(), DivergenceGuard()
    start = state_of(gan)
    assert fit(gan, float_images, guard, epochs=3).epoch == [0, 1, 2]
    guarded = state_of(gan)
    assert guard.finding is None
    assert not gan.has_diverged
    assert capsys.readouterr().out == ""
    set_back(gan, start)
    fit(gan, float_images, epochs=3)
    assert_bits_equal(guarded, state_of(gan))


def test_next_fit_begins_anew(make_gan, float_images, tmp_path):
    gan, guard, saver = make_gan(lipschitz=None), DivergenceGuard(), GanCheckpoint(tmp_path)
    fit(gan, float_images, guard, saver, Poison("critic", 0, np.nan), epochs=2)
    assert gan.has_diverged
    assert checkpoints(tmp_path) == []
    for weight in gan.critic.trainable_weights:
        weight.assign(np.zeros(weight.shape, "float32"))
    for variable in gan.generator.weights + gan.critic_optimizer.variables + gan.generator_optimizer.variables:
        variable.assign(np.zeros(variable.shape, variable.dtype))
    assert fit(gan, float_images, guard, saver, epochs=2).epoch == [0, 1]
    assert guard.finding is None
    assert not gan.has_diverged
    assert [done for done, _ in checkpoints(tmp_path)] == [2]


def test_overflowing_gradients_of_float16_are_no_divergence(make_gan, float_images):
    gan = make_gan(generator=small_generator())
    gan.critic_optimizer = keras.optimizers.LossScaleOptimizer(gan.critic_optimizer, initial_scale=2.0**127)
    gan.critic_optimizer.build(gan.critic.trainable_weights)
    guard = DivergenceGuard()
    history = fit(gan, float_images, guard, epochs=1).history
    assert not np.isfinite(history["critic_gradient_norm"][0])
    assert guard.finding is None


def test_samples_that_are_no_images_have_no_picture(make_gan, float_images, tmp_path):
    with pytest.warns(UserWarning, match="No picture of epoch 1: the samples have NaN"):
        fit(make_gan(), float_images, SampleGrid(tmp_path, every=1), Poison("generator", 1, np.nan), epochs=2)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["epoch_000001.png", "progress.gif"]


def test_bad_arguments_and_models_are_refused():
    with pytest.raises(ValueError, match="`bound` must be a finite positive number. Received: bound=0"):
        DivergenceGuard(bound=0)
    model = small_critic()
    model.compile("sgd", "mse")
    with pytest.raises(ValueError, match=r"needs one of .* Available: \['loss'\]"):
        model.fit(np.zeros((4, 4, 4, 3)), np.zeros((4, 1)), verbose=0, callbacks=[DivergenceGuard()])


@pytest.mark.parametrize(
    ("lipschitz", "expected"),
    [
        (None, "keep the critic Lipschitz, by WeightClipping or GradientPenalty; lower the learning rates"),
        (WeightClipping(0.01), "at a time: lower the learning rates 5 to 10 times; take smaller batches."),
        (GradientPenalty(2.5), "5 to 10 times; raise the penalty's λ from 2.5 to 5; take smaller batches."),
    ],
)
def test_advice_fits_the_constraint(lipschitz, expected):
    assert expected in advice(lipschitz)
