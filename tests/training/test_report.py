"""The report at the end of training: the callback, and its part on Weights & Biases."""

import json
import types

import keras
import numpy as np
import pytest
import wandb
import wandb_reader

from keras_gan import (
    GradientPenalty,
    LossCsv,
    Report,
    SampleGrid,
    convolutional_critic,
    finish_wandb,
    init_wandb,
    upsampling_generator,
)
from keras_gan.analysis.detectors.findings import Diagnosis
from keras_gan.analysis.detectors.remedies import remedies
from keras_gan.analysis.report import write as report_files
from keras_gan.analysis.run.saved_run import load_run
from keras_gan.networks.dcgan import critic_filters, generator_filters
from keras_gan.training import report as report_module
from keras_gan.training.build import build_model
from keras_gan.training.changes import change
from keras_gan.training.description import describe
from keras_gan.training.presets import PRESETS


@pytest.fixture(autouse=True)
def quick_reports(request, monkeypatch):
    """Draw no figures where nobody looks at them: they take longer than these runs."""
    if request.function is not test_report_stands_beside_what_it_reads:
        monkeypatch.setattr(report_files, "save_figures", lambda run, folder: {})


def fit(gan, images, folder, *callbacks, epochs=3):
    watchers = [*callbacks, LossCsv(folder / "losses.csv"), SampleGrid(folder / "samples", 1)]
    gan.fit(images, batch_size=64, epochs=epochs, verbose=0, callbacks=watchers)


def test_report_stands_beside_what_it_reads(make_gan, float_images, images, tmp_path, capsys):
    report = Report(tmp_path / "run", images=images)
    assert report.report is None
    fit(make_gan(), float_images, tmp_path / "run", report)
    folder = tmp_path / "run"
    assert report.report.run.epochs == 3
    assert {path.name for path in folder.iterdir()} == {
        "analysis_report.md",
        "config.json",
        "losses.csv",
        "plots",
        "report.html",
        "run.json",
        "samples",
    }
    assert load_run(folder).real_picture is not None
    assert load_run(folder).copies == ""
    output = capsys.readouterr().out
    assert "Verdict: " in output
    assert output.rstrip().endswith(str(folder / "report.html"))


def test_config_is_what_the_model_and_fit_tell(make_gan, float_images, tmp_path):
    """F34."""
    fit(make_gan(), float_images, tmp_path, Report(tmp_path))
    assert json.loads((tmp_path / "config.json").read_text()) == {
        "epochs": 3,
        "steps_per_epoch": 1,
        "batch_size": 64,
        "n_critic": 2,
        "seed": 1,
        "clip_threshold": 0.01,
        "gradient_penalty": None,
        "optimizer": "rmsprop",
        "critic_learning_rate": 0.001,
        "generator_learning_rate": 0.001,
        "rho": 0.9,
        "latent_dim": 5,
        "generator_parameters": 480,
        "critic_parameters": 257,
        "image_shape": [4, 4, 3],
        "augmentation": "none",
        "loss": "wasserstein",
    }


def described(gan, **params):
    return describe(gan, {"epochs": 5, "steps": None, **params})


def test_penalty_is_told_too(make_gan):
    told = described(make_gan(GradientPenalty(7.0)))
    assert (told["clip_threshold"], told["gradient_penalty"], told["lipschitz_one_sided"]) == (None, 7.0, False)
    assert "steps_per_epoch" not in told
    assert described(make_gan(lipschitz=None))["gradient_penalty"] is None


@pytest.mark.parametrize("preset", ["demo", "horses"])
def test_model_of_the_commands_parts_is_told_as_the_command_tells_it(preset):
    """F34: so that runs of both can be compared."""
    small = {"generator_filters": (4, 4, 3), "critic_filters": (4,), "critic_strides": (2,), "latent_dim": 2}
    config = change(PRESETS[preset], loss="least_squares", **small)
    expected = config.flat()
    told = json.loads(json.dumps(described(build_model(config))))
    shared = set(told) & set(expected) - {"epochs"}
    assert {name: told[name] for name in shared} == {name: json.loads(json.dumps(expected[name])) for name in shared}
    assert set(told) - shared == {"epochs", "image_shape"}
    assert {"critic_learning_rate", "generator_filters", "critic_filters", "loss", "n_critic", "seed"} <= shared


