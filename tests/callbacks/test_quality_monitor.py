import csv
import io
import re

import keras
import numpy as np
import pytest
from helpers import IMAGE_SHAPE, LATENT_DIM

from keras_gan import EpochLog, Evaluator, LossCsv, QualityMonitor
from keras_gan.analysis.run.history import read_losses
from keras_gan.analysis.run.quality_history import read_quality
from keras_gan.callbacks import render_quality, sample_batches
from keras_gan.metrics import CallableExtractor

GUIDE = {"fid_score": 333.1, "inception_score_mean": 2.12, "inception_score_std": 0.19, "pixel_variance": 0.2960}

KEYS = {*GUIDE, "fid_floor", "kernel_distance", "precision", "recall", "density", "coverage", "feature_diversity"}


def features_of(images):
    rows = images.reshape(len(images), -1).astype("float32") / 255
    return rows[:, ::12], rows[:, :5]


def make_evaluator(images, folder, n_samples, weights_hash="the first"):
    extractor = CallableExtractor(features_of, weights_hash=weights_hash)
    return Evaluator(extractor, images, n_samples, cache_dir=folder / "cache")


@pytest.fixture
def evaluator(images, tmp_path):
    return make_evaluator(images, tmp_path, 40)


@pytest.fixture
def fit(make_gan, float_images):
    def run(*callbacks, gan=None, **kwargs):
        gan = gan or make_gan()
        return gan.fit(float_images, batch_size=32, verbose=0, callbacks=list(callbacks), **kwargs).history

    return run


def quality_rows(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_line_of_inception_is_the_guides():
    assert render_quality(GUIDE) == "  Quality    │ FID: 333.1  IS: 2.12±0.19  PixVar: 0.2960"


def test_figures_of_another_extractor_bear_its_name():
    line = render_quality(GUIDE, "[cifar10-resnet]")
    assert line == "  Quality    │ FID[cifar10-resnet]: 333.1  IS[cifar10-resnet]: 2.12±0.19  PixVar: 0.2960"
    without = {key: GUIDE[key] for key in ("fid_score", "pixel_variance")}
    assert render_quality(without, "[mine]") == "  Quality    │ FID[mine]: 333.1  PixVar: 0.2960"


def test_two_lines_stand_under_the_box_of_their_epoch(fit, evaluator):
    stream = io.StringIO()
    fit(EpochLog(2, stream), QualityMonitor(evaluator, 2, stream=stream), epochs=5)
    first, *lines = stream.getvalue().splitlines()
    assert re.fullmatch(r"Quality: FID\[features_of\] of 40 samples against 64 real images; between .* \d\.\d\.", first)
    starts = [index for index, line in enumerate(lines) if line == "  Computing quality metrics..."]
    assert [lines[index - 7].split("/")[0] for index in starts] == ["Epoch 1", "Epoch 3", "Epoch 4"]
    for index in starts:
        assert lines[index - 2] == "═" * 75
        assert lines[index - 1] == ""
        assert re.fullmatch(
            r"  Quality    │ FID\[features_of\]: \d+\.\d  IS\[features_of\]: \d\.\d\d±\d\.\d\d  PixVar: 0\.\d{4}",
            lines[index + 1],
        )


def test_f33_place_of_the_samples_is_printed_recorded_and_kept(make_gan, fit, tmp_path):
    rng = np.random.default_rng(0)
    real = rng.integers(0, 256, (1040, *IMAGE_SHAPE)).astype(np.uint8)
    evaluator, path, stream = make_evaluator(real, tmp_path, 500), tmp_path / "quality.csv", io.StringIO()
    gan = make_gan()
    fit(QualityMonitor(evaluator, 1, path, stream=stream), gan=gan, epochs=1)
    place = evaluator.evaluate(sample_batches(gan.generate, 500, seed=0)).place
    assert (
        stream.getvalue().splitlines()[-1] == f"  Place      │ {place.word} ({place.position:.2f}): {place.describe()}"
    )
    assert read_quality(path).place == place
    assert read_quality(path).word() == place.word


def test_f33_file_of_an_earlier_version_gets_the_columns_of_places(fit, evaluator, tmp_path):
    path = tmp_path / "quality.csv"
    fit(QualityMonitor(evaluator, 1, path), epochs=2)
    rows = quality_rows(path)
    later = ("ladder_position", "ladder_agreement", "worse_than", "better_than", "weakest")
    columns = [name for name in rows[0] if name not in later]
    lines = [",".join(row[name] for name in columns) for row in rows]
    path.write_text("\n".join([",".join(columns), *lines, ""]))
    fit(QualityMonitor(evaluator, 1, path, append=True), initial_epoch=2, epochs=3)
    after = quality_rows(path)
    assert set(later) <= set(after[0])
    assert [{name: row[name] for name in columns} for row in after[:2]] == [
        {name: row[name] for name in columns} for row in rows
    ]


def test_later_callbacks_see_the_figures_of_their_epoch(fit, evaluator, tmp_path):
    seen = {}
    look = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: seen.update({epoch: dict(logs)}))
    fit(QualityMonitor(evaluator, every=2), look, LossCsv(tmp_path / "losses.csv"), epochs=5)
    assert [epoch for epoch, logs in seen.items() if "fid_score" in logs] == [1, 3, 4]
    assert set(seen[3]) >= KEYS
    assert not KEYS & set(seen[2])
    assert len({seen[epoch]["fid_score"] for epoch in (1, 3, 4)}) == 3
    columns = read_losses(tmp_path / "losses.csv")
    assert np.isnan(columns["fid_score"]).tolist() == [True, False, True, False, False]
    np.testing.assert_array_equal(np.float32(columns["fid_score"][3]), np.float32(seen[3]["fid_score"]))
    assert not np.isnan(columns["d_loss"]).any()


