"""The checkpoint that a run goes on from, and the settings that may change then."""

import contextlib
import dataclasses
import io
import json
import shutil
import zipfile

import keras
import numpy as np
import pytest
from helpers import small_critic, small_generator, wandb_apart

from keras_gan import GAN, data, losses, models
from keras_gan.analysis.report import write as report_files
from keras_gan.analysis.run.history import read_losses
from keras_gan.callbacks import GracefulStop, checkpoints
from keras_gan.manifest import NAME, read_manifest
from keras_gan.training import experiment, run_folder
from keras_gan.training.changes import change
from keras_gan.training.config import Part
from keras_gan.training.options import RunOptions
from keras_gan.training.presets import PRESETS

pytestmark = pytest.mark.filterwarnings("ignore:n_.* is less than twice the 216 features")

IMAGES = data.toy_horses(24, seed=0)

SMALL = change(
    PRESETS["horses_gp"],
    epochs=6,
    data=Part("array"),
    batch_size=4,
    n_critic=2,
    generator_filters=(4, 4, 4, 3),
    generator_kernel_size=3,
    critic_filters=(4, 4),
    critic_strides=(4, 4),
    critic_kernel_size=3,
    quality_every=2,
    quality_samples=20,
)


@pytest.fixture(scope="module", autouse=True)
def quick_reports():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(report_files, "save_figures", lambda run, folder: {})
        yield


def options_in(folder):
    return RunOptions(out=folder, checkpoint_every=2, wandb="off")


def train(config, options):
    run = experiment.prepare(config, options, IMAGES)
    run.train()
    return run.folder


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    with contextlib.redirect_stdout(io.StringIO()):
        return train(SMALL, options_in(tmp_path_factory.mktemp("finished")))


@pytest.fixture
def run(finished, tmp_path):
    """A copy of the finished run, whose checkpoints are of the epochs 2, 4 and 6."""
    return shutil.copytree(finished, tmp_path / finished.name)


def resume(folder, **settings):
    options = dataclasses.replace(options_in(folder.parent), resume=folder)
    return experiment.prepare(change(SMALL, **settings), options, IMAGES)


def flip(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def tear(path):
    path.write_bytes(path.read_bytes()[:1000])


def replace(path):
    keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)]).save(path)


def exchange(path):
    """Put a GAN of other networks in the place of a checkpoint."""
    gan = GAN(small_generator(), small_critic(), losses.Wasserstein())
    gan.compile("adam", "adam")
    gan.save(path)


DAMAGES = {
    flip: "Bad CRC-32 for file 'model.weights.h5'",
    tear: "File is not a zip file",
    replace: "it must hold a GAN. Received: a Sequential",
    exchange: "its weights must be those of config.json",
}


#: Damages for the tests that run longest.
RARE = (tear, exchange, replace)


@pytest.mark.parametrize(
    "damage",
    [pytest.param(each, marks=pytest.mark.long if each in RARE else ()) for each in DAMAGES],
    ids=lambda damage: damage.__name__,
)
def test_damaged_checkpoint_is_named_and_the_one_before_is_used(run, finished, capsys, damage):
    """F43."""
    last = checkpoints(run / "checkpoints")[-1][1]
    damage(last)
    (run / "generator.keras").unlink()
    going_on = resume(run)
    assert going_on.start == 4
    (line,) = (line for line in capsys.readouterr().out.splitlines() if "cannot be used" in line)
    assert line.startswith(f"{last.name} cannot be used: ")
    assert DAMAGES[damage] in line
    assert line.endswith("The checkpoint before it is used.")
    assert (last.parent / f"set_aside_{last.name}").exists()
    going_on.train()
    weights = [models.load_model(folder / "checkpoints" / last.name).get_weights() for folder in (run, finished)]
    for mine, expected in zip(*weights, strict=True):
        np.testing.assert_array_equal(mine, expected)
    one, other = (read_losses(folder / "losses.csv") for folder in (run, finished))
    for name in set(one) - {"epoch_time"}:
        np.testing.assert_array_equal(one[name], other[name], err_msg=name)