def test_arguments_of_optimizers_that_the_command_does_not_have_are_told(make_gan):
    gan = make_gan(lipschitz=None)
    critic = keras.optimizers.Adam(1e-4, 0.5, epsilon=1e-3, clipnorm=1.0)
    gan.compile(critic, keras.optimizers.SGD(1e-3, momentum=0.5))
    told = described(gan)
    assert {name: value for name, value in told.items() if "optimizer" in name} == {
        "critic_optimizer": "adam",
        "critic_optimizer_beta_1": 0.5,
        "critic_optimizer_beta_2": 0.999,
        "critic_optimizer_epsilon": 1e-3,
        "critic_optimizer_clipnorm": 1.0,
        "generator_optimizer": "sgd",
        "generator_optimizer_momentum": 0.5,
    }


@pytest.mark.parametrize("filters", [(3,), (5, 3), (4, 5, 6, 1)])
def test_filters_of_the_packages_networks_are_read_from_them(filters):
    generator = upsampling_generator(2, filters)
    assert generator_filters(generator) == filters
    assert critic_filters(convolutional_critic(generator.output_shape[1:], filters, (1,) * len(filters))) == filters


def test_other_networks_have_no_filters_of_ours(make_gan):
    gan = make_gan()
    assert generator_filters(gan.generator) is critic_filters(gan.critic) is None
    images = keras.Input((4, 4, 1))
    x = keras.layers.Flatten()(keras.layers.LeakyReLU()(keras.layers.Conv2D(2, 3)(images)))
    assert critic_filters(keras.Model(images, keras.layers.Dense(1)(x))) is None


def test_batch_size_of_a_feed_is_known_and_that_of_a_dataset_is_not(make_gan, images, float_images):
    """F34."""
    gan = make_gan()
    gan.fit(gan.batches(images, 8), steps_per_epoch=1, verbose=0)
    assert gan.batch_size == described(gan)["batch_size"] == 8
    gan.fit(((float_images,) for _ in range(9)), steps_per_epoch=1, verbose=0)
    assert gan.batch_size is None
    assert "batch_size" not in described(gan)


def test_advice_for_a_run_of_fit_has_its_own_numbers(make_gan, float_images, tmp_path):
    """F34: 500 epochs became 2000."""
    fit(make_gan(), float_images, tmp_path, Report(tmp_path), epochs=2)
    config = load_run(tmp_path).config
    assert remedies(Diagnosis.BLUR, config)[0].code == "fit(epochs=4)"
    collapse = {remedy.advice: remedy.code for remedy in remedies(Diagnosis.MODE_COLLAPSE, config)}
    assert collapse["Update the critic more often (n_critic 2 → 4)"] == "GAN(n_critic=4)"
    assert collapse["Widen the generator"] is None


def test_given_config_counts_and_an_older_one_stays(make_gan, float_images, tmp_path):
    fit(make_gan(), float_images, tmp_path, Report(tmp_path, config={"batch_size": 32}))
    assert load_run(tmp_path).config == {"batch_size": 32}
    (tmp_path / "losses.csv").unlink()
    fit(make_gan(), float_images, tmp_path, Report(tmp_path, config={"batch_size": 64}))
    assert load_run(tmp_path).config == {"batch_size": 32}


def test_settings_of_another_run_are_said_and_more_epochs_are_recorded(make_gan, float_images, tmp_path):
    """F35."""
    fit(make_gan(), float_images, tmp_path, Report(tmp_path), epochs=2)
    begun = json.loads((tmp_path / "config.json").read_text())
    losses, watcher = LossCsv(tmp_path / "losses.csv", append=True), Report(tmp_path)
    gan = make_gan()
    gan.fit(float_images, batch_size=64, initial_epoch=2, epochs=3, verbose=0, callbacks=[losses, watcher])
    assert json.loads((tmp_path / "config.json").read_text()) == {**begun, "epochs": 3}
    gan.generator_optimizer.learning_rate = 1e-5
    with pytest.warns(UserWarning, match="has other settings, so this is another run: .*batch_size 64 → 32"):
        gan.fit(float_images, batch_size=32, initial_epoch=3, epochs=4, verbose=0, callbacks=[losses, watcher])
    assert json.loads((tmp_path / "config.json").read_text()) == {**begun, "epochs": 4}


def test_learning_rate_of_a_schedule_is_its_first(make_gan):
    gan = make_gan()
    schedule = keras.optimizers.schedules.ExponentialDecay(1e-4, 10, 0.9)
    gan.compile(keras.optimizers.RMSprop(schedule), keras.optimizers.RMSprop(1e-4))
    assert described(gan)["critic_learning_rate"] == 1e-4


