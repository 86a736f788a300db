"""`kg.train`: the command from Python."""

import contextlib
import io
import shutil

import numpy as np
import pytest
import wandb_reader

import keras_gan as kg
from keras_gan import data, parts
from keras_gan.analysis.report import write as report_files
from keras_gan.training.config import Part

SMALL = {
    "epochs": 3,
    "batch_size": 4,
    "n_critic": 2,
    "generator_filters": (4, 4, 4, 3),
    "critic_filters": (4, 4),
    "critic_strides": (4, 4),
    "quality_every": 0,
    "wandb": "off",
}

IMAGES = data.toy_horses(24)


@pytest.fixture(scope="module", autouse=True)
def quick_reports():
    """Draw no figures, which nobody looks at here: they take longer than these runs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(report_files, "save_figures", lambda run, folder: {})
        yield


def train(tmp_path, **settings):
    return kg.train("demo", **{"images": IMAGES, "out": tmp_path / "runs", **SMALL, **settings})


@pytest.fixture(scope="module")
def on_array(tmp_path_factory):
    """The folder of runs, a run on an array, and what it printed."""
    folder = tmp_path_factory.mktemp("array")
    with contextlib.redirect_stdout(io.StringIO()) as output:
        run = train(folder)
    return folder, run, output.getvalue()


@pytest.fixture(scope="module")
def on_file(tmp_path_factory):
    """A run on a file that is no longer there, and the file's path."""
    path = tmp_path_factory.mktemp("file") / "images.npy"
    np.save(path, IMAGES)
    run = train(path.parent, images=str(path))
    path.unlink()
    return run, path


def copy(run, tmp_path):
    """Copy a run's folder, to resume the copy."""
    return shutil.copytree(run.folder, tmp_path / "runs" / run.folder.name)


def weights(run):
    return [np.asarray(weight) for weight in run.model.get_weights()]


def test_run_is_trained_and_returned(on_array):
    folder, run, output = on_array
    assert run.folder == folder / "runs" / "0001_demo"
    assert (run.epochs, run.config.run.epochs, run.config.data) == (3, 3, Part("array"))
    np.testing.assert_array_equal(run.history["epoch"], range(3))
    assert run.verdict.total == 5
    assert run.model.generate(2, seed=0).shape == (2, 32, 32, 3)
    assert {"report.html", "generator.keras", "checkpoints"} <= {path.name for path in run.folder.iterdir()}
    assert f"Run finished. In {run.folder}" in output


@pytest.mark.long
def test_array_folder_and_file_train_the_same(on_array, on_file, tmp_path):
    (_, by_array, _), (by_file, path) = on_array, on_file
    by_floats = train(tmp_path, images=(IMAGES / 127.5 - 1.0).astype("float32"))
    assert by_file.config.data == Part("file", {"path": str(path)}).completed(parts.SOURCES)
    for other in (by_file, by_floats):
        for one, another in zip(weights(by_array), weights(other), strict=True):
            np.testing.assert_array_equal(one, another)


@pytest.mark.long
def test_epochs_of_a_pass_over_the_images(tmp_path):
    """24 images in steps of two batches of five are three steps; the run that was stopped ends as the other one."""
    whole = train(tmp_path, steps_per_epoch="pass", batch_size=5, epochs=4, sample_every="4 steps")
    np.testing.assert_array_equal(whole.history["steps"], [3, 6, 9, 12])
    np.testing.assert_allclose(whole.history["kimg"], [0.03, 0.06, 0.09, 0.12], rtol=1e-6)  # Written as float32.
    assert sorted(path.name for path in (whole.folder / "samples").glob("epoch*")) == [
        f"epoch_{epochs:06d}.png" for epochs in (2, 3, 4)
    ]
    report = (whole.folder / "analysis_report.md").read_text(encoding="utf-8")
    assert "**Trained**: 4 epochs, 12 steps, 0.1 thousand images  \n" in report
    train(tmp_path, steps_per_epoch="pass", batch_size=5, epochs=2)
    stopped = tmp_path / "runs" / "0002_demo"
    resumed = kg.train(resume=stopped, images=IMAGES, epochs=4, wandb="off")
    for one, another in zip(weights(whole), weights(resumed), strict=True):
        np.testing.assert_array_equal(one, another)
    np.testing.assert_array_equal(resumed.history["steps"], whole.history["steps"])


