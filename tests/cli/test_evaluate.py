"""The evaluation script: runs and folders of images, from options to JSON."""

import csv
import dataclasses
import json
import os
import runpy
import shutil
import sys

import keras
import numpy as np
import pytest
from helpers import SCRIPTS, assert_bits_equal, refusal, values_of
from peers import needs_tf_gan
from PIL import Image

from keras_gan import Evaluator, QualityMonitor, data, load_model, parts
from keras_gan.analysis.report import write as report_files
from keras_gan.callbacks import sample_batches
from keras_gan.cli import evaluation as quality
from keras_gan.cli.evaluate import EvaluationOptions
from keras_gan.cli.parser import parse_options
from keras_gan.data.horses import ARCHIVE_NAME
from keras_gan.metrics import Cifar10ResNet, Evaluation, second_opinion
from keras_gan.training import experiment
from keras_gan.training.changes import change
from keras_gan.training.options import RunOptions
from keras_gan.training.presets import PRESETS

SCRIPT = SCRIPTS / "evaluate.py"

SMALL = change(
    PRESETS["demo"],
    epochs=2,
    batch_size=4,
    n_critic=1,
    lipschitz="none",
    generator_filters=(4, 4, 4, 3),
    critic_filters=(4, 4, 4),
    quality_samples=40,
)

TRAIN, TEST = data.toy_horses(60, seed=0), data.toy_horses(30, seed=1)

pytestmark = pytest.mark.filterwarnings("ignore:n_.* is less than twice the 216 features")


