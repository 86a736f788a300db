"""Callbacks that write pictures and checkpoints."""

import errno
import json
import os
import pathlib
import shutil
import types

import keras
import numpy as np
import pytest
from PIL import Image

from keras_gan import EpochLog, GanCheckpoint, LossCsv, SampleGrid, WandbCharts, processes
from keras_gan.callbacks import checkpoints, pictures
from keras_gan.callbacks.sample_grid import CAPTION_HEIGHT, FRAMES, save_animation
from keras_gan.data.grids import image_grid, save_grid
from keras_gan.files import replace_text, whole_file


def fit(gan, images, callback, **kwargs):
    gan.fit(images, batch_size=32, verbose=0, callbacks=[callback], **kwargs)


def test_grid_is_row_by_row_and_as_square_as_can_be():
    images = np.stack([np.full((2, 3, 1), value) for value in (-1.0, -0.5, 0.0, 0.5, 1.0)])
    grid = image_grid(images)
    assert grid.shape == (2 * 2, 3 * 3, 1)
    np.testing.assert_array_equal(grid[::2, ::3, 0], [[0, 64, 128], [191, 255, 0]])


def test_pixels_round_to_the_nearest_and_stay_in_range():
    levels = np.arange(256, dtype="uint8").reshape(1, 16, 16, 1)
    np.testing.assert_array_equal(image_grid(levels.astype("float32") / 127.5 - 1.0), levels[0])
    np.testing.assert_array_equal(image_grid(np.full((1, 1, 1, 1), 1.5)), [[[255]]])


@pytest.mark.parametrize("channels", [1, 3])
def test_grid_files_hold_the_grid(tmp_path, channels):
    images = np.random.default_rng(0).uniform(-1, 1, (4, 5, 5, channels))
    save_grid(images, tmp_path / "grid.png")
    with Image.open(tmp_path / "grid.png") as picture:
        np.testing.assert_array_equal(np.asarray(picture).reshape(10, 10, channels), image_grid(images))


def test_samples_are_of_the_same_latents_at_each_epoch(make_gan, float_images, tmp_path):
    gan = make_gan()
    fit(gan, float_images, SampleGrid(tmp_path / "samples", every=2, count=9, seed=4), epochs=5)
    assert [number for number, _ in pictures(tmp_path / "samples")] == [2, 4, 5]
    with Image.open(tmp_path / "samples" / "epoch_000005.png") as picture:
        np.testing.assert_array_equal(np.asarray(picture), image_grid(gan.generate(9, seed=4)))


def test_animation_shows_the_pictures_in_turn(make_gan, float_images, tmp_path):
    # Of a run before this one: it has not come so far yet.
    save_grid(np.zeros((4, 4, 4, 3)), tmp_path / "epoch_000009.png")
    fit(make_gan(), float_images, SampleGrid(tmp_path, every=2, count=4), epochs=5)
    with Image.open(tmp_path / "progress.gif") as animation:
        assert animation.n_frames == 3
        assert animation.info["loop"] == 0
        for frame, (_, path) in enumerate(pictures(tmp_path)[:3]):
            animation.seek(frame)
            with Image.open(path) as picture:
                expected = np.asarray(picture)
            shown = np.asarray(animation.convert("RGB"))
            assert shown.shape == (8 + CAPTION_HEIGHT, 8, 3)
            # At most 192 colours, of which 256 are kept exactly.
            np.testing.assert_array_equal(shown[:8], expected)
            assert animation.info["duration"] == (2000 if frame == 2 else 100)


def test_long_animations_have_some_of_the_pictures_and_the_last(tmp_path):
    for number in range(1, 251):
        Image.new("RGB", (40, 4), (number, 0, 0)).save(tmp_path / f"epoch_{number:06d}.png")
    save_animation(pictures(tmp_path), tmp_path / "progress.gif")
    with Image.open(tmp_path / "progress.gif") as animation:
        assert animation.n_frames <= FRAMES
        reds = []
        for frame in range(animation.n_frames):
            animation.seek(frame)
            reds.append(animation.convert("RGB").getpixel((0, 0))[0])
    assert reds[-1] == 250
    assert set(np.diff(reds)) == {3}


