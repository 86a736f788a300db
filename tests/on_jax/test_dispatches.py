import itertools

import keras
import numpy as np
import pytest
from helpers import IMAGE_SHAPE, assert_bits_equal, values_of

from keras_gan import DivergenceGuard, EpochLog, GanCheckpoint, LossCsv, image_batches, load_model
from keras_gan.callbacks import checkpoints, steps_into_epoch
from keras_gan.models.stepping.dispatches import EpochDispatches


def all_state(gan):
    # Of the arrays, not the variables, whose conversion warns.
    return [np.array(variable.value) for variable in [*gan.variables, *gan.optimizer.variables]]


@pytest.fixture
def train(untrained, images):
    """Train an untrained model for epochs of one step; return its state and its history."""

    def train(steps_per_execution, epochs=7, callbacks=(), batches=None, n_critic=1):
        gan = untrained(n_critic, steps_per_execution)
        batches = batches or image_batches(images, batch_size=4, n_critic=gan.n_critic, seed=3)
        history = gan.fit(batches, steps_per_epoch=1, epochs=epochs, verbose=0, callbacks=list(callbacks)).history
        del history["epoch_time"]
        return all_state(gan), history

    return train


class Reader(keras.callbacks.Callback):
    """Look at the model at the end of some epochs, and note how many steps it had taken."""

    def __init__(self, epochs):
        super().__init__()
        self.epochs, self.taken = epochs, []

    def reads_model(self, epoch):
        return epoch in self.epochs

    def on_epoch_end(self, epoch, logs=None):
        if epoch in self.epochs:
            self.taken.append(int(self.model.generator_optimizer.iterations))


def test_epochs_that_run_together_are_those_that_run_alone(train):
    (alone, expected), (together, history) = train(1, n_critic=2), train(4, n_critic=2)
    assert set(history) == set(expected)
    for key, values in expected.items():
        assert len(history[key]) == 7
        # XLA fuses other sums in a loop: a rounding of values around 0.1.
        np.testing.assert_allclose(history[key], values, rtol=1e-4, atol=1e-6, err_msg=key)
    for one, other in zip(together, alone, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)


def test_where_dispatches_end_changes_no_bit(train):
    (one, expected), (other, history) = train(4), train(4, callbacks=[Reader({0, 1, 4})])
    assert history == expected
    assert_bits_equal(other, one)


@pytest.fixture
def lengths(monkeypatch):
    """How many epochs each dispatch had."""
    lengths, receive = [], EpochDispatches.receive

    def spy(dispatches, values, seconds):
        lengths.append(len(values))
        receive(dispatches, values, seconds)

    monkeypatch.setattr(EpochDispatches, "receive", spy)
    return lengths


def test_callbacks_find_the_model_of_their_epoch(train, lengths):
    readers = Reader({2, 3}), Reader({6})
    train(4, callbacks=readers)
    assert [reader.taken for reader in readers] == [[3, 4], [7]]
    assert lengths == [3, 1, 3]


def test_eager_dispatches_are_those_of_the_compiled_program(make_gan, train, images):
    gan = make_gan(n_critic=1, compile_options={"steps_per_execution": 4, "run_eagerly": True})
    batches = image_batches(images, batch_size=4, n_critic=gan.n_critic, seed=3)
    eager = gan.fit(batches, steps_per_epoch=1, epochs=5, verbose=0).history
    _, expected = train(4, epochs=5)
    np.testing.assert_allclose(eager["critic_gradient_norm"], expected["critic_gradient_norm"], rtol=1e-4)


def test_checkpoints_hold_the_state_of_their_epoch(train, tmp_path):
    train(4, callbacks=[GanCheckpoint(tmp_path, every=3), EpochLog(2)])
    saved = dict(checkpoints(tmp_path))
    assert sorted(saved) == [3, 6, 7]
    expected, _ = train(4, epochs=3)
    assert_bits_equal(all_state(keras.saving.load_model(saved[3])), expected)


