"""Real runs of Weights & Biases, offline: what is in their files, and what happens when the service fails."""

import gc
import pathlib
import signal
import socket
import subprocess
import sys
import threading

import keras
import numpy as np
import pytest
import wandb
import wandb_reader
from PIL import Image
from wandb_server import WandbServer

from keras_gan import (
    Evaluator,
    GanCheckpoint,
    LossCsv,
    QualityMonitor,
    WandbCharts,
    define_wgan_charts,
    finish_wandb,
    init_wandb,
)
from keras_gan.analysis.run.history import read_losses
from keras_gan.callbacks import CHARTS, checkpoints, last_run_id, wandb_run
from keras_gan.data.grids import image_grid
from keras_gan.metrics import CallableExtractor

KEYS = [key for keys in CHARTS.values() for key in keys]

pytestmark = pytest.mark.usefixtures("wandb_alone")

HOME = str(pathlib.Path.home())

CONFIG = {"batch_size": 64, "n_critic": 2, "critic_filters": [8, 16], "gradient_penalty": None}


@pytest.fixture
def run(tmp_path, wandb_alone):
    return init_wandb("0001_horses", CONFIG, "horses", folder=tmp_path)


def make_monitor(images, folder, every):
    def features_of(images):
        rows = images.reshape(len(images), -1).astype("float32") / 255
        return rows[:, ::12], rows[:, :5]

    return QualityMonitor(Evaluator(CallableExtractor(features_of), images, 40, cache_dir=folder / "real"), every)


def fit(gan, images, *callbacks, **kwargs):
    return gan.fit(images, batch_size=32, verbose=0, callbacks=list(callbacks), **kwargs)


def finish(run):
    finish_wandb(run)
    # Until then the file may not be whole.
    wandb.teardown()


def private_words(folder):
    """Return what tells of this machine and its user, in `folder` among other places."""
    paths = [folder, pathlib.Path.cwd(), pathlib.Path.home() / "x", sys.executable, __file__]
    return [socket.gethostname(), "someone-of-this-name", "a" * 40, "pytest", *map(str, paths)]


def test_there_are_23_charts():
    assert len(KEYS) == len(set(KEYS)) == 23
    assert list(CHARTS) == ["losses", "weights", "stability", "quality", "images", "optimisation"]


def test_every_chart_has_every_epochs_value(make_gan, images, float_images, tmp_path, run):
    gan, seen = make_gan(), LossCsv(tmp_path / "losses.csv")
    fit(
        gan, float_images, WandbCharts(run, every=2, count=9, seed=5), seen, make_monitor(images, tmp_path, 2), epochs=5
    )
    finish(run)
    path = wandb_reader.run_file(tmp_path)
    rows = wandb_reader.history(path)
    expected = read_losses(tmp_path / "losses.csv")
    assert [row["epoch"] for row in rows] == [0, 1, 2, 3, 4]
    for section, keys in CHARTS.items():
        for key in keys:
            name = f"{section}/{key}"
            if section == "images":
                continue
            # The file of losses rounds to float32.
            found = np.float32([row.get(name, np.nan) for row in rows])
            np.testing.assert_array_equal(found, np.float32(expected[key]), err_msg=name)
    assert np.isfinite(expected["d_loss"]).all()
    assert list(np.isfinite(expected["fid_score"])) == [False, True, False, True, True]
    assert wandb_reader.config(path) == CONFIG
    # What is measured besides has a chart without a section.
    assert rows[1]["recall"] == pytest.approx(expected["recall"][1])

    pictures = {row["epoch"]: row["images/generated_images"] for row in rows if "images/generated_images" in row}
    assert [(epoch, picture["caption"]) for epoch, picture in pictures.items()] == [
        (1, "9 samples after 2 epochs"),
        (3, "9 samples after 4 epochs"),
        (4, "9 samples after 5 epochs"),
    ]
    with Image.open(pathlib.Path(run.dir) / pictures[4]["path"]) as picture:
        np.testing.assert_array_equal(np.asarray(picture), image_grid(gan.generate(9, seed=5)))