@pytest.mark.filterwarnings("ignore:n_.* is less than twice the 216 features")
def test_held_out_images_are_measured_and_not_trained_on(tmp_path):
    images = data.toy_horses(60)
    settings = {"hold_out": 0.4, "quality_every": 2, "quality_samples": 40, "images": images, "steps_per_epoch": "pass"}
    run = train(tmp_path, batch_size=6, **settings)
    split = data.hold_out(images, 0.4, run.config.run.seed)
    # 36 images in steps of 12.
    np.testing.assert_array_equal(run.history["steps"], [3, 6, 9])
    distances = run.history["val_wasserstein_distance"]
    np.testing.assert_array_equal(np.isfinite(distances), [False, True, True])
    for key in ("fid_held_out", "fid_as_many_seen"):
        np.testing.assert_array_equal(np.isfinite(run.history[key]), [False, True, True])
    # The same seed draws the same samples: measured by hand, against the same two sets.
    evaluator = kg.Evaluator(kg.Cifar10ResNet(), split.trained_on(), 40, held_out=split.held_out)
    samples = list(kg.callbacks.sample_batches(run.model.generate, 40, 0))
    by_hand = evaluator.evaluate(samples)
    assert by_hand.fid_held_out == pytest.approx(run.history["fid_held_out"][-1], rel=1e-5)
    other = kg.Evaluator(kg.Cifar10ResNet(), split.held_out, 40)
    # 24 images: the covariance of so few has no inverse, whose root is less exact.
    assert other.evaluate(samples).fid_score == pytest.approx(by_hand.fid_held_out, rel=1e-3)
    # The images of an untrained generator are as far from the ones as from the others.
    assert by_hand.fid_as_many_seen == pytest.approx(by_hand.fid_held_out, rel=0.2)
    trained = {image.tobytes() for image in split.trained_on()}
    feed = run.model.batches(images, 6, split.training)
    assert {image.tobytes() for image in feed.step(0).reshape(-1, 32, 32, 3)} <= trained
    resumed = kg.train(resume=run.folder, images=images, epochs=4, wandb="off")
    assert resumed.epochs == 4
    with pytest.raises(ValueError, match="hold_out"):
        kg.train(resume=run.folder, images=images, hold_out=0.0, wandb="off")


def test_run_is_resumed_as_if_it_had_never_stopped(on_array, tmp_path):
    _, run, _ = on_array
    part = copy(run, tmp_path)
    whole, resumed = train(tmp_path, epochs=5), kg.train(images=IMAGES, resume=part, epochs=5, wandb="off")
    assert (resumed.folder, resumed.epochs) == (part, 5)
    for one, other in zip(weights(whole), weights(resumed), strict=True):
        np.testing.assert_array_equal(one, other)
    with pytest.raises(ValueError, match="given as an array: give them again"):
        kg.train(resume=part, epochs=7, wandb="off")


@pytest.mark.long
def test_images_may_move_but_not_change(on_file, tmp_path):
    run, _ = on_file
    part = copy(run, tmp_path)
    with pytest.raises(FileNotFoundError, match="No folder or file .*images.npy. If the images were moved, .*`--data`"):
        kg.train(resume=part, epochs=4, wandb="off")
    np.save(tmp_path / "moved.npy", IMAGES)
    moved = kg.train(images=tmp_path / "moved.npy", resume=part, epochs=4, wandb="off")
    assert moved.config.data.arguments["path"] == str(tmp_path / "moved.npy")
    assert kg.train(images=IMAGES, resume=part, epochs=5, wandb="off").epochs == 5
    with pytest.raises(ValueError, match="Received other images"):
        kg.train(images=IMAGES[::-1], resume=part, epochs=6, wandb="off")


