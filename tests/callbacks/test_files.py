"""Callbacks that write pictures and checkpoints."""

import os

import keras
import numpy as np
import pytest
from PIL import Image

from keras_gan import GanCheckpoint, SampleGrid
from keras_gan.callbacks import checkpoints, image_grid, save_grid


def fit(gan, images, callback, **kwargs):
    gan.fit(images, batch_size=64, verbose=0, callbacks=[callback], **kwargs)


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
    assert sorted(os.listdir(tmp_path / "samples")) == [f"epoch_00000{number}.png" for number in (2, 4, 5)]
    with Image.open(tmp_path / "samples" / "epoch_000005.png") as picture:
        np.testing.assert_array_equal(np.asarray(picture), image_grid(gan.generate(9, seed=4)))


def test_checkpoints_are_kept_to_the_last_few(make_gan, float_images, tmp_path):
    gan = make_gan()
    fit(gan, float_images, GanCheckpoint(tmp_path, every=2, keep=2), epochs=7)
    assert [number for number, _ in checkpoints(tmp_path)] == [6, 7]
    assert len(os.listdir(tmp_path)) == 2
    copy = keras.saving.load_model(checkpoints(tmp_path)[-1][1])
    assert int(copy.generator_optimizer.iterations) == 7


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
        with pytest.raises(ValueError, match="`every` must be at least 1"):
            build()
    with pytest.raises(ValueError, match="`keep` must be at least 1"):
        GanCheckpoint(tmp_path, keep=0)