def test_figures_are_those_of_the_model_at_that_epoch(make_gan, fit, evaluator, tmp_path):
    gan = make_gan()
    fit(QualityMonitor(evaluator, 1, tmp_path / "quality.csv", seed=5), gan=gan, epochs=2)
    expected = evaluator.evaluate(sample_batches(gan.generate, 40, seed=5))
    last = quality_rows(tmp_path / "quality.csv")[-1]
    assert float(last["fid_score"]) == expected.fid_score
    assert last["reference_sha256"] == expected.provenance.reference_sha256
    assert last["epoch"] == "1"


def test_training_is_not_disturbed(fit, evaluator):
    with_monitor = fit(QualityMonitor(evaluator, every=1), epochs=3)
    without = fit(epochs=3)
    for key in ("d_loss", "g_loss", "critic_weight_mean"):
        assert with_monitor[key] == without[key]


def test_samples_come_in_batches_of_other_latents(make_gan):
    gan = make_gan()
    batches = list(sample_batches(gan.generate, 2300, seed=3))
    assert [len(batch) for batch in batches] == [1000, 1000, 300]
    again, neighbour = (next(sample_batches(gan.generate, 2300, seed)) for seed in (3, 4))
    np.testing.assert_array_equal(batches[0], again)
    sets = [*batches[:2], neighbour]
    # No two batches share a sample.
    assert len({image.tobytes() for images in sets for image in images}) == 3000


@pytest.mark.filterwarnings("ignore:Early stopping conditioned on metric `fid_score` which is not available")
def test_early_stopping_counts_evaluations(fit, evaluator):
    stop = keras.callbacks.EarlyStopping("fid_score", mode="min", patience=2, min_delta=1e9)
    history = fit(QualityMonitor(evaluator, every=3), stop, epochs=50)
    # Two evaluations after the first, which is the best so far, do not improve on it by so much.
    assert len(history["d_loss"]) == 9
    assert len(history["fid_score"]) == 3