def test_folders_that_were_deleted_under_the_run_come_back(make_gan, float_images, tmp_path):
    delete = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: shutil.rmtree(tmp_path / "run") if epoch == 2 else None
    )
    saver = GanCheckpoint(tmp_path / "run" / "checkpoints", every=1, monitor="d_loss")
    make_gan().fit(
        float_images,
        batch_size=64,
        epochs=5,
        verbose=0,
        callbacks=[SampleGrid(tmp_path / "run" / "samples", every=2, count=4), saver, delete],
    )
    assert [number for number, _ in pictures(tmp_path / "run" / "samples")] == [4, 5]
    assert [number for number, _ in checkpoints(tmp_path / "run" / "checkpoints")] == [3, 4, 5]


class Scores(keras.callbacks.Callback):
    """Give some epochs a score, and the last one after its end."""

    stage = -1

    def __init__(self, scores):
        super().__init__()
        self.scores = scores

    def on_epoch_end(self, epoch, logs=None):
        self.last, self.logs = epoch, logs
        if self.scores.get(epoch) is not None and epoch != self.scores.get("late"):
            logs["score"] = self.scores[epoch]

    def on_train_end(self, logs=None):
        if self.last == self.scores.get("late"):
            self.logs["score"] = self.scores[self.last]


def best_of(folder):
    record = json.loads((folder / "best.json").read_text())
    best = keras.saving.load_model(folder / "best.keras")
    assert int(best.generator_optimizer.iterations) == record["epochs"]
    return record


@pytest.mark.parametrize(
    ("mode", "scores", "value", "epochs"),
    [
        ("min", {0: 9.0, 1: 3.0, 3: 4.0, 4: 3.0}, 3.0, 2),
        ("max", {0: 9.0, 1: 3.0, 3: 10.0}, 10.0, 4),
        ("min", {0: float("nan"), 2: 5.0, 3: float("nan")}, 5.0, 3),
        ("min", {1: 3.0, 4: 1.0, "late": 4}, 1.0, 5),
    ],
)
def test_best_model_by_a_key_is_kept(make_gan, float_images, tmp_path, mode, scores, value, epochs):
    saver = GanCheckpoint(tmp_path, every=3, keep=1, monitor="score", mode=mode)
    make_gan().fit(float_images, batch_size=32, epochs=5, verbose=0, callbacks=[saver, Scores(scores)])
    assert best_of(tmp_path) == {"monitor": "score", "mode": mode, "value": value, "epochs": epochs}
    assert [number for number, _ in checkpoints(tmp_path)] == [5]


def test_best_model_outlives_a_resume_and_a_worse_training(make_gan, float_images, tmp_path):
    gan = make_gan()

    def train(scores, mode="min", **kwargs):
        saver = GanCheckpoint(tmp_path, monitor="score", mode=mode)
        gan.fit(float_images, batch_size=32, verbose=0, callbacks=[saver, Scores(scores)], **kwargs)
        return json.loads((tmp_path / "best.json").read_text())["value"]

    assert train({1: 5.0}, epochs=2) == 5.0
    assert train({2: 7.0}, initial_epoch=2, epochs=3) == 5.0
    assert train({3: 4.0}, initial_epoch=3, epochs=4) == 4.0
    # The least value so far is not the best where more is better.
    assert train({4: 3.0}, "max", initial_epoch=4, epochs=5) == 3.0
    assert train({5: 8.0}, initial_epoch=5, epochs=6) == 8.0
    # A best that is gone is none to be better than.
    (tmp_path / "best.keras").unlink()
    assert train({6: 9.0}, initial_epoch=6, epochs=7) == 9.0
    for score, best in ((6.0, 9), (80.0, 6)):
        with (
            pytest.warns(UserWarning, match="has checkpoints of another training, which stay"),
            pytest.warns(UserWarning, match=f"has a best model of another training, by score {best}, which stays"),
        ):
            assert train({0: score}, epochs=1) == 6.0
    assert [number for number, _ in checkpoints(tmp_path)] == [1, 5, 6, 7]


