import concurrent.futures
import datetime
import json
import os

import pytest

from keras_gan.analysis.run.saved_run import annotate
from keras_gan.training import run_folder
from keras_gan.training.changes import change
from keras_gan.training.config import Part
from keras_gan.training.options import RunOptions
from keras_gan.training.presets import PRESETS
from keras_gan.training.same_run import OtherRunError

ENVIRONMENT = {"backend": "jax", "versions": {"keras": "3.15.1"}, "data": {"images": 3, "sha256": "ab"}}


def make(out, preset="horses", **changes):
    return run_folder.make(out, change(PRESETS[preset], **changes), ENVIRONMENT)


def test_numbers_count_up_over_all_presets(tmp_path):
    assert [make(tmp_path, name).name for name in ("horses", "demo", "horses")] == [
        "0001_horses",
        "0002_demo",
        "0003_horses",
    ]
    (tmp_path / "0041_other").mkdir()
    (tmp_path / "notes.txt").touch()
    assert make(tmp_path).name == "0042_horses"


def test_runs_that_start_together_get_folders_of_their_own(tmp_path):
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        folders = list(pool.map(lambda _: make(tmp_path), range(40)))
    assert sorted(folder.name for folder in folders) == [f"{number:04d}_horses" for number in range(1, 41)]


def test_folder_describes_the_run(tmp_path):
    folder = make(tmp_path, seed=3)
    assert run_folder.load_config(folder) == change(PRESETS["horses"], seed=3)
    assert json.loads((folder / "environment.json").read_text()) == ENVIRONMENT
    about = {"started": datetime.date.today().isoformat(), "notes": "", "wandb_url": None, "closed": None}
    assert json.loads((folder / "run.json").read_text()) == about
    names = ["config.json", "environment.json", "options.json", "run.json"]
    assert sorted(path.name for path in folder.iterdir()) == names


def test_description_is_changed_in_part(tmp_path):
    folder = make(tmp_path)
    annotate(folder, wandb_url="https://w/1")
    annotate(folder, notes="Baseline")
    about = json.loads((folder / "run.json").read_text())
    assert (about["notes"], about["wandb_url"]) == ("Baseline", "https://w/1")
    assert about["started"] == datetime.date.today().isoformat()


def test_no_half_made_folder_is_left(tmp_path, monkeypatch):
    def full(*paths):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError, match="No space left"):
        make(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_resuming_under_another_configuration_names_the_difference(tmp_path):
    folder = make(tmp_path)
    options = RunOptions(resume=folder)
    run_folder.check(PRESETS["horses"], options)
    run_folder.check(change(PRESETS["horses"], epochs=20_000, quality_every=7, quality_samples=50), options)
    other = change(PRESETS["horses"], n_critic=7, seed=1, latent_dim=7)
    with pytest.raises(OtherRunError, match="settings that make another run of it") as raised:
        run_folder.check(other, options)
    assert [line.split() for line in raised.value.table.splitlines()] == [
        ["setting", "of", "the", "run", "received"],
        ["seed", "42", "1"],
        ["latent_dim", "100", "7"],
    ]


@pytest.mark.parametrize("settings", [{"epochs": 7}, {"batch_size": 8}, {"n_critic": 2}])
def test_schedule_over_the_whole_run_keeps_its_steps(tmp_path, settings):
    config = change(PRESETS["demo"], schedule="linear", steps_per_epoch="pass")
    folder = run_folder.make(tmp_path, config, ENVIRONMENT)
    (name,) = settings
    with pytest.raises(ValueError, match=f"`{name}` must stay .*, because the schedule 'linear' falls"):
        run_folder.check(change(config, **settings), RunOptions(resume=folder))
    run_folder.check(change(config, **settings, schedule_decay_steps=100), RunOptions(resume=folder))


def test_resuming_what_is_no_run(tmp_path):
    with pytest.raises(FileNotFoundError, match="is not a run folder"):
        run_folder.check(PRESETS["horses"], RunOptions(resume=tmp_path))
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(ValueError, match="config.json: .*missing"):
        run_folder.check(PRESETS["horses"], RunOptions(resume=tmp_path))
    (tmp_path / "config.json").write_text("{")
    with pytest.raises(ValueError, match="config.json: A configuration must be a JSON object. Received: Expecting"):
        run_folder.check(PRESETS["horses"], RunOptions(resume=tmp_path))


def test_out_must_be_writable(tmp_path):
    (tmp_path / "file").touch()
    for out in (tmp_path / "file", tmp_path / "file" / "runs"):
        with pytest.raises(OSError, match="`out` must be a folder that can be written to"):
            run_folder.check(PRESETS["horses"], RunOptions(out=out))
    run_folder.check(PRESETS["horses"], RunOptions(out=tmp_path / "new" / "runs"))
    assert not (tmp_path / "new").exists()
    assert make(tmp_path / "new" / "runs").name == "0001_horses"


@pytest.mark.parametrize("is_at_home", [True, False])
def test_configuration_names_no_folder_above_the_run(tmp_path, monkeypatch, is_at_home):
    images = tmp_path / "anna" / "pictures"
    images.mkdir(parents=True)
    monkeypatch.setenv("HOME", str(tmp_path / ("anna" if is_at_home else "nobody")))
    folder = make(tmp_path / "anna" / "runs", data=str(images))
    assert str(tmp_path) not in (folder / "config.json").read_text()
    assert json.loads((folder / "config.json").read_text())["data"]["arguments"]["path"] == (
        "~/pictures" if is_at_home else "../../pictures"
    )
    monkeypatch.chdir(tmp_path)
    config = run_folder.load_config(folder.relative_to(tmp_path))
    assert config == change(PRESETS["horses"], data=str(images))


def test_older_configuration_has_an_absolute_path(tmp_path):
    images = tmp_path / "pictures"
    images.mkdir()
    config = change(PRESETS["horses"], data=str(images))
    (tmp_path / "config.json").write_text(config.to_json())
    assert run_folder.load_config(tmp_path) == config


@pytest.mark.parametrize(("size", "is_same"), [("32x32", True), (None, True), (64, False)])
def test_images_of_another_size_are_refused_before_they_are_read(tmp_path, size, is_same):
    config = change(PRESETS["demo"], data=Part("folder", {"path": "images", "size": 32}))
    folder = run_folder.make(tmp_path, config, ENVIRONMENT)
    moved = change(config, data=Part("file", {"path": "elsewhere.zip", "size": size}))
    options = RunOptions(resume=folder)
    if is_same:
        run_folder.check(moved, options)
    else:
        with pytest.raises(OtherRunError, match=r"\n  size     32          64"):
            run_folder.check(moved, options)


def test_pictures_on_another_background_are_refused_before_they_are_read(tmp_path):
    config = change(PRESETS["demo"], data=Part("folder", {"path": "images", "background": "white"}))
    folder = run_folder.make(tmp_path, config, ENVIRONMENT)
    moved = change(config, data=Part("file", {"path": "elsewhere.zip", "background": "black"}))
    with pytest.raises(OtherRunError, match=r"\n  background  white       black"):
        run_folder.check(moved, RunOptions(resume=folder))