@pytest.mark.long
@pytest.mark.usefixtures("user_cache", "wandb_alone")
def test_pictures_may_move_with_their_size_and_charts_do_not_tell_where_they_are(tmp_path):
    kg.save_images(np.repeat(IMAGES, 2, axis=1), tmp_path / "pictures")
    run = train(tmp_path, images=tmp_path / "pictures", size=32, fit="stretch", epochs=1, wandb="offline")
    assert wandb_reader.config(wandb_reader.run_file(run.folder))["data_path"] == "pictures"
    (tmp_path / "pictures").rename(tmp_path / "moved")
    assert kg.train(images=tmp_path / "moved", resume=run.folder, epochs=2, wandb="off").epochs == 2


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"epoch": 3}, "`epoch` must be a setting of this run. .*Did you mean 'epochs'?"),
        ({"images": IMAGES.astype(int)}, "`images` must be uint8, or floats"),
        ({"images": "nowhere"}, "`data` must be one of .* Received: nowhere"),
        ({"images": IMAGES[:3]}, "`batch_size` must be at most the 3 images of the data set array"),
        ({"dataset": "toy"}, "`images` must be given alone. Received: also dataset"),
        ({"images": (IMAGES / 255.0).astype("float32")}, r"`images` must be .* these look like \[0, 1\]"),
        ({"critic_learning_rate": -1e-3}, "`critic_learning_rate` must be a finite positive number. Received"),
        ({"beta_1": 7.0}, r"`critic_optimizer_beta_1` must be a number in \[0, 1\)"),
        ({"latent_dim": 0}, "`latent_dim` must be an integer of at least 1"),
        ({"critic_filters": (4, 0)}, "`critic_filters` must be a tuple of integers of at least 1"),
        ({"wandb": False}, "`wandb` must be one of"),
        ({"log_every": "3"}, "`log_every` must be an integer of at least 1, in epochs, or a text"),
        ({"plugin": ("a",)}, "`plugin` must be a setting"),
        ({"lipschitz": "spectral"}, "`lipschitz` must be one of none, weight_clipping, gradient_penalty"),
        ({"log_every": 0}, "`log_every` must be an integer of at least 1"),
    ],
)
def test_what_will_not_do_is_named_before_anything_is_made(tmp_path, settings, message):
    with pytest.raises(ValueError, match=message):
        train(tmp_path, **settings)
    assert not (tmp_path / "runs").exists()


def test_presets_are_named(tmp_path):
    with pytest.raises(ValueError, match="`preset` must be one of horses, .*Received: preset=cats"):
        kg.train("cats")
    with pytest.raises(ValueError, match="`preset` must be left out with `resume`"):
        kg.train("demo", resume=tmp_path)


@pytest.mark.long
@pytest.mark.usefixtures("user_cache")
@pytest.mark.filterwarnings("ignore:n_.* is less than twice the 216 features")
def test_refused_evaluation_leaves_the_run_as_it_was(tmp_path):
    run = train(tmp_path, quality_every=1, quality_samples=20, epochs=2)
    config = (run.folder / "config.json").read_bytes()
    with pytest.raises(ValueError, match="figures of another provenance: n_samples is 20. Received: 30"):
        kg.train(images=IMAGES, resume=run.folder, epochs=3, quality_samples=30, wandb="off")
    assert (run.folder / "config.json").read_bytes() == config
    assert kg.train(images=IMAGES, resume=run.folder, epochs=3, wandb="off").epochs == 3


def test_array_is_no_preset():
    with pytest.raises(ValueError, match="`preset` must be one of horses, horses_gp, demo"):
        kg.train(IMAGES)