def test_checkpoint_of_another_run_is_not_used(run, tmp_path, capsys):
    """F43: networks of the same shape, under another loss."""
    other = train(change(SMALL, loss="hinge", quality_every=0), options_in(tmp_path / "other"))
    name = checkpoints(run / "checkpoints")[-1][1].name
    shutil.copyfile(other / "checkpoints" / name, run / "checkpoints" / name)
    assert resume(run, epochs=8).start == 4
    assert (
        "it must be a checkpoint of this run. Received: loss=hinge in place of wasserstein" in capsys.readouterr().out
    )


@pytest.mark.parametrize(("name", "rows", "start"), [("losses.csv", 5, 4), ("losses.csv", 3, 2), ("quality.csv", 2, 4)])
def test_checkpoint_that_the_records_do_not_reach_is_not_used(run, finished, capsys, name, rows, start):
    """F8."""
    lines = (run / name).read_text().splitlines(keepends=True)
    (run / name).write_text("".join(lines[: rows + 1]) + "5,0.1")  # A row that was cut.
    going_on = resume(run, epochs=6 if start == 2 else 8)
    assert going_on.start == start
    assert f"{name} must h" in capsys.readouterr().out
    if start == 2:
        (run / "generator.keras").unlink()
        going_on.train()
        assert (run / "quality.csv").read_bytes() == (finished / "quality.csv").read_bytes()


def test_another_interval_of_measurements_leaves_the_checkpoints_usable(run):
    """Of every fifth epoch, index 4 would have been measured; the run has measured those of index 1, 3 and 5."""
    resume(run, epochs=8, quality_every=5)
    again = resume(run, epochs=8, quality_every=5)
    assert (again.start, again.config.evaluation.every) == (6, 5)


def test_run_that_is_stopped_within_its_first_epoch_goes_on(tmp_path):
    run = experiment.prepare(change(SMALL, epochs=1, steps_per_epoch=5), options_in(tmp_path), IMAGES)
    stop = GracefulStop()
    stop.requested = True  # As after a signal that came before the first step.
    assert run.train(stop) == 0
    assert [path.name for _, path in checkpoints(run.folder / "checkpoints")] == ["epoch_000000_step_000001.keras"]
    results = run.summary(0).splitlines()[1].split()
    assert results == ["losses.csv", "samples/", "checkpoints/", "generator.keras"]
    assert resume(run.folder, epochs=1, steps_per_epoch=5).train() == 1


def test_row_that_was_cut_is_not_replayed_to_weights_and_biases(run, tmp_path):
    with open(run / "losses.csv", "a") as file:
        file.write("6,0.1")
    options = dataclasses.replace(options_in(run.parent), resume=run, wandb="offline")
    going_on = experiment.prepare(change(SMALL, epochs=8), options, IMAGES)
    with wandb_apart(tmp_path):
        assert going_on.train() == 8


def test_best_model_of_epochs_that_are_trained_otherwise_is_set_aside(run):
    folder = run / "checkpoints"
    tear(checkpoints(folder)[-1][1])
    record = {"monitor": "fid_score", "mode": "min", "value": -1.0, "epochs": 6}
    (folder / "best.json").write_text(json.dumps(record))
    resume(run, epochs=8)
    assert (folder / "best.keras").exists()
    assert resume(run, epochs=8, lr=1e-5).start == 4
    assert not (folder / "best.keras").exists()
    assert json.loads((folder / "set_aside_best.json").read_text()) == record


def test_run_without_checkpoints_begins_anew_and_keeps_its_records(run, capsys):
    shutil.rmtree(run / "checkpoints")
    losses, quality = ((run / name).read_bytes() for name in ("losses.csv", "quality.csv"))
    assert resume(run).start == 0
    assert "There is no checkpoint: 6 epochs are trained again. Their losses are in set_aside_losses.csv." in (
        capsys.readouterr().out
    )
    assert (run / "set_aside_losses.csv").read_bytes() == losses
    assert (run / "set_aside_quality.csv").read_bytes() == quality
    assert not (run / "losses.csv").exists()