def test_key_that_never_came_is_said(make_gan, float_images, tmp_path):
    with pytest.warns(UserWarning, match=r"no epoch had 'fid_scor' in its logs. Available: \[.*'d_loss'"):
        fit(make_gan(), float_images, GanCheckpoint(tmp_path, monitor="fid_scor"), epochs=2)
    assert not (tmp_path / "best.keras").exists()


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a device that is always full")
def test_full_disk_leaves_the_file_that_was_there(tmp_path):
    path = tmp_path / "file"
    path.write_text("old")

    def write():
        with whole_file(path) as partial, open("/dev/full", "w") as full:
            partial.write_text("new")
            full.write("new")

    with pytest.raises(OSError, match=f"{path} cannot be written: No space left on device") as raised:
        write()
    assert raised.value.errno == errno.ENOSPC
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["file"]


def test_checkpoints_are_kept_to_the_last_few(make_gan, float_images, tmp_path):
    gan = make_gan()
    fit(gan, float_images, GanCheckpoint(tmp_path, every=2, keep=2), epochs=7)
    assert [number for number, _ in checkpoints(tmp_path)] == [6, 7]
    assert len(os.listdir(tmp_path)) == 2
    copy = keras.saving.load_model(checkpoints(tmp_path)[-1][1])
    assert int(copy.generator_optimizer.iterations) == 7


def test_time_that_has_come_within_a_dispatch_counts_after_it(tmp_path, clock, monkeypatch):
    # Two processes, which vote in the first of many epochs alone, as these take no time.
    monkeypatch.setattr(processes, "process_count", lambda: 2)
    monkeypatch.setattr(processes, "gather", lambda values: np.stack([values, values]))
    saver = GanCheckpoint(tmp_path, every=50, minutes=10)
    model = types.SimpleNamespace(weights=[], save=pathlib.Path.touch, is_ahead=True)
    saver.set_model(model)
    saver.set_params({"epochs": 100})
    saver.on_train_begin()
    clock.seconds += 601
    for epoch in range(4):
        model.is_ahead = epoch < 2
        saver.on_epoch_begin(epoch)
        saver.on_epoch_end(epoch, {})
    assert [number for number, _ in checkpoints(tmp_path)] == [3]


def test_checkpoints_come_by_time_as_well(tmp_path, clock):
    saver = GanCheckpoint(tmp_path, every=5, keep=9, minutes=10)
    saver.set_model(types.SimpleNamespace(weights=[], save=pathlib.Path.touch))
    saver.set_params({"epochs": 100})
    # Not the time before training counts.
    clock.seconds += 3600
    saver.on_train_begin()
    for epoch in range(12):
        clock.seconds += 240
        saver.on_epoch_begin(epoch)
        saver.on_epoch_end(epoch, {})
    # Each ten minutes after the checkpoint before, and each five epochs.
    assert [number for number, _ in checkpoints(tmp_path)] == [3, 5, 8, 10]
    with pytest.raises(ValueError, match="`minutes` must be a finite positive number. Received: minutes=0"):
        GanCheckpoint(tmp_path, minutes=0)


def test_a_half_written_checkpoint_never_has_its_name(make_gan, tmp_path, monkeypatch):
    callback = GanCheckpoint(tmp_path)
    callback.set_model(make_gan())
    callback.on_train_begin()
    seen = []
    replace = os.replace
    monkeypatch.setattr(os, "replace", lambda *paths: seen.append(checkpoints(tmp_path)) or replace(*paths))
    callback.act(0, {})
    assert seen == [[]]
    assert [number for number, _ in checkpoints(tmp_path)] == [1]


def test_a_file_system_without_replacement_leaves_the_last_state(make_gan, float_images, tmp_path, monkeypatch):
    replace = os.replace

    def only_new(source, target):
        if os.path.exists(target):
            raise FileExistsError(17, "File exists", source, None, target)
        replace(source, target)

    monkeypatch.setattr(os, "replace", only_new)
    gan = make_gan()
    gan.fit(float_images, batch_size=8, epochs=1, verbose=0, callbacks=[LossCsv(tmp_path / "losses.csv")])
    before = (tmp_path / "losses.csv").read_bytes()
    with pytest.raises(OSError, match=r"losses.csv cannot be written: File exists.* use another file system"):
        replace_text(tmp_path / "losses.csv", "")
    assert (tmp_path / "losses.csv").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["losses.csv"]