@pytest.fixture(autouse=True)
def wide_terminal(user_cache, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")


@pytest.fixture
def data_dir(tmp_path):
    np.savez(tmp_path / ARCHIVE_NAME, x_train=TRAIN, x_test=TEST)
    return tmp_path


@pytest.fixture
def pictures(tmp_path):
    folder = tmp_path / "pictures"
    folder.mkdir()
    for index, image in enumerate(TEST):
        Image.fromarray(image).save(folder / f"{index:03d}.png")
    return folder


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("trained")
    np.savez(folder / ARCHIVE_NAME, x_train=TRAIN, x_test=TEST)
    prepared = experiment.prepare(SMALL, RunOptions(out=folder / "runs", data_dir=folder, wandb="off"))
    prepared.train()
    return prepared


@pytest.fixture
def run(trained, tmp_path):
    """The trained run, in a folder that a test may spoil."""
    folder = shutil.copytree(trained.folder, tmp_path / "runs" / trained.folder.name)
    return dataclasses.replace(trained, folder=folder)


def test_folder_against_horses(pictures, data_dir, capsys):
    evaluation = quality.evaluate(EvaluationOptions(pictures, real="horses", data_dir=data_dir))
    order = np.random.default_rng(0).permutation(30)
    assert evaluation == Evaluator(Cifar10ResNet(), TRAIN, 30).evaluate(TEST[order])
    assert (evaluation.provenance.n_real, evaluation.provenance.n_samples) == (60, 30)
    assert evaluation.fid_infinity is evaluation.fid_interval is None


def test_guides_figure_with_extrapolation_and_interval(pictures, data_dir):
    np.save(data_dir / "real.npy", TRAIN)
    options = EvaluationOptions(
        pictures, real=str(data_dir / "real.npy"), n_samples=25, n_real=25, infinity=True, bootstrap=20
    )
    evaluation = quality.evaluate(options)
    assert (evaluation.provenance.n_real, evaluation.provenance.n_samples) == (25, 25)
    low, high = evaluation.fid_interval
    assert low < evaluation.fid_score < high
    assert evaluation.fid_infinity < evaluation.fid_score


def test_run_has_the_figures_that_its_monitor_saw(run, data_dir):
    evaluator = Evaluator(Cifar10ResNet(), TRAIN, 40)
    monitor = QualityMonitor(evaluator, 1, data_dir / "quality.csv")
    batches = data.image_batches(TRAIN, 4, 1)
    run.model.fit(batches, steps_per_epoch=1, epochs=1, verbose=0, callbacks=[monitor])
    run.model.generator.save(run.folder / "generator.keras")
    evaluation = quality.evaluate(EvaluationOptions(run.folder, data_dir=data_dir, n_samples=40))
    with open(data_dir / "quality.csv", newline="", encoding="utf-8") as file:
        (row,) = csv.DictReader(file)
    assert row["reference_sha256"] == evaluation.provenance.reference_sha256
    # The saved network computes in other batches.
    np.testing.assert_allclose(float(row["fid_score"]), evaluation.fid_score, rtol=1e-4)


def averaging_adam():
    return keras.optimizers.Adam(0.01, use_ema=True, ema_momentum=0.5)


@pytest.mark.long
def test_run_with_averages_has_one_generator_to_look_at(data_dir, monkeypatch, capsys):
    """F15: figures, the best model and `generator.keras` are of the averaged generator, as the log says once."""
    monkeypatch.setitem(parts.OPTIMIZERS._objects, "averaging_adam", averaging_adam)
    # Nobody looks at them, and they take longer than the run.
    monkeypatch.setattr(report_files, "save_figures", lambda run, folder: {})
    config = change(SMALL, epochs=3, generator_optimizer="averaging_adam", quality_every=1)
    prepared = experiment.prepare(config, RunOptions(out=data_dir / "runs", data_dir=data_dir, wandb="off"))
    prepared.train()
    assert capsys.readouterr().out.count("of the averaged generator (exponential moving average") == 1
    folder, gan = prepared.folder, prepared.model
    saved = load_model(folder / "generator.keras")
    assert_bits_equal(values_of(saved.weights), values_of(gan.sampling_generator.weights))
    assert np.any(values_of(saved.weights)[0] != values_of(gan.generator.weights)[0])
    with open(folder / "quality.csv", newline="", encoding="utf-8") as file:
        scores = [float(row["fid_score"]) for row in csv.DictReader(file)]
    evaluation = quality.evaluate(EvaluationOptions(folder, data_dir=data_dir, n_samples=40))
    # The saved network computes in other batches.
    np.testing.assert_allclose(evaluation.fid_score, scores[-1], rtol=1e-4)
    best = load_model(folder / "checkpoints" / "best.keras")
    samples = sample_batches(best.generate, 40, 0)
    assert Evaluator(Cifar10ResNet(), TRAIN, 40).evaluate(samples).fid_score == pytest.approx(min(scores), rel=1e-6)


def test_run_against_other_images(run, pictures):
    evaluation = quality.evaluate(EvaluationOptions(run.folder, real=str(pictures), n_samples=20))
    assert evaluation.provenance.n_real == 30


def test_unfinished_run_is_evaluated_by_its_last_checkpoint(run, data_dir, capsys):
    finished = quality.evaluate(EvaluationOptions(run.folder, data_dir=data_dir, n_samples=40))
    (run.folder / "generator.keras").unlink()
    options = EvaluationOptions(run.folder, data_dir=data_dir, n_samples=40)
    assert quality.evaluate(options) == finished
    assert "epoch_000002.keras is evaluated" in capsys.readouterr().err
    file = run.folder / "checkpoints" / "epoch_000002.keras"
    by_file = EvaluationOptions(file, "horses", data_dir=data_dir, n_samples=40)
    assert quality.evaluate(by_file) == finished
    shutil.rmtree(run.folder / "checkpoints")
    message = r"`path` must be a .keras file, an .orbax folder, or a folder with a generator\.keras"
    with pytest.raises(FileNotFoundError, match=message):
        quality.evaluate(options)


def test_damaged_generator_is_named(run, data_dir):
    (run.folder / "generator.keras").write_text("no network")
    with pytest.raises(ValueError, match=r"generator.keras cannot be loaded"):
        quality.evaluate(EvaluationOptions(run.folder, data_dir=data_dir))


def test_inception_is_asked_for_by_name(pictures, tmp_path):
    options = EvaluationOptions(pictures, str(pictures), extractor="inception", inception_weights=tmp_path / "none.h5")
    with pytest.raises(FileNotFoundError, match=r"No file .*none\.h5"):
        quality.evaluate(options)


def main(*arguments):
    return runpy.run_path(str(SCRIPT))["main"](list(map(str, arguments)))


def test_script_prints_json_alone(pictures, data_dir, warm_python):
    flags = [pictures, "--real", "horses", "--data-dir", data_dir]
    code = f"import runpy, sys; sys.argv[0] = {str(SCRIPT)!r}; runpy.run_path(sys.argv[0], run_name='__main__')"
    result = warm_python.run(code, *flags, env={**os.environ, "PYTHONWARNINGS": "ignore"})
    assert result.returncode == 0, result.stderr
    evaluation = Evaluation.from_json(result.stdout)
    assert json.loads(result.stdout)["provenance"]["extractor"] == "cifar10-resnet"
    assert main(*flags, "--out", data_dir / "out.json") == 0
    assert Evaluation.from_json((data_dir / "out.json").read_text()) == evaluation


@pytest.mark.long
@needs_tf_gan
def test_second_opinion_is_a_table_beside_the_json(pictures, data_dir, capfd):
    flags = "--real", "horses", "--data-dir", data_dir, "--second-opinion"
    assert main(pictures, *flags) == 0
    output, error = capfd.readouterr()
    evaluation = Evaluation.from_json(output)
    assert {row.metric for row in evaluation.second_opinion if row.peer == "tf-gan"} == {
        *("fid_score", "kernel_distance", "inception_score_mean", "sliced_wasserstein")
    }
    # The covariance of 30 samples is singular. Peers take roots of eigenvalues that are 0 only up to rounding, which
    # changes the Fréchet distance by some millionths.
    assert max(row.relative_difference for row in evaluation.second_opinion) < 1e-4
    assert second_opinion.render(evaluation.second_opinion) in error

    # If the JSON goes to a file, the table goes to standard output.
    assert main(pictures, *flags, "--out", data_dir / "out.json") == 0
    heading, *lines = capfd.readouterr().out.splitlines()
    assert heading == f"Figures in {data_dir / 'out.json'}"
    written = Evaluation.from_json((data_dir / "out.json").read_text())
    assert lines == second_opinion.render(written.second_opinion).splitlines()
    # TF-GAN's values may differ in the last digits: it draws its directions without a seed.
    assert dataclasses.replace(written, second_opinion=evaluation.second_opinion) == evaluation


def test_second_opinion_without_any_package_is_refused_before_images_are_read(tmp_path, monkeypatch, capsys):
    for name in ("tensorflow_gan", "torch_fidelity"):
        monkeypatch.setitem(sys.modules, name, None)
    (tmp_path / "a.png").write_text("no image")
    error = refusal(capsys, "evaluate", tmp_path, "--real", "toy", "--second-opinion")
    assert "error: A second opinion needs another package, and none is installed: tf-gan (pip install" in error


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("nowhere",), "`target` must be a folder or a file that exists. Received: target=nowhere"),
        (("pictures",), "`real` must be given: pictures is no run folder"),
        (("pictures", "--real", "toy", "--inception-weights", "x.h5"), "are for `--extractor inception`"),
        (("pictures", "--real", "toy", "--bootstrap", "1"), "`bootstrap` must be 0 or at least 2"),
        (
            ("pictures", "--real", "toy", "--extractor", "vgg"),
            "`extractor` must be one of cifar10-resnet, inception. Received: 'vgg'",
        ),
        ((), "folder of images"),
    ],
)
def test_unusable_arguments_are_one_line(pictures, monkeypatch, capsys, arguments, message):
    monkeypatch.chdir(pictures.parent)
    with pytest.raises(SystemExit) as stop:
        parse_options(EvaluationOptions, list(arguments), "evaluate.py", "")
    error = capsys.readouterr().err
    assert stop.value.code == 2
    assert error.count("\n") == 1
    assert message in error