def test_run_without_any_usable_checkpoint_is_refused_and_stays_as_it_is(run):
    (run / "losses.csv").unlink()
    before = {path: path.read_bytes() for path in run.rglob("*") if path.is_file()}
    with pytest.raises(ValueError, match="cannot be resumed: epoch_000006.keras cannot be used: .*losses.csv"):
        resume(run, epochs=8)
    assert {path: path.read_bytes() for path in run.rglob("*") if path.is_file()} == before


def test_manifest_names_the_run(run):
    manifest = read_manifest(checkpoints(run / "checkpoints")[-1][1])
    assert manifest["epochs"] == 6
    assert manifest["backend"] == keras.backend.backend()
    assert manifest["versions"]["keras"] == keras.__version__
    assert len(manifest["config"]) == 64
    assert manifest["settings"]["loss"] == "wasserstein"
    assert "batch_size" not in manifest["settings"]


def test_checkpoint_of_an_earlier_version_is_used(run):
    """Without a manifest, and with one that lacks a setting that came later."""
    for _, path in checkpoints(run / "checkpoints"):
        content = zipfile.ZipFile(io.BytesIO(path.read_bytes()))
        with zipfile.ZipFile(path, "w") as archive:
            for info in content.infolist():
                if info.filename != NAME:
                    archive.writestr(info, content.read(info))
    assert resume(run, epochs=8).start == 6


CHANGES = {
    "augmentation": {"augmentation": "ada"},
    "all": {"lr_critic": 1e-3, "n_critic": 3, "batch_size": 5, "gradient_penalty": 50.0, "augmentation": "diffaugment"},
}


@pytest.mark.parametrize("name", ["all", pytest.param("augmentation", marks=pytest.mark.long)])
def test_what_training_may_change_holds_from_the_next_epoch_on(run, name):
    settings = {**CHANGES[name], "quality_every": 0}
    going_on = resume(run, epochs=8, **settings)
    before = models.load_model(checkpoints(run / "checkpoints")[-1][1])
    # The new model stands where the old one stood.
    for mine, expected in zip(going_on.model.critic.variables, before.critic.variables, strict=True):
        np.testing.assert_array_equal(mine, expected)
    for role in ("critic_optimizer", "generator_optimizer"):
        pairs = zip(getattr(going_on.model, role).variables, getattr(before, role).variables, strict=True)
        assert all(np.array_equal(*pair) for pair in pairs if "learning_rate" not in pair[0].path)
    np.testing.assert_array_equal(going_on.model.noise.state, before.noise.state)
    config = going_on.config
    model = going_on.model
    assert (model.n_critic, model.lipschitz.weight) == (config.run.n_critic, config.lipschitz.arguments["weight"])
    assert type(model.augmentation).__name__.lower().startswith(config.augmentation.name[:3].replace("non", "none"))
    going_on.train()
    losses = read_losses(run / "losses.csv")
    assert len(losses["epoch"]) == 8
    assert np.all(np.isfinite(losses["d_loss"]))
    images = 6 * 4 * 2 + 2 * config.run.batch_size * config.run.n_critic
    assert model.images_seen == images
    (recorded,) = json.loads((run / "environment.json").read_text())["resumes"]
    assert recorded["epoch"] == 6
    assert recorded["changes"]["epochs"] == [6, 8]
    assert len(recorded["changes"]) >= 1 + len(CHANGES[name])
    # It goes on once more under the same configuration, with nothing to record.
    again = resume(run, epochs=9, **settings)
    assert again.model.n_critic == config.run.n_critic


def test_resume_that_dies_before_its_configuration_is_written_leaves_no_change(run, monkeypatch):
    def die(folder, config):
        raise KeyboardInterrupt

    monkeypatch.setattr(run_folder, "write_config", die)
    with pytest.raises(KeyboardInterrupt):
        resume(run, epochs=8, lr=1e-3)
    monkeypatch.undo()
    resume(run, epochs=8)
    (recorded,) = json.loads((run / "environment.json").read_text())["resumes"]
    assert recorded["changes"] == {"epochs": [6, 8]}