def test_charts_go_over_epochs_and_the_summary_has_the_best_fid(make_gan, images, float_images, tmp_path, run):
    history = fit(make_gan(), float_images, make_monitor(images, tmp_path, 1), WandbCharts(run), epochs=4).history
    summary = dict(run.summary)
    finish(run)
    charts = wandb_reader.metrics(wandb_reader.run_file(tmp_path))
    assert charts["epoch"].options.hidden
    for section, keys in CHARTS.items():
        for key in keys:
            chart = charts[f"{section}/{key}"]
            assert chart.step_metric == "epoch"
            assert (chart.summary.min, chart.summary.last) == (key == "fid_score", key != "fid_score")
    assert summary["losses/d_loss"]["last"] == history["d_loss"][-1]
    assert summary["quality/fid_score"]["min"] == min(history["fid_score"])


def test_file_tells_nothing_of_the_machine(make_gan, float_images, tmp_path, monkeypatch):
    monkeypatch.setenv("WANDB_API_KEY", "a" * 40)
    monkeypatch.setenv("HOME", HOME)
    monkeypatch.setenv("USER", "someone-of-this-name")
    monkeypatch.setenv("LOGNAME", "someone-of-this-name")
    run = init_wandb("0001_horses", CONFIG, "horses", "offline", tmp_path)
    fit(make_gan(), float_images, WandbCharts(run, every=1), epochs=2)
    finish(run)
    content = wandb_reader.run_file(tmp_path).read_bytes()
    assert b"losses/d_loss" in content
    for secret in private_words(tmp_path):
        assert secret.encode() not in content, secret
    logs = [path for path in tmp_path.rglob("*.log") if not path.is_symlink()]
    assert logs
    for path in logs:
        assert str(tmp_path) not in path.read_text()
    files = {path.name for path in pathlib.Path(run.dir).rglob("*") if path.is_file()}
    assert files == {path.name for path in pathlib.Path(run.dir).rglob("*.png")}


@pytest.mark.parametrize(
    "value",
    [
        pathlib.Path("data"),
        "/data/horses",
        ["/data/horses"],
        {"/data/horses"},
        "~/horses",
        {"key": "a" * 40},
        {"a" * 40: 1},
        f"--data-dir={pathlib.Path.home() / 'horses'}",
    ],
)
def test_config_must_not_tell_of_the_machine(tmp_path, monkeypatch, value):
    monkeypatch.setenv("WANDB_API_KEY", "a" * 40)
    monkeypatch.setenv("HOME", HOME)
    with pytest.raises(ValueError, match=r"`config` must not .* Received: .*config\['where'\]"):
        init_wandb("name", {"where": value}, folder=tmp_path)
    assert list(tmp_path.glob("wandb")) == []


def test_without_a_key_runs_are_offline_and_it_is_said_how_to_upload_them(tmp_path, capsys, run):
    assert run.offline
    command = f"wandb sync {run.settings.sync_dir}"
    assert capsys.readouterr().out == (
        f"Weights & Biases: no API key, so the run is logged offline. Upload it with: {command}\n"
    )
    assert pathlib.Path(run.settings.sync_dir).parent == tmp_path / "wandb"
    assert (run.name, run.project) == ("0001_horses", "horses")
    assert last_run_id(tmp_path) == run.id


def test_modes(tmp_path, monkeypatch, capsys):
    with pytest.raises(ValueError, match="`mode` must be .* Received: mode='off'"):
        init_wandb("name", mode="off")
    disabled = init_wandb("name", mode="disabled", folder=tmp_path)
    define_wgan_charts()
    disabled.log({"epoch": 0})
    finish_wandb(disabled)
    assert capsys.readouterr().out == ""
    assert last_run_id(tmp_path) is None
    monkeypatch.setenv("WANDB_MODE", "offline")
    monkeypatch.setenv("WANDB_PROJECT", "mine")
    named = init_wandb("name", folder=tmp_path)
    assert named.project == "mine"
    assert capsys.readouterr().out.startswith("Weights & Biases: the run is logged offline. Upload it with: wandb sync")


