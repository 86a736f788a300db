"""All callbacks together, Keras's among them: in any order, in every way of watching `fit`, and in two of them."""

import io
import itertools
import os
import random
import re
import zipfile

import h5py
import keras
import numpy as np
import pytest
import wandb
import wandb_reader
from helpers import assert_bits_equal, set_back, state_of, values_of

from keras_gan import (
    DivergenceGuard,
    EpochLog,
    Evaluator,
    GanCheckpoint,
    GracefulStop,
    LossCsv,
    QualityMonitor,
    SampleGrid,
    TensorBoardScalars,
    WandbCharts,
    finish_wandb,
    init_wandb,
)
from keras_gan.analysis.run.history import read_losses
from keras_gan.callbacks import checkpoints, pictures
from keras_gan.callbacks.charts import CHART_NAMES
from keras_gan.metrics import CallableExtractor


def features_of(images):
    rows = images.reshape(len(images), -1).astype("float32") / 255
    return rows[:, ::12], rows[:, :5]


@pytest.fixture
def evaluator(images, tmp_path):
    return Evaluator(CallableExtractor(features_of, weights_hash="one"), images, 40, cache_dir=tmp_path / "real")


@pytest.fixture
def all_callbacks(evaluator):
    """Build one callback of each kind, which write to a folder and print to a stream."""

    def build(folder, stream):
        return [
            DivergenceGuard(stream=stream),
            EpochLog(2, stream),
            QualityMonitor(evaluator, 2, folder / "quality.csv", append=True, stream=stream),
            keras.callbacks.EarlyStopping("fid_score", mode="min", patience=100),
            keras.callbacks.ReduceLROnPlateau("d_loss", mode="min", factor=0.5, patience=1, min_delta=10.0),
            keras.callbacks.TerminateOnNaN(),
            LossCsv(folder / "losses.csv", append=True),
            SampleGrid(folder / "samples", every=2, count=4),
            GanCheckpoint(folder / "checkpoints", every=2, monitor="fid_score"),
        ]

    return build


def stored_values(path):
    """Return all that a checkpoint stores of its variables; to build its model takes longer."""
    values = []
    with zipfile.ZipFile(path) as archive, h5py.File(io.BytesIO(archive.read("model.weights.h5"))) as file:
        file.visititems(lambda _, item: values.append(item[()]) if isinstance(item, h5py.Dataset) else None)
    return values


def outcome(folder, stream):
    """Return all that a run has left but its times."""
    columns = read_losses(folder / "losses.csv")
    del columns["epoch_time"]
    return {
        "losses": columns,
        "printed": re.sub(r"\[\d+\.\d\ds\]", "", stream.getvalue()),
        "weights": [each for _, path in checkpoints(folder / "checkpoints") for each in stored_values(path)],
        "pictures": [path.read_bytes() for _, path in pictures(folder / "samples")],
        "quality": (folder / "quality.csv").read_text(),
        "best": (folder / "checkpoints" / "best.json").read_text(),
    }


def assert_same_outcome(actual, expected):
    assert set(actual["losses"]) == set(expected["losses"])
    for key, column in expected["losses"].items():
        np.testing.assert_array_equal(actual["losses"][key], column, err_msg=key)
    assert_bits_equal(actual["weights"], expected["weights"])
    for key in ("printed", "pictures", "quality", "best"):
        assert actual[key] == expected[key], key


# Keras warns of the epochs without a figure.
@pytest.mark.filterwarnings("ignore:Early stopping conditioned on metric")
def test_order_does_not_matter(make_gan, float_images, all_callbacks, tmp_path):
    gan, outcomes = make_gan(), []
    start = state_of(gan)
    for number in range(4):
        folder, stream = tmp_path / str(number), io.StringIO()
        folder.mkdir()
        callbacks = all_callbacks(folder, stream)
        random.Random(number).shuffle(callbacks) if number > 1 else callbacks.reverse() if number else None
        set_back(gan, start)
        gan.fit(float_images, batch_size=32, epochs=5, verbose=0, callbacks=callbacks)
        outcomes.append(outcome(folder, stream))
    for other in outcomes[1:]:
        assert_same_outcome(other, outcomes[0])
    assert np.isfinite(outcomes[0]["losses"]["fid_score"]).sum() == 3
    assert outcomes[0]["losses"]["learning_rate_critic"][-1] < outcomes[0]["losses"]["critic_learning_rate"][0]