def test_checkpoints_by_time_hold_the_state_of_their_epoch(train, tmp_path, clock):
    """The time is over in the middle of a dispatch of the epochs 0 to 3, and again in one of the epochs 4 to 7."""

    class Clock(Reader):
        def on_epoch_end(self, epoch, logs=None):
            clock.seconds += 60

    saver = GanCheckpoint(tmp_path, every=100, minutes=2)
    train(4, epochs=9, callbacks=[Clock({}), saver])
    saved = dict(checkpoints(tmp_path))
    assert sorted(saved) == [4, 8, 9]
    expected, _ = train(4, epochs=4)
    assert_bits_equal(all_state(keras.saving.load_model(saved[4])), expected)


@pytest.mark.parametrize(("monitor", "ends"), [("g_loss", True), ("fid_score", False)])
def test_the_best_of_a_steps_values_needs_the_model_of_each(make_gan, monitor, ends, tmp_path):
    checkpoint = GanCheckpoint(tmp_path, every=100, monitor=monitor)
    checkpoint.set_params({"epochs": 100})
    checkpoint.set_model(make_gan())
    assert checkpoint.reads_model(5) is ends


def test_a_resumed_run_equals_one_that_was_never_stopped(train, tmp_path, images):
    whole, _ = train(4)
    _, _ = train(4, epochs=3, callbacks=[GanCheckpoint(tmp_path)])
    gan = keras.saving.load_model(tmp_path / "epoch_000003.keras")
    batches = image_batches(images, batch_size=4, n_critic=gan.n_critic, seed=3, start=3)
    gan.fit(batches, steps_per_epoch=1, initial_epoch=3, epochs=7, verbose=0)
    assert_bits_equal(all_state(gan), whole)


def test_an_interrupted_dispatch_loses_no_weights(untrained, images, monkeypatch):
    def interrupt(*arguments):
        raise KeyboardInterrupt

    def fit(gan):
        batches = image_batches(images, batch_size=4, n_critic=gan.n_critic)
        gan.fit(batches, steps_per_epoch=1, epochs=4, verbose=0)

    gan = untrained(1, 4)
    with monkeypatch.context() as context:
        context.setattr(EpochDispatches, "receive", interrupt)
        with pytest.raises(KeyboardInterrupt):
            fit(gan)
    assert gan.steps_taken == 4
    weights = values_of(gan.weights)
    fit(untrained(1, 4))
    assert_bits_equal(weights, values_of(gan.weights))


def test_unusable_images_lose_no_weights(make_gan):
    gan = make_gan()
    before = gan.generate(3, seed=0)
    with pytest.raises(ValueError, match="must have the generator's shape"):
        gan.fit(np.zeros((16, 5, 5, 3), "float32"), batch_size=8, verbose=0)
    np.testing.assert_array_equal(gan.generate(3, seed=0), before)


def test_a_batch_is_trained_on_without_fit(untrained, float_images):
    gan = untrained()
    assert np.isfinite(gan.train_on_batch(float_images[:16], return_dict=True)["d_loss"])
    assert gan.steps_taken == 1


def test_training_stops_after_the_epochs_that_have_run(train):
    class Stop(Reader):
        def on_epoch_end(self, epoch, logs=None):
            if epoch == 1:
                self.model.stop_training = True

    stop = Stop(set())
    _, history = train(4, callbacks=[stop])
    assert len(history["d_loss"]) == 4
    assert stop.model.steps_taken == 4


def test_the_step_that_diverged_is_named(train, images, tmp_path):
    batches = image_batches(images, batch_size=4, n_critic=2)
    poisoned = np.full((4, 2, *IMAGE_SHAPE), np.nan, "float32")
    clean = [(batch.astype("float32") / 127.5 - 1,) for batch in itertools.islice(batches, 7)]
    steps = (batch for batch in [*clean[:5], (poisoned,), *clean[5:]])
    guard = DivergenceGuard()
    _, history = train(4, 8, [guard, GanCheckpoint(tmp_path, every=4)], steps, n_critic=2)
    assert guard.finding == "d_loss_real is nan in step 6"
    assert [done for done, _ in checkpoints(tmp_path)] == [4]
    assert len(history["d_loss"]) == 8