def test_without_a_run_it_says_how_to_begin_one(make_gan, float_images):
    with pytest.raises(ValueError, match="begin one with `init_wandb`"):
        define_wgan_charts()
    with pytest.raises(ValueError, match="begin one with `init_wandb`"):
        fit(make_gan(), float_images, WandbCharts())


def test_a_second_run_ends_the_first(tmp_path, run):
    second = init_wandb("0002_horses", folder=tmp_path / "second")
    with pytest.raises(wandb.UsageError, match="is finished"):
        run.log({"epoch": 0})
    assert second.id != run.id
    assert wandb.run is second


# --- online ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def server(monkeypatch):
    server = WandbServer()
    monkeypatch.setattr(wandb_run, "BEGIN_TIMEOUT", 2)
    monkeypatch.setattr(wandb_run, "END_TIMEOUT", 5)
    monkeypatch.setenv("WANDB_API_KEY", "a" * 40)
    monkeypatch.setenv("WANDB_BASE_URL", server.url)
    yield server
    server.close()


def test_with_a_key_runs_are_online_and_only_the_run_goes_there(make_gan, float_images, tmp_path, server, capsys):
    run = init_wandb("0001_horses", CONFIG, "horses", folder=tmp_path)
    assert not run.offline
    assert capsys.readouterr().out == f"Weights & Biases: {run.url}\n"
    history = fit(make_gan(), float_images, WandbCharts(run, every=2), epochs=3).history
    finish(run)
    rows = server.rows()
    assert [row["epoch"] for row in rows] == [0, 1, 2]
    assert [row["losses/g_loss"] for row in rows] == history["g_loss"]
    assert any(path.startswith("/upload/media/images/") for path, _ in server.requests)
    for path, body in server.requests:
        for secret in private_words(tmp_path):
            assert secret.encode() not in body, (path, secret)


def test_run_that_is_resumed_online_gets_what_it_lacks(make_gan, float_images, tmp_path, server):
    server.resumed_epoch = 3
    run = init_wandb("name", folder=tmp_path, run_id="abcd1234")
    assert run.resumed
    charts = WandbCharts(run)
    charts.replay({"epoch": range(5), "d_loss": [0.5] * 5})
    fit(make_gan(), float_images, charts, initial_epoch=5, epochs=7)
    finish(run)
    assert [row["epoch"] for row in server.rows()] == [4, 5, 6]


def test_online_without_a_key_says_so(tmp_path):
    with pytest.warns(UserWarning, match="cannot be online, .*: there is no API key"):
        run = init_wandb("name", mode="online", folder=tmp_path)
    assert run.offline
    wandb_run._to_upload.clear()


def test_service_that_goes_away_does_not_end_training(make_gan, float_images, tmp_path, server, monkeypatch):
    monkeypatch.setattr(wandb_run, "END_TIMEOUT", 1)
    run = init_wandb("name", folder=tmp_path)
    leave = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: server.close() if epoch == 1 else None)
    assert fit(make_gan(), float_images, WandbCharts(run), leave, epochs=4).epoch == [0, 1, 2, 3]
    command = f"wandb sync {run.settings.sync_dir}"
    with pytest.warns(UserWarning, match=f"has not taken all of the run .*Timed out.* Upload the rest with: {command}"):
        finish_wandb(run)
    wandb.teardown()
    (path,) = pathlib.Path(run.settings.sync_dir).glob("*.wandb")
    assert [row["epoch"] for row in wandb_reader.history(path)] == [0, 1, 2, 3]