def test_stopping_early_is_the_end(fit, evaluator, tmp_path):
    class Stop(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            self.model.stop_training = epoch == 1

    losses = LossCsv(tmp_path / "losses.csv")
    fit(losses, Stop(), QualityMonitor(evaluator, 100, tmp_path / "quality.csv"), epochs=9)
    assert [row["epoch"] for row in quality_rows(tmp_path / "quality.csv")] == ["1"]
    np.testing.assert_array_equal(np.isfinite(read_losses(losses.path)["fid_score"]), [False, True])


def test_file_begun_by_a_run_that_was_killed_is_begun_again(fit, evaluator, tmp_path):
    path = tmp_path / "quality.csv"
    for left in ("", "epoch,fid_score", "epoch,fid_score\n"):
        path.write_text(left)
        fit(QualityMonitor(evaluator, 1, path, append=True), epochs=1)
        assert [row["epoch"] for row in quality_rows(path)] == ["0"]
        assert float(quality_rows(path)[0]["recall"]) >= 0


def test_columns_that_a_file_lacks_are_said(fit, evaluator, tmp_path):
    path = tmp_path / "quality.csv"
    fit(QualityMonitor(evaluator, 1, path), epochs=1)
    header, row = (line.split(",", 1) for line in path.read_text().splitlines())
    path.write_text(f"{header[0]},{header[1].replace('recall', 'other')}\n{row[0]},{row[1]}\n")
    with pytest.warns(UserWarning, match=r"was begun without columns \['recall'\]"):
        fit(QualityMonitor(evaluator, 1, path, append=True), initial_epoch=1, epochs=2)
    assert [row["other"] == "" for row in quality_rows(path)] == [False, True]


def test_resumed_run_has_every_row_once(fit, evaluator, tmp_path):
    path = tmp_path / "quality.csv"
    fit(QualityMonitor(evaluator, 1, path), epochs=4)
    before = quality_rows(path)
    with open(path, "a") as file:
        file.write("4,1.0,")
    fit(QualityMonitor(evaluator, 1, path, append=True), initial_epoch=2, epochs=5)
    after = quality_rows(path)
    assert [row["epoch"] for row in after] == ["0", "1", "2", "3", "4"]
    assert after[:2] == before[:2]
    assert after[2] != before[2]


def test_figures_of_another_provenance_are_not_continued(fit, evaluator, images, tmp_path):
    path = tmp_path / "quality.csv"
    fit(QualityMonitor(evaluator, 1, path), epochs=1)
    before = path.read_text()
    other, unknown = make_evaluator(images, tmp_path, 41), make_evaluator(images, tmp_path, 40, weights_hash=None)
    with pytest.raises(ValueError, match="another provenance: n_samples is 40. Received: 41"):
        fit(QualityMonitor(other, 1, path, append=True), initial_epoch=1, epochs=2)
    with pytest.raises(ValueError, match="the weights of features_of are not known"):
        fit(QualityMonitor(unknown, 1, path, append=True), initial_epoch=1, epochs=2)
    with pytest.raises(FileExistsError, match="`append=True`"):
        fit(QualityMonitor(evaluator, 1, path), epochs=1)
    assert path.read_text() == before


def test_samples_that_cannot_be_measured_do_not_end_training(make_gan, fit, evaluator, tmp_path, capsys):
    class Break(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 1:
                self.model.generator.set_weights([weight * np.nan for weight in self.model.generator.get_weights()])

    with pytest.warns(UserWarning, match="not measured in epoch 1: The samples must be finite"):
        history = fit(Break(), QualityMonitor(evaluator, 1, tmp_path / "quality.csv"), epochs=2)
    assert len(history["d_loss"]) == 2
    assert len(history["fid_score"]) == 1
    assert len(quality_rows(tmp_path / "quality.csv")) == 1
    assert "  Quality    │ not measured: The samples must be finite." in capsys.readouterr().out


def sigmoid_generator():
    layers = [keras.Input((LATENT_DIM,)), keras.layers.Dense(48, "sigmoid"), keras.layers.Reshape(IMAGE_SHAPE)]
    return keras.Sequential(layers)


def test_generator_of_another_range_is_refused_before_training(make_gan, fit, evaluator):
    gan = make_gan(generator=sigmoid_generator())
    with pytest.raises(ValueError, match=r"look like \[0, 1\]"):
        fit(QualityMonitor(evaluator), gan=gan, epochs=1)
    assert gan.critic_optimizer.iterations == 0


def test_resumed_run_may_have_collapsed(make_gan, fit, evaluator):
    gan = make_gan(generator=sigmoid_generator())
    with pytest.warns(UserWarning, match=r"not measured in epoch 1: .* look like \[0, 1\]"):
        fit(QualityMonitor(evaluator), gan=gan, initial_epoch=1, epochs=2)


def test_second_fit_starts_afresh(make_gan, evaluator, fit, capsys):
    monitor = QualityMonitor(evaluator, every=2)
    for _ in range(2):
        fit(monitor, epochs=3)
    assert capsys.readouterr().out.count("Computing") == 4


def test_second_fit_may_continue(fit, evaluator, tmp_path):
    monitor = QualityMonitor(evaluator, 1, tmp_path / "quality.csv", append=True)
    fit(monitor, epochs=2)
    fit(monitor, initial_epoch=2, epochs=3)
    assert [row["epoch"] for row in quality_rows(tmp_path / "quality.csv")] == ["0", "1", "2"]


def test_every_must_be_positive(evaluator):
    with pytest.raises(ValueError, match="`every` must be an integer of at least 1"):
        QualityMonitor(evaluator, every=0)


def test_figures_that_were_deleted_under_the_run_do_not_begin_anew(fit, evaluator, tmp_path):
    path = tmp_path / "quality.csv"
    delete = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: path.unlink() if epoch == 1 else None)
    with pytest.raises(FileNotFoundError, match="quality.csv"):
        fit(QualityMonitor(evaluator, 1, path), delete, epochs=5)
    assert not path.exists()


def test_rows_are_not_dropped_by_a_fit_without_initial_epoch(fit, evaluator, tmp_path):
    """F36."""
    path = tmp_path / "quality.csv"
    fit(QualityMonitor(evaluator, 1, path), epochs=2)
    content = path.read_text()
    with pytest.raises(FileExistsError, match=r"quality.csv has rows of 2 epochs: give `fit` the `initial_epoch`"):
        fit(QualityMonitor(evaluator, 1, path, append=True), epochs=1)
    assert path.read_text() == content


def test_missing_folder_is_made(fit, evaluator, tmp_path):
    """F37."""
    path = tmp_path / "new" / "quality.csv"
    fit(QualityMonitor(evaluator, 1, path), epochs=1)
    assert [row["epoch"] for row in quality_rows(path)] == ["0"]