def test_script_ends_with_one_line_on_images_that_are_none(pictures, data_dir, capsys):
    picture = pictures / "000.png"
    picture.write_text("no image")
    with pytest.raises(SystemExit) as stop:
        main(pictures, "--real", "horses", "--data-dir", data_dir)
    assert stop.value.code == 2
    error = capsys.readouterr().err
    assert error.startswith(f"keras-gan evaluate: error: 1 file in {pictures} cannot be read as an image: 000.png")


def test_run_with_images_held_out_is_measured_against_the_others(run, data_dir):
    config = json.loads((run.folder / "config.json").read_text())
    config["run"]["hold_out"] = 0.5
    (run.folder / "config.json").write_text(json.dumps(config))
    evaluation = quality.evaluate(EvaluationOptions(run.folder, data_dir=data_dir, n_samples=20))
    assert evaluation.provenance.n_real == len(TRAIN) // 2


def test_images_of_a_run_that_were_moved_are_asked_for(run, tmp_path, capsys):
    config = json.loads((run.folder / "config.json").read_text())
    config["data"] = {"name": "folder", "arguments": {"path": str(tmp_path / "gone")}}
    (run.folder / "config.json").write_text(json.dumps(config))
    error = refusal(capsys, "evaluate", run.folder)
    assert "gone. If the images were moved, give their new place by `--real`" in error


def test_folder_that_fit_wrote_needs_real_images(tmp_path, capsys):
    (tmp_path / "config.json").write_text('{"batch_size": 8, "n_critic": 2}')
    error = refusal(capsys, "evaluate", tmp_path)
    assert f"`real` must be given: {tmp_path} does not name its data set" in error
