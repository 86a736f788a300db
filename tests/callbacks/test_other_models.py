"""Our callbacks in models and loops of the user's own."""

import io
import types

import keras
import numpy as np
import pytest

from keras_gan import (
    DivergenceGuard,
    EpochLog,
    GanCheckpoint,
    GracefulStop,
    LossCsv,
    QualityMonitor,
    Report,
    SampleGrid,
    TensorBoardScalars,
    WandbCharts,
)
from keras_gan.analysis.run.history import read_losses
from keras_gan.analysis.run.saved_run import load_run
from keras_gan.callbacks import TrainingProgress, checkpoints, pictures, progress_display
from keras_gan.callbacks.epoch_log import REQUIRED_KEYS


@pytest.fixture(scope="module")
def model():
    """A Keras model that is no GAN."""
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse", run_eagerly=True)
    return model


def fit(model, *callbacks, epochs=2):
    x = np.ones((4, 2), "float32")
    model.fit(x, x[:, :1], batch_size=4, epochs=epochs, verbose=0, callbacks=list(callbacks))


def evaluator():
    provenance = types.SimpleNamespace(n_samples=2, n_real=2)
    extractor = types.SimpleNamespace(label="")
    return types.SimpleNamespace(extractor=extractor, provenance=provenance, floor_images=1, floors={"fid_floor": 1.0})


@pytest.mark.parametrize(
    "make",
    [SampleGrid, lambda folder: QualityMonitor(evaluator()), lambda folder: WandbCharts()],
    ids=["SampleGrid", "QualityMonitor", "WandbCharts"],
)
def test_what_shows_samples_refuses_a_model_without_them_before_training(model, make, tmp_path):
    """F39."""
    before = int(model.optimizer.iterations)
    with pytest.raises(ValueError, match=r"needs a model with `generate\(n, seed=…\)`.* Received: Sequential"):
        fit(model, make(tmp_path))
    assert int(model.optimizer.iterations) == before
    with pytest.raises(ValueError, match="Received: no model: call `set_model`"):
        make(tmp_path).on_train_begin()
    with pytest.raises(ValueError, match=r"needs a model with `save\(path\)`.* Received: SimpleNamespace"):
        GanCheckpoint(tmp_path).set_model(types.SimpleNamespace())


def test_what_needs_a_gans_values_says_which_and_what_takes_any(model):
    """F39."""
    with pytest.raises(ValueError, match="EpochLog needs .*'d_loss'.* as `GAN.fit` gives them; `LossCsv` takes any"):
        fit(model, EpochLog())
    with pytest.raises(ValueError, match="DivergenceGuard needs one of .*'d_loss'.* as `GAN.fit` gives them"):
        fit(model, DivergenceGuard())


def test_what_needs_no_gan_works_with_any_keras_model(model, tmp_path):
    """F39."""
    losses, saver = LossCsv(tmp_path / "losses.csv"), GanCheckpoint(tmp_path, monitor="loss")
    with progress_display() as display:
        fit(model, losses, saver, TensorBoardScalars(tmp_path / "board"), TrainingProgress(display))
    assert set(read_losses(tmp_path / "losses.csv")) == {"epoch", "loss"}
    assert [number for number, _ in checkpoints(tmp_path)] == [2]
    assert (tmp_path / "best.keras").is_file()
    assert len(list((tmp_path / "board").iterdir())) == 1


def test_report_of_another_model_tells_what_is_known(model, tmp_path):
    """F39."""
    values = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: logs.update(d_loss=-1.0, g_loss=0.5))
    fit(model, values, LossCsv(tmp_path / "losses.csv"), Report(tmp_path))
    assert load_run(tmp_path).config == {"epochs": 2, "steps_per_epoch": 1, "parameters": 3}
    assert (tmp_path / "report.html").is_file()


class Generator:
    """What a loop of the user's own trains, without Keras."""

    def generate(self, n, seed=None):
        return np.zeros((n, 4, 4, 1), "float32")


def test_loop_of_ones_own_calls_what_keras_has_for_it(tmp_path):
    """F39."""
    stream = io.StringIO()
    watchers = [EpochLog(2, stream), LossCsv(tmp_path / "losses.csv"), SampleGrid(tmp_path, every=2, count=2)]
    guard = DivergenceGuard(stream=stream)
    calls = keras.callbacks.CallbackList([guard, *watchers], model=Generator(), epochs=3)
    calls.on_train_begin()
    for epoch in range(3):
        logs = dict.fromkeys(REQUIRED_KEYS, 1.0)
        calls.on_epoch_begin(epoch)
        calls.on_train_batch_end(0, {"g_loss": np.nan if epoch == 2 else 1.0})
        calls.on_epoch_end(epoch, logs)
    calls.on_train_end()
    np.testing.assert_array_equal(read_losses(tmp_path / "losses.csv")["epoch"], range(3))
    assert [number for number, _ in pictures(tmp_path)] == [2, 3]
    assert stream.getvalue().count("Epoch ") == 3
    assert guard.finding == "g_loss is nan in step 3"


def test_loop_may_leave_out_what_a_callback_can_do_without(tmp_path):
    """F39."""
    losses = LossCsv(tmp_path / "losses.csv")
    with pytest.raises(RuntimeError, match=r"LossCsv needs `on_train_begin\(\)` before the first epoch"):
        losses.on_epoch_end(0, {"loss": 1.0})
    losses.on_train_begin()
    for epoch in range(2):
        losses.on_epoch_end(epoch, {"loss": 1.0})
    np.testing.assert_array_equal(read_losses(tmp_path / "losses.csv")["epoch"], [0, 1])
    with pytest.raises(RuntimeError, match="EpochLog needs `on_train_begin"):
        EpochLog().on_epoch_end(0, dict.fromkeys(REQUIRED_KEYS, 1.0))
    with pytest.raises(ValueError, match="EpochLog needs the number of epochs"):
        EpochLog().on_train_begin()
    guard = DivergenceGuard(stream=io.StringIO())
    guard.on_train_batch_end(0, {"g_loss": np.inf})
    assert guard.finding == "g_loss is inf in step 1"
    with GracefulStop() as stop:
        stop.on_train_begin()
        stop.requested = True
        stop.on_train_batch_end(0)