def test_a_callback_that_might_read_the_model_keeps_steps_apart(train):
    rates = [1e-3, 2e-3, 3e-3, 4e-3]
    scheduler = keras.callbacks.LearningRateScheduler(lambda epoch, rate: rates[epoch])
    with pytest.warns(UserWarning, match="instead of 4, because LearningRateScheduler may read the model"):
        _, history = train(4, epochs=4, callbacks=[scheduler])
    np.testing.assert_allclose(history["critic_learning_rate"], rates, rtol=1e-6)


def test_callbacks_of_values_do_not(train, tmp_path, recwarn, lengths):
    values = [
        LossCsv(tmp_path / "losses.csv"),
        keras.callbacks.TerminateOnNaN(),
        keras.callbacks.CSVLogger(str(tmp_path / "log.csv")),
    ]
    _, history = train(4, callbacks=values)
    assert not recwarn.list
    assert lengths == [4, 3]
    assert len((tmp_path / "losses.csv").read_text().splitlines()) == len(history["d_loss"]) + 1


def test_each_epoch_has_its_share_of_the_time():
    dispatches = EpochDispatches(4, [])
    dispatches.set_params({"epochs": 3})
    dispatches.on_epoch_begin(0)
    assert dispatches.allowance() == 3
    dispatches.receive([{}, {}, {}], 6.0)
    times = []
    for elapsed in (6.5, 0.5, 0.5):
        logs = {"epoch_time": elapsed}
        dispatches.on_epoch_end(len(times), logs)
        times.append(logs["epoch_time"])
        dispatches.on_epoch_begin(len(times))
    np.testing.assert_allclose(times, [2.5, 2.5, 2.5])


def test_a_dispatch_ends_with_its_epoch(untrained, float_images):
    histories = []
    for steps in (1, 2):
        gan = untrained(1, steps)
        # In the second epoch, the images of one step make a dispatch of their own.
        batches = ((float_images[:size],) for size in itertools.cycle((16, 16, 8)))
        history = gan.fit(batches, steps_per_epoch=2, epochs=6, verbose=0).history
        histories.append([history["d_loss"], history["critic_gradient_norm"]])
        assert gan.steps_taken == 12
    # XLA sums in another order in a loop.
    np.testing.assert_allclose(*histories, rtol=1e-4, atol=1e-6)


def test_an_array_is_gone_through_as_by_single_steps(untrained, float_images):
    results = []
    for steps in (1, 2):
        gan = untrained(1, steps)
        # The last step of a pass has fewer images, and so a dispatch of its own.
        options = {"batch_size": 16, "shuffle": False, "epochs": 3, "verbose": 0}
        results.append(gan.fit(float_images[:56], **options).history)
        del results[-1]["epoch_time"]
    for key, values in results[0].items():
        np.testing.assert_allclose(results[1][key], values, rtol=1e-4, atol=1e-6, err_msg=key)


@pytest.mark.parametrize("steps_per_execution", [1, 2])
def test_paused_training_goes_on_within_an_epoch_to_the_last_bit(untrained, images, tmp_path, steps_per_execution):
    """A dispatch of two steps ends before training pauses."""

    class Pause(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            if batch == 0:
                self.model.pause()

    def train(gan, callbacks=(), **kwargs):
        feed = gan.batches(images, batch_size=4)
        gan.fit(feed, steps_per_epoch=4, verbose=0, callbacks=list(callbacks), **kwargs)
        return all_state(gan)

    whole = train(untrained(2, steps_per_execution), epochs=2)
    saver = GanCheckpoint(tmp_path)
    train(untrained(2, steps_per_execution), [Pause(), saver], epochs=2)
    ((done, path),) = checkpoints(tmp_path)
    assert (done, steps_into_epoch(path)) == (0, steps_per_execution)
    resumed = train(load_model(path), epochs=2, initial_step=steps_per_execution)
    assert_bits_equal(resumed, whole)