@pytest.mark.parametrize("comes_back", [True, pytest.param(False, marks=pytest.mark.long)])
def test_service_that_cannot_be_reached_is_tried_again_at_the_end(tmp_path, server, capsys, monkeypatch, comes_back):
    # Only for a message of wandb's own would it ask for the user's name, and wait for ten seconds.
    monkeypatch.setenv("WANDB_X_DISABLE_VIEWER", "true")
    server.close()
    with pytest.warns(UserWarning, match="cannot be online, so the run is logged offline and uploaded .*refused$"):
        run = init_wandb("name", folder=tmp_path)
    assert run.offline
    run.log({"epoch": 7})
    if comes_back:
        server = WandbServer(server.port)
    else:
        monkeypatch.setattr(wandb_run, "END_TIMEOUT", 1)
    finish_wandb(run)
    said = capsys.readouterr().out
    if comes_back:
        server.close()
        assert [row["epoch"] for row in server.rows()] == [7]
        assert said == "Weights & Biases: the run is uploaded\n"
    else:
        command = f"wandb sync {run.settings.sync_dir}"
        assert said.startswith("Weights & Biases: the run is not uploaded (")
        assert said.endswith(f"). Upload it with: {command}\n")
        wandb.teardown()
        (path,) = pathlib.Path(run.settings.sync_dir).glob("*.wandb")
        assert [row["epoch"] for row in wandb_reader.history(path)] == [7]


def test_key_that_is_none_leaves_an_offline_run(tmp_path, monkeypatch):
    monkeypatch.setenv("WANDB_API_KEY", "short")
    with pytest.warns(UserWarning, match="API key of Weights & Biases cannot be used"):
        assert init_wandb("name", folder=tmp_path).offline


def service():
    """Return the process that this one sends its runs to."""
    (process,) = (
        each
        for each in gc.get_objects()
        if isinstance(each, subprocess.Popen) and "wandb-core" in str(each.args) and each.poll() is None
    )
    return process


def kill_service():
    process = service()
    process.kill()
    process.wait()


def test_killed_service_does_not_end_training_and_the_run_is_logged_again(
    make_gan, float_images, tmp_path, run, capsys
):
    class Killer(LossCsv):
        def on_epoch_end(self, epoch, logs=None):
            super().on_epoch_end(epoch, logs)
            if epoch == 2:
                kill_service()

    charts = WandbCharts(run, every=2, count=4)
    killer, saver = Killer(tmp_path / "losses.csv"), GanCheckpoint(tmp_path / "checkpoints", every=2)
    with pytest.warns(UserWarning, match="takes no more data; it is tried again when training ends") as warned:
        fit(make_gan(), float_images, charts, killer, saver, epochs=6)
    assert len([each for each in warned if each.category is UserWarning]) == 1
    assert [epoch for epoch, _ in checkpoints(tmp_path / "checkpoints")] == [2, 4, 6]
    assert charts.failure is None
    assert charts.run.id != run.id
    assert f"epochs 0 to 5 are in {charts.run.id}; {run.id} lacks a part" in capsys.readouterr().out
    charts.finish()
    wandb.teardown()
    (path,) = pathlib.Path(charts.run.settings.sync_dir).glob("*.wandb")
    rows = wandb_reader.history(path)
    expected = read_losses(tmp_path / "losses.csv")
    assert [row["epoch"] for row in rows] == list(range(6))
    np.testing.assert_array_equal(np.float32([row["losses/g_loss"] for row in rows]), np.float32(expected["g_loss"]))
    assert [row["epoch"] for row in rows if "images/generated_images" in row] == [1, 3, 5]
    assert wandb_reader.config(path) == CONFIG


@pytest.mark.long
def test_hung_service_neither_stops_nor_slows_training(make_gan, float_images, tmp_path, run, monkeypatch, capsys):
    monkeypatch.setattr(wandb_run, "END_TIMEOUT", 1)
    process = service()
    process.send_signal(signal.SIGSTOP)
    charts = WandbCharts(run, every=1, count=4)
    log = type(run).log

    def wait_if_hung(self, row):
        # What buffers would hold for some hundred epochs.
        threading.Event().wait() if self is run else log(self, row)

    monkeypatch.setattr(type(run), "log", wait_if_hung)
    with pytest.warns(UserWarning, match="takes no more data.*no answer within 1 seconds"):
        assert fit(make_gan(), float_images, charts, epochs=3).epoch == [0, 1, 2]
    assert charts.failure is None
    assert charts.run.id != run.id
    assert "epochs 0 to 2 are in" in capsys.readouterr().out
    charts.finish()
    wandb.teardown()
    (path,) = pathlib.Path(charts.run.settings.sync_dir).glob("*.wandb")
    assert [row["epoch"] for row in wandb_reader.history(path)] == [0, 1, 2]
    process.kill()
    process.wait()


