"""Epochs that are trained in parts."""

import keras
import numpy as np
import pytest
from helpers import assert_bits_equal, state_of

from keras_gan import GanCheckpoint, LossCsv, SampleGrid, load_model
from keras_gan.callbacks import checkpoints, pictures, steps_into_epoch

STEPS, EPOCHS = 4, 3

IMAGES = np.random.default_rng(0).integers(0, 256, (40, 4, 4, 3), np.uint8)


class Pause(keras.callbacks.Callback):
    """Pause after a step of the whole training."""

    def __init__(self, step):
        super().__init__()
        self.step, self.seen = step, 0

    def on_train_batch_end(self, batch, logs=None):
        self.seen += 1
        if self.seen == self.step:
            self.model.pause()


class Batches(keras.callbacks.Callback):
    def __init__(self):
        super().__init__()
        self.seen = []

    def on_train_batch_begin(self, batch, logs=None):
        self.seen.append(batch)


def fit(gan, folder, *callbacks, epochs=EPOCHS, **kwargs):
    watchers = [
        LossCsv(folder / "losses.csv", append=True),
        SampleGrid(folder / "samples", every=2, count=4),
        GanCheckpoint(folder / "checkpoints", every=2, keep=9),
    ]
    feed = gan.batches(IMAGES, batch_size=4)
    return gan.fit(feed, steps_per_epoch=STEPS, epochs=epochs, verbose=0, callbacks=[*callbacks, *watchers], **kwargs)


def rows(folder):
    """Rows of losses.csv without the time."""
    lines = [line.split(",") for line in (folder / "losses.csv").read_text().splitlines()]
    if not lines:
        return []
    time = lines[0].index("epoch_time")
    return [line[:time] + line[time + 1 :] for line in lines]


def state(gan):
    return [*state_of(gan), *(np.asarray(variable) for variable in gan.tracker.variables)]


@pytest.fixture(scope="module")
def whole(make_gan, tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole")
    gan = make_gan()
    fit(gan, folder)
    return folder, state(gan)


@pytest.mark.parametrize("steps", [(1,), (5,), (6, 7, 10), (11,)])
def test_paused_training_goes_on_as_if_it_had_never_stopped(make_gan, whole, tmp_path, steps):
    gan, taken, epoch, within = make_gan(), 0, 0, 0
    for step in (*steps, None):
        batches = Batches()
        pause = [] if step is None else [Pause(step - taken)]
        fit(gan, tmp_path, *pause, batches, initial_epoch=epoch, initial_step=within)
        assert batches.seen[0] == within
        if step is not None:
            taken, (epoch, within) = step, divmod(step, STEPS)
            done, path = checkpoints(tmp_path / "checkpoints")[-1]
            assert (done, steps_into_epoch(path)) == (epoch, within)
            # No more of the epoch is known than what is done.
            assert len(rows(tmp_path)) == (1 + epoch if epoch else 0)
            gan = load_model(path)
    assert rows(tmp_path) == rows(whole[0])
    assert_bits_equal(state(gan), whole[1])
    assert [number for number, _ in pictures(tmp_path / "samples")] == [2, 3]
    for name in ("epoch_000002.png", "epoch_000003.png"):
        assert (tmp_path / "samples" / name).read_bytes() == (whole[0] / "samples" / name).read_bytes()


def test_pause_after_the_last_step_of_an_epoch_ends_the_epoch(make_gan, tmp_path):
    fit(make_gan(), tmp_path, Pause(STEPS))
    assert [path.name for _, path in checkpoints(tmp_path / "checkpoints")] == ["epoch_000001.keras"]
    assert len(rows(tmp_path)) == 2


def test_training_that_another_callback_stops_within_an_epoch_ends_the_epoch(make_gan, tmp_path):
    class Stop(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            self.model.stop_training = batch == 1

    fit(make_gan(), tmp_path, Stop())
    assert [path.name for _, path in checkpoints(tmp_path / "checkpoints")] == ["epoch_000001.keras"]


def test_stop_with_the_rest_of_an_epoch_stops(make_gan, tmp_path):
    class Stop(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            self.model.stop_training = batch == STEPS - 1

    gan = make_gan()
    fit(gan, tmp_path, Pause(2))
    history = fit(gan, tmp_path, Stop(), initial_step=2)
    assert history.epoch == [0]


def test_checkpoints_within_an_epoch_by_the_clock(make_gan, tmp_path):
    saver = GanCheckpoint(tmp_path, every=9, keep=9, minutes=1e-9)
    gan = make_gan()
    gan.fit(gan.batches(IMAGES, 4), steps_per_epoch=STEPS, epochs=1, verbose=0, callbacks=[saver])
    names = [f"epoch_000000_step_{step:06d}.keras" for step in range(1, STEPS)]
    assert [path.name for _, path in checkpoints(tmp_path)] == [*names, "epoch_000001.keras"]


@pytest.mark.parametrize(
    ("step", "message"), [(4, "less than steps_per_epoch=4"), (-1, "at least 0"), (0.5, "integer")]
)
def test_step_that_is_not_within_an_epoch(make_gan, step, message):
    gan = make_gan()
    with pytest.raises(ValueError, match=f"`initial_step` must be .*{message}"):
        gan.fit(gan.batches(IMAGES, 4), steps_per_epoch=STEPS, epochs=1, initial_step=step)


def test_step_of_images_that_are_no_feed(make_gan):
    with pytest.raises(ValueError, match="`initial_step` must be 0 unless `x` is a feed"):
        make_gan().fit(IMAGES, batch_size=4, epochs=1, initial_step=1)


def test_wrong_step_is_warned_of(make_gan, tmp_path):
    with pytest.warns(UserWarning, match="initial_epoch=0, initial_step=1, and a model that has taken 0 steps"):
        fit(make_gan(), tmp_path, epochs=1, initial_step=1)
