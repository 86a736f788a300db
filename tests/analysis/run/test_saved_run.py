import numpy as np
import pytest

from keras_gan.analysis.run.saved_run import REQUIRED, SavedRun, annotate, load_run
from keras_gan.data.grids import save_grid


def test_everything_in_a_folder_is_read(run_dir):
    (run_dir / "samples").mkdir()
    for name in ("epoch_000020.png", "epoch_000003.png", "real.png", "other.png"):
        save_grid(np.zeros((1, 2, 2, 3)), run_dir / "samples" / name)
    run = load_run(run_dir)
    assert (run.name, run.epochs, run.notes, run.started, run.wandb_url) == (
        "0001_demo",
        40,
        "Baseline",
        "2026-01-07",
        "https://w/1",
    )
    assert run.config == {"batch_size": 32, "n_critic": 3, "gradient_penalty": 10.0}
    assert [epochs for epochs, _ in run.pictures] == [3, 20]
    assert run.real_picture.name == "real.png"
    assert run.quality is None


def test_remarks_are_changed_one_by_one(run_dir):
    annotate(run_dir, diverged="d_loss is nan")
    annotate(run_dir, copies="all of them")
    run = load_run(run_dir)
    assert (run.diverged, run.copies, run.notes) == ("d_loss is nan", "all of them", "Baseline")


def test_pictures_of_epochs_that_are_gone_are_left_out(run_dir):
    (run_dir / "samples").mkdir()
    for epochs in (40, 41):
        save_grid(np.zeros((1, 2, 2, 3)), run_dir / "samples" / f"epoch_{epochs:06d}.png")
    assert [epochs for epochs, _ in load_run(run_dir).pictures] == [40]


def test_quality_is_fresh_for_as_long_as_it_took(changed):
    # Measured every 50 epochs, last in epoch 299.
    for epochs, is_fresh in ((300, True), (350, True), (351, False)):
        run = changed({"epoch": np.arange(epochs - 300.0, epochs)})
        assert (run.fresh_quality is not None) == is_fresh


def test_losses_alone_will_do(run_dir):
    for name in ("config.json", "run.json"):
        (run_dir / name).unlink()
    run = load_run(run_dir)
    assert (run.config, run.notes, run.started, run.wandb_url) == ({}, "", "", None)
    assert run.pictures == ()


def test_other_folders_are_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match="not a run folder: it has no losses.csv"):
        load_run(tmp_path)


@pytest.mark.parametrize(("content", "message"), [("{", "must be JSON"), ("[1]", "must hold a JSON object")])
def test_damaged_descriptions_are_refused(run_dir, content, message):
    (run_dir / "config.json").write_text(content)
    with pytest.raises(ValueError, match=f"config.json {message}"):
        load_run(run_dir)


def test_runs_without_losses_are_refused():
    with pytest.raises(ValueError, match="Missing: \\['g_loss'\\]"):
        SavedRun("a", {"d_loss": np.zeros(3)})
    with pytest.raises(ValueError, match="at least one epoch"):
        SavedRun("a", {"d_loss": np.zeros(0), "g_loss": np.zeros(0)})


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("run.json", '{"notes": 5}'),
        ("run.json", '{"wandb_url": ["a"]}'),
        ("run.json", '{"diverged": {}}'),
        ("run.json", '{"notes": "\\udcff"}'),
        ("run.json", "[" * 100_000),
        ("config.json", '{"a":' * 100_000),
        ("environment.json", '{"resumes": 5}'),
        ("environment.json", '{"resumes": [5]}'),
        ("environment.json", '{"resumes": [{"changes": 5}]}'),
        ("environment.json", '{"resumes": [{"epoch": 1, "changes": {"a": 5}}]}'),
    ],
)
def test_damaged_files_of_a_run_are_named(run_dir, name, content):
    (run_dir / name).write_text(content)
    with pytest.raises(ValueError, match=f"{name} must"):
        load_run(run_dir)


def test_one_epoch_is_no_epochs():
    history = {name: np.zeros(1) for name in REQUIRED}
    assert SavedRun("short", history).progress == "1 epoch"
    assert SavedRun("short", {**history, "steps": np.array([7.0])}).progress == "1 epoch, 7 steps"


def test_charts_of_a_run_may_be_offline(run_dir):
    assert not load_run(run_dir).is_offline
    (run_dir / "wandb" / "offline-run-20261129_064643-iibwwzxp").mkdir(parents=True)
    assert load_run(run_dir).is_offline