@pytest.mark.filterwarnings("ignore:Early stopping conditioned on metric")
def test_two_fits_with_the_same_callbacks_are_one(make_gan, float_images, all_callbacks, tmp_path):
    folders = tmp_path / "whole", tmp_path / "parts"
    streams = io.StringIO(), io.StringIO()
    for folder in folders:
        folder.mkdir()
    # Keras's own begin anew with each `fit`; so they are left out.
    whole, parts = ([c for c in all_callbacks(f, s) if hasattr(c, "stage")] for f, s in zip(folders, streams))
    gan = make_gan()
    start = state_of(gan)
    gan.fit(float_images, batch_size=32, epochs=4, verbose=0, callbacks=whole)
    set_back(gan, start)
    gan.fit(float_images, batch_size=32, epochs=2, verbose=0, callbacks=parts)
    gan.fit(float_images, batch_size=32, initial_epoch=2, epochs=4, verbose=0, callbacks=parts)
    expected, actual = (outcome(folder, stream) for folder, stream in zip(folders, streams))
    for printed in (expected, actual):
        del printed["printed"]
    expected["printed"] = actual["printed"] = ""
    assert_same_outcome(actual, expected)


@pytest.mark.parametrize("verbose", [0, 1, 2, "auto"])
def test_boxes_begin_on_a_line_of_their_own(make_gan, float_images, capsys, verbose):
    make_gan().fit(float_images, batch_size=8, epochs=2, verbose=verbose, callbacks=[EpochLog()])
    lines = re.split(r"[\r\n]", re.sub(r"\x1b\[[0-9;]*m", "", capsys.readouterr().out).replace("\b", ""))
    rules = [line for line in lines if "═" in line]
    assert rules == ["═" * 75] * 4
    assert sum(line.startswith("Epoch 0/2 [") for line in lines) == 1


def test_epochs_of_several_steps_are_recorded_as_one(make_gan, float_images, tmp_path):
    gan = make_gan()
    callbacks = [LossCsv(tmp_path / "losses.csv"), SampleGrid(tmp_path, 2, 4), GanCheckpoint(tmp_path, 2)]
    history = gan.fit(float_images, batch_size=8, epochs=3, verbose=0, callbacks=[*callbacks, DivergenceGuard()])
    np.testing.assert_array_equal(read_losses(tmp_path / "losses.csv")["epoch"], [0, 1, 2])
    assert [number for number, _ in checkpoints(tmp_path)] == [number for number, _ in pictures(tmp_path)] == [2, 3]
    assert int(gan.generator_optimizer.iterations) == 3 * 4
    assert len(history.history["d_loss"]) == 3


# --- Keras's own -----------------------------------------------------------------------------------------------------


def rates(gan):
    return [float(optimizer.learning_rate) for optimizer in (gan.critic_optimizer, gan.generator_optimizer)]


def fit(gan, images, *callbacks, **kwargs):
    return gan.fit(images, batch_size=32, verbose=0, callbacks=list(callbacks), **kwargs)


def test_learning_rate_scheduler_sets_both_rates(make_gan, float_images):
    gan = make_gan()
    gan.generator_optimizer.learning_rate = 4e-3
    scheduler = keras.callbacks.LearningRateScheduler(lambda epoch, rate: rate * 0.5)
    history = fit(gan, float_images, scheduler, epochs=3).history
    np.testing.assert_allclose(history["critic_learning_rate"], [5e-4, 2.5e-4, 1.25e-4], rtol=1e-6)
    np.testing.assert_allclose(history["generator_learning_rate"], [2e-3, 1e-3, 5e-4], rtol=1e-6)


