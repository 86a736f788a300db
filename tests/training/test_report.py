"""The report at the end of training: the callback, and its part on Weights & Biases."""

import json

import keras
import numpy as np
import pytest
import wandb
import wandb_reader

from keras_gan import GradientPenalty, LossCsv, Report, SampleGrid, finish_wandb, init_wandb
from keras_gan.analysis.report import write as report_files
from keras_gan.analysis.run.saved_run import load_run
from keras_gan.training.report import describe


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


def test_config_is_what_the_model_tells(make_gan, float_images, tmp_path):
    fit(make_gan(), float_images, tmp_path, Report(tmp_path))
    assert json.loads((tmp_path / "config.json").read_text()) == {
        "n_critic": 2,
        "clip_threshold": 0.01,
        "gradient_penalty": None,
        "optimizer": "rmsprop",
        "critic_learning_rate": 0.001,
        "generator_learning_rate": 0.001,
        "latent_dim": 5,
    }


def test_penalty_is_told_too(make_gan):
    told = describe(make_gan(GradientPenalty(7.0)))
    assert (told["clip_threshold"], told["gradient_penalty"]) == (None, 7.0)


def test_given_config_counts_and_an_older_one_stays(make_gan, float_images, tmp_path):
    fit(make_gan(), float_images, tmp_path, Report(tmp_path, config={"batch_size": 32}))
    assert load_run(tmp_path).config == {"batch_size": 32}
    (tmp_path / "losses.csv").unlink()
    fit(make_gan(), float_images, tmp_path, Report(tmp_path, config={"batch_size": 64}))
    assert load_run(tmp_path).config == {"batch_size": 32}


def test_learning_rate_of_a_schedule_is_its_first(make_gan):
    gan = make_gan()
    schedule = keras.optimizers.schedules.ExponentialDecay(1e-4, 10, 0.9)
    gan.compile(keras.optimizers.RMSprop(schedule), keras.optimizers.RMSprop(1e-4))
    assert describe(gan)["critic_learning_rate"] == 1e-4


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
    with pytest.warns(UserWarning, match="No report: ValueError.*quality.csv.*keras[-_]gan report"):
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