def test_what_is_no_checkpoint_is_not_listed(tmp_path):
    for name in ("epoch_000010.keras", "epoch_000009.keras", "partial_epoch_000011.keras", "epoch_x.keras", "other"):
        (tmp_path / name).touch()
    assert checkpoints(tmp_path) == [
        (9, tmp_path / "epoch_000009.keras"),
        (10, tmp_path / "epoch_000010.keras"),
    ]
    assert checkpoints(tmp_path / "nowhere") == []


def test_arguments_are_checked(tmp_path):
    for build in (lambda: GanCheckpoint(tmp_path, every=0), lambda: SampleGrid(tmp_path, every=-1)):
        with pytest.raises(ValueError, match="`every` must be an integer of at least 1"):
            build()
    with pytest.raises(ValueError, match="`keep` must be an integer of at least 1"):
        GanCheckpoint(tmp_path, keep=0)
    with pytest.raises(ValueError, match="`mode` must be .* Received: mode='auto'"):
        GanCheckpoint(tmp_path, mode="auto")


@pytest.mark.parametrize("extra", [[], [keras.callbacks.TerminateOnNaN()]], ids=["alone", "TerminateOnNaN"])
def test_last_sound_checkpoints_outlive_a_divergence_without_a_guard(make_gan, float_images, tmp_path, extra):
    """F5."""

    class Break(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 3:
                kernel = self.model.critic.trainable_weights[0]
                kernel.assign(np.full(kernel.shape, np.nan, "float32"))

    saver = GanCheckpoint(tmp_path, every=1, keep=2, monitor="wasserstein_distance")
    with pytest.warns(UserWarning, match="No checkpoint of epoch 3: the model has weights that are NaN"):
        make_gan().fit(float_images, batch_size=32, epochs=7, verbose=0, callbacks=[Break(), saver, *extra])
    assert [number for number, _ in checkpoints(tmp_path)] == [2, 3]
    for path in (checkpoints(tmp_path)[-1][1], tmp_path / "best.keras"):
        assert all(np.all(np.isfinite(weight)) for weight in keras.saving.load_model(path).get_weights())


@pytest.mark.parametrize("value", [0, -1, 1.5, np.nan, np.inf, None, "3", True], ids=repr)
def test_counts_of_callbacks_are_integers(tmp_path, value):
    """F51."""
    for name, make in (
        ("every", lambda: EpochLog(every=value)),
        ("every", lambda: SampleGrid(tmp_path, every=value)),
        ("count", lambda: SampleGrid(tmp_path, count=value)),
        ("every", lambda: GanCheckpoint(tmp_path, every=value)),
        ("keep", lambda: GanCheckpoint(tmp_path, keep=value)),
        ("every", lambda: WandbCharts(every=value)),
        ("count", lambda: WandbCharts(count=value)),
    ):
        with pytest.raises(ValueError, match=f"`{name}` must be an integer of at least 1.*Received: {name}="):
            make()


def test_best_model_is_there_before_the_checkpoint_that_training_goes_on_from(make_gan, float_images, tmp_path):
    """A process that is killed between both must not forget that the epoch was the best."""
    seen = []

    class Saver(GanCheckpoint):
        def act(self, epoch, logs):
            seen.append(json.loads((tmp_path / "best.json").read_text())["epochs"])
            super().act(epoch, logs)

    class Figure(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            logs["figure"] = 3.0 - epoch

    saver = Saver(tmp_path, every=1, monitor="figure")
    make_gan().fit(float_images, batch_size=32, epochs=2, verbose=0, callbacks=[Figure(), saver])
    assert seen == [1, 2]
    assert (tmp_path / "best.keras").read_bytes() == checkpoints(tmp_path)[-1][1].read_bytes()