def test_learning_rate_of_the_pair_keeps_the_ratio(make_gan):
    gan = make_gan()
    gan.generator_optimizer.learning_rate = 4e-3
    gan.optimizer.learning_rate = 1e-4
    # Two roundings to float32.
    np.testing.assert_allclose(rates(gan), [1e-4, 4e-4], rtol=1e-6)
    assert gan.optimizer.iterations is gan.generator_optimizer.iterations


def test_rates_of_the_pair_come_back_from_zero(make_gan):
    gan = make_gan()
    gan.generator_optimizer.learning_rate = 4e-3
    for rate in (0.0, 1e-4):
        gan.optimizer.learning_rate = rate
    np.testing.assert_allclose(rates(gan), [1e-4, 4e-4], rtol=1e-6)


def test_summary_is_that_of_both_networks(make_gan, capsys):
    gan = make_gan()
    gan.summary()
    printed = capsys.readouterr().out
    assert "generator" in printed
    assert "critic" in printed
    assert len(gan.optimizer.variables) == len(gan.critic_optimizer.variables + gan.generator_optimizer.variables)


def test_plateau_reduces_both_rates(make_gan, float_images):
    gan = make_gan()
    plateau = keras.callbacks.ReduceLROnPlateau(
        "wasserstein_distance", mode="min", factor=0.1, patience=2, min_delta=100.0
    )
    history = fit(gan, float_images, plateau, epochs=4).history
    np.testing.assert_allclose(rates(gan), [1e-4, 1e-4], rtol=1e-6)
    np.testing.assert_allclose(history["critic_learning_rate"], [1e-3, 1e-3, 1e-3, 1e-4], rtol=1e-6)


def test_early_stopping_stops_and_restores(make_gan, float_images, tmp_path):
    gan = make_gan()
    stopping = keras.callbacks.EarlyStopping(
        "wasserstein_distance", mode="min", patience=2, min_delta=100.0, restore_best_weights=True
    )
    saver = GanCheckpoint(tmp_path, every=1, keep=9)
    assert fit(gan, float_images, saver, stopping, epochs=9).epoch == [0, 1, 2]
    # The model is that of the first epoch; the checkpoints are what they were.
    first, _, last = (keras.saving.load_model(path) for _, path in checkpoints(tmp_path))
    assert_bits_equal(values_of(gan.generator.weights), values_of(first.generator.weights))
    assert int(last.generator_optimizer.iterations) == 3
    assert np.any(values_of(last.generator.weights)[0] != values_of(first.generator.weights)[0])


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_terminate_on_nan_sees_the_losses(make_gan, float_images, value, capsys):
    def poison(epoch, logs):
        if epoch == 2:
            weight = gan.critic.trainable_weights[0]
            weight.assign(np.full(weight.shape, value, "float32"))

    gan = make_gan(lipschitz=None)
    poisoner = keras.callbacks.LambdaCallback(on_epoch_begin=poison)
    history = fit(gan, float_images, keras.callbacks.TerminateOnNaN(), poisoner, epochs=9)
    assert history.epoch == [0, 1, 2]
    assert "loss" not in history.history
    assert "Invalid loss, terminating training" in capsys.readouterr().out


def test_healthy_training_is_not_terminated(make_gan, float_images):
    assert fit(make_gan(), float_images, keras.callbacks.TerminateOnNaN(), epochs=2).epoch == [0, 1]


def scalars(folder):
    """Return the scalars of TensorBoard's files, as (step, value) by their names."""
    import tensorflow as tf

    found = {}
    for path in sorted(folder.rglob("events*")):
        for record in tf.data.TFRecordDataset(str(path)):
            event = tf.compat.v1.Event.FromString(record.numpy())
            for value in event.summary.value:
                is_keras = value.metadata.plugin_data.plugin_name == "scalars"
                scalar = float(tf.make_ndarray(value.tensor)) if is_keras else value.simple_value
                found.setdefault(value.tag, []).append((event.step, scalar))
    return found


