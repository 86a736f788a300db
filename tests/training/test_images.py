"""Images that are compared with those of a run."""

import dataclasses

import numpy as np
import pytest
from PIL import Image

from keras_gan.training.config import Part
from keras_gan.training.images import load_like
from keras_gan.training.presets import PRESETS


@pytest.fixture
def pictures(tmp_path, user_cache):
    folder = tmp_path / "pictures"
    folder.mkdir()
    for number in range(3):
        Image.new("RGBA", (20, 16), (255, 0, 0, 0)).save(folder / f"{number}.png")
    return folder


def write_run(folder, part):
    folder.mkdir()
    (folder / "config.json").write_text(dataclasses.replace(PRESETS["demo"], data=part).to_json())
    (folder / "losses.csv").write_text("epoch,d_loss\n")
    return folder


def test_pictures_are_prepared_as_those_of_the_run(pictures, tmp_path):
    arguments = {"path": "elsewhere", "size": "8x12", "background": "blue", "fit": "stretch"}
    run = write_run(tmp_path / "run", Part("folder", arguments))
    for target in (run, run / "losses.csv"):
        images = load_like(target, pictures)
        assert images.shape == (3, 8, 12, 3)
        assert np.all(images == [0, 0, 255])


def test_pictures_stay_as_they_are_beside_what_has_no_preparation(pictures, tmp_path):
    (tmp_path / "theirs").mkdir()
    for target in (tmp_path / "theirs", write_run(tmp_path / "run", Part("horses"))):
        images = load_like(target, pictures)
        assert images.shape == (3, 16, 20, 3)
        assert np.all(images == 255)


def test_arrays_need_no_background(tmp_path, user_cache):
    np.save(tmp_path / "images.npy", np.full((2, 16, 20, 3), 7, np.uint8))
    arguments = {"path": "elsewhere", "size": "8x10", "background": "blue"}
    images = load_like(write_run(tmp_path / "run", Part("folder", arguments)), tmp_path / "images.npy")
    assert images.shape == (2, 8, 10, 3)
    assert np.all(images == 7)