def test_other_rules_are_refused_before_training(tmp_path):
    with pytest.raises(ValueError, match="rules='mine'"):
        Report(tmp_path, rules="mine")


@pytest.mark.usefixtures("wandb_alone")
def test_report_is_on_weights_and_biases(make_gan, float_images, tmp_path):
    run = init_wandb("run", folder=tmp_path)
    report = Report(tmp_path, wandb_run=run)
    fit(make_gan(), float_images, tmp_path, report)
    finish_wandb(run)
    # Only then is all of it on disk.
    wandb.teardown()
    path = wandb_reader.run_file(tmp_path)
    logged = wandb_reader.tables(path)
    assert len(logged) == 1
    assert logged[0]["report/indicators"]["nrows"] == 5
    assert logged[0]["report/phases"]["ncols"] == 6
    verdict = report.report.verdict
    summary = wandb_reader.summary(path)
    assert summary["report/stability"].endswith(verdict.stability)
    assert summary["report/quality"] == "Unmeasured"
    assert summary["report/balance"] in ("✅ Good", "⚠️ Warning", "❌ Bad")
    assert wandb_reader.artifacts(path)[f"report-{run.id}"] == {"analysis_report.md", "report.html"}


@pytest.mark.parametrize(
    ("offline", "url", "named"),
    [(False, "https://w/1", "https://w/1"), (True, "https://w/1", None), (False, None, None)],
)
def test_address_of_the_run_that_is_charted_is_in_the_report(tmp_path, monkeypatch, offline, url, named):
    """F41: it said "W&B Run: none"."""
    run = types.SimpleNamespace(offline=offline, url=url, log=print, finish=print)
    (tmp_path / "losses.csv").write_text("epoch,d_loss,g_loss\n0,1,1\n")
    for report in (Report(tmp_path, config={}), Report(tmp_path, config={}, wandb_run=run)):
        (tmp_path / "run.json").unlink(missing_ok=True)
        monkeypatch.setattr(wandb, "run", run if report.wandb_run is None else None)
        monkeypatch.setattr(report_module, "log_to_wandb", lambda *_: None)
        report.on_train_begin()
        report.on_train_end()
        assert load_run(tmp_path).wandb_url == named
        shown = "none" if named is None else f"[View on W&B]({named})"
        assert f"**W&B Run**: {shown}" in (tmp_path / "analysis_report.md").read_text()


@pytest.mark.usefixtures("wandb_alone")
def test_service_that_fails_costs_a_warning(make_gan, float_images, tmp_path, monkeypatch):
    run = init_wandb("run", folder=tmp_path)
    monkeypatch.setattr(wandb.Run, "log_artifact", lambda *_: 1 / 0)
    with pytest.warns(UserWarning, match="has not taken the report: ZeroDivisionError"):
        fit(make_gan(), float_images, tmp_path, Report(tmp_path, wandb_run=run))
    assert (tmp_path / "report.html").is_file()


def test_report_that_cannot_be_made_costs_a_warning(make_gan, float_images, tmp_path):
    (tmp_path / "quality.csv").write_text("no,figures\n1,2\n")
    report = Report(tmp_path)
    with pytest.warns(UserWarning, match="No report: FileError.*quality.csv.*keras[-_]gan report"):
        fit(make_gan(), float_images, tmp_path, report)
    assert report.report is None


def test_config_may_hold_anything(make_gan, float_images, tmp_path):
    config = {"path": tmp_path, "rate": np.float32(0.5), "n_critic": None}
    fit(make_gan(), float_images, tmp_path, Report(tmp_path, config=config))
    assert load_run(tmp_path).config == {"path": str(tmp_path), "rate": "0.5", "n_critic": None}


def test_report_of_a_run_that_was_stopped_is_of_what_is_done(make_gan, float_images, tmp_path):
    stop = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: setattr(gan, "stop_training", epoch == 1))
    gan = make_gan()
    report = Report(tmp_path)
    fit(gan, float_images, tmp_path, stop, report, epochs=9)
    assert report.report.run.epochs == 2


def test_images_of_the_set_are_beside_the_samples(tmp_path):
    from keras_gan.data.grids import read_grid
    from keras_gan.training.report import save_real_picture

    images = np.random.default_rng(0).integers(0, 256, (100, 4, 4, 3), dtype=np.uint8)
    save_real_picture(images, tmp_path)
    shown = np.round((read_grid(tmp_path / "samples" / "real.png") + 1) * 127.5).astype(np.uint8)
    assert len(shown) == 64
    assert {image.tobytes() for image in shown} <= {image.tobytes() for image in images}