@pytest.mark.parametrize("options", [{}, {"write_graph": False, "write_steps_per_second": True}])
def test_tensorboard_of_keras_has_every_epochs_values(make_gan, float_images, tmp_path, options):
    board = keras.callbacks.TensorBoard(tmp_path, **options)
    history = fit(make_gan(), float_images, board, epochs=3).history
    found = scalars(tmp_path)
    for key in ("d_loss", "g_loss", "wasserstein_distance", "clip_ratio"):
        assert found[f"epoch_{key}"] == list(enumerate(history[key]))
    assert [value for _, value in found["epoch_learning_rate_generator"]] == pytest.approx([1e-3] * 3)


def test_our_tensorboard_has_every_epochs_values_in_sections(make_gan, images, float_images, evaluator, tmp_path):
    # It stops training at an epoch without an evaluation: the last figures come late.
    stopping = keras.callbacks.EarlyStopping("d_loss", mode="min", patience=2, min_delta=10.0)
    callbacks = [TensorBoardScalars(tmp_path / "board"), QualityMonitor(evaluator, 2), stopping]
    history = fit(make_gan(), float_images, *callbacks, epochs=9).history
    found = scalars(tmp_path / "board")
    for key, chart in CHART_NAMES.items():
        if key in history and key != "fid_score" and not key.startswith(("inception", "pixel")):
            # The same float32.
            assert found[chart] == [(epoch, np.float32(value)) for epoch, value in enumerate(history[key])], key
    assert [epoch for epoch, _ in found["quality/fid_score"]] == [1, 2]
    assert [epoch for epoch, _ in found["recall"]] == [1, 2]


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a device that is always full")
def test_full_disk_names_tensorboards_file(make_gan, tmp_path):
    board = TensorBoardScalars(tmp_path)
    board.on_train_begin()
    (path,) = tmp_path.iterdir()
    path.unlink()
    path.symlink_to("/dev/full")
    with pytest.raises(OSError, match=f"{path} cannot be written: No space left on device"):
        board.on_epoch_end(0, {"d_loss": 1.0})


@pytest.mark.filterwarnings("ignore:Early stopping conditioned on metric")
def test_all_at_once(make_gan, float_images, all_callbacks, tmp_path, wandb_alone):
    run = init_wandb("all", folder=tmp_path)
    board = TensorBoardScalars(tmp_path / "tensorboard")
    gan = make_gan()
    start = state_of(gan)
    gan.fit(float_images, batch_size=16, epochs=3, verbose=0)
    expected = values_of(gan.weights)
    set_back(gan, start)
    with GracefulStop() as stop:
        callbacks = [WandbCharts(run, every=1), stop, board, *all_callbacks(tmp_path, io.StringIO())]
        # It alone changes how the run goes on.
        callbacks = [each for each in callbacks if not isinstance(each, keras.callbacks.ReduceLROnPlateau)]
        gan.fit(float_images, batch_size=16, epochs=3, verbose=1, callbacks=callbacks)
    assert_bits_equal(values_of(gan.weights), expected)
    assert [epoch for epoch, _ in scalars(tmp_path / "tensorboard")["quality/fid_score"]] == [1, 2]
    finish_wandb(run)
    wandb.teardown()
    rows = wandb_reader.history(wandb_reader.run_file(tmp_path))
    assert [row["epoch"] for row in rows if "quality/fid_score" in row] == [1, 2]


def test_stages_are_in_order():
    stages = [cls.stage for cls in (DivergenceGuard, EpochLog, QualityMonitor)]
    later = [SampleGrid.stage, LossCsv.stage, GanCheckpoint.stage]
    assert all(one < other for one, other in itertools.pairwise([*stages, 0]))
    assert 0 < later[0] == later[1] < later[2]