def test_wandb_that_cannot_begin_at_all_is_done_without(make_gan, float_images, tmp_path, monkeypatch):
    begin = wandb.init

    def fail(mode, **options):
        if mode == "disabled":
            return begin(mode=mode, **options)
        raise wandb.Error("no service")

    monkeypatch.setattr(wandb, "init", fail)
    with pytest.warns(UserWarning, match="cannot be used, so nothing is logged there: .*no service"):
        run = init_wandb("name", folder=tmp_path)
    assert fit(make_gan(), float_images, WandbCharts(run), epochs=2).epoch == [0, 1]
    finish_wandb(run)


def test_epochs_before_an_error_are_kept(make_gan, float_images, tmp_path, run):
    def fail(epoch, logs):
        if epoch == 2:
            raise OSError("disk full")

    charts = WandbCharts(run)
    breaker = keras.callbacks.LambdaCallback(on_epoch_end=fail)
    with pytest.raises(OSError, match="disk full"):
        fit(make_gan(), float_images, breaker, charts, epochs=5)
    charts.finish()
    wandb.teardown()
    assert [row["epoch"] for row in wandb_reader.history(wandb_reader.run_file(tmp_path))] == [0, 1]


def test_another_run_is_another_journal(make_gan, float_images, tmp_path):
    gan, charts = make_gan(), WandbCharts()
    folders = tmp_path / "one", tmp_path / "two"
    for number, folder in enumerate(folders):
        init_wandb("name", mode="offline", folder=folder)
        fit(gan, float_images, charts, initial_epoch=number, epochs=number + 1)
        charts.finish()
    wandb.teardown()
    for number, folder in enumerate(folders):
        assert [row["epoch"] for row in wandb_reader.history(wandb_reader.run_file(folder))] == [number]


def test_service_that_fails_for_good_is_said_twice_and_ends_nothing(make_gan, float_images, tmp_path, run, monkeypatch):
    def full(*arguments, **kwargs):
        raise OSError("No space left on device")

    monkeypatch.setattr(type(run), "log", full)
    charts = WandbCharts(run)
    with pytest.warns(UserWarning, match="Weights & Biases") as warned:
        history = fit(make_gan(), float_images, charts, epochs=3)
    assert history.epoch == [0, 1, 2]
    messages = [str(each.message) for each in warned if each.category is UserWarning]
    assert ["takes no more data" in message for message in messages] == [True, False]
    assert isinstance(charts.failure, OSError)


def test_replayed_epochs_come_first(make_gan, float_images, tmp_path, run):
    samples = tmp_path / "epoch_000002.png"
    Image.new("RGB", (4, 4), "red").save(samples)
    charts = WandbCharts(run)
    past = {"epoch": [0.0, 1.0], "d_loss": [0.5, -1.0], "fid_score": [np.nan, 12.5]}
    charts.replay(past, [(2, samples)])
    fit(make_gan(), float_images, charts, initial_epoch=2, epochs=4)
    finish(run)
    rows = wandb_reader.history(wandb_reader.run_file(tmp_path))
    assert [row["epoch"] for row in rows] == [0, 1, 2, 3]
    assert [row.get("quality/fid_score") for row in rows] == [None, 12.5, None, None]
    assert [row["losses/d_loss"] for row in rows[:2]] == [0.5, -1.0]
    assert rows[1]["images/generated_images"]["caption"] == "64 samples after 2 epochs"


def test_two_fits_go_to_one_run(make_gan, float_images, tmp_path, run):
    gan, charts = make_gan(), WandbCharts()
    fit(gan, float_images, charts, epochs=2)
    fit(gan, float_images, charts, initial_epoch=2, epochs=3)
    assert charts.run is run
    finish(run)
    assert [row["epoch"] for row in wandb_reader.history(wandb_reader.run_file(tmp_path))] == [0, 1, 2]
