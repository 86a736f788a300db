import csv

import keras
import numpy as np
import pytest

from keras_gan import LossCsv
from keras_gan.analysis.run.history import read_losses
from keras_gan.callbacks import kept_rows


def fit(make_gan, images, callback, **kwargs):
    return make_gan().fit(images, batch_size=32, verbose=0, callbacks=[callback], **kwargs).history


def test_rows_give_back_the_same_float32(make_gan, float_images, tmp_path):
    path = tmp_path / "losses.csv"
    history = fit(make_gan, float_images, LossCsv(path), epochs=3)
    columns = read_losses(path)
    np.testing.assert_array_equal(columns["epoch"], [0, 1, 2])
    assert set(columns) == {"epoch", *history}
    for key, values in history.items():
        np.testing.assert_array_equal(columns[key].astype("float32"), np.float32(values))


def test_row_is_on_disk_when_its_epoch_ends(make_gan, float_images, tmp_path):
    path = tmp_path / "losses.csv"
    lines = []

    class Reader(LossCsv):
        def on_epoch_end(self, epoch, logs=None):
            super().on_epoch_end(epoch, logs)
            lines.append(len(path.read_text().splitlines()))

    fit(make_gan, float_images, Reader(path), epochs=3)
    assert lines == [2, 3, 4]


def test_existing_file_is_not_overwritten(make_gan, float_images, tmp_path):
    path = tmp_path / "losses.csv"
    path.write_text("mine")
    with pytest.raises(FileExistsError):
        fit(make_gan, float_images, LossCsv(path), epochs=1)
    assert path.read_text() == "mine"


@pytest.mark.parametrize("tail", ["", "3,0.1,", "3,0.1,0.2\n4,0.1,0.2\n"], ids=["whole", "cut row", "later rows"])
def test_resumed_run_has_every_row_once(make_gan, float_images, tmp_path, tail):
    path = tmp_path / "losses.csv"
    fit(make_gan, float_images, LossCsv(path), epochs=3)
    with open(path, "a") as file:
        file.write(tail)
    before = path.read_text().splitlines()[:4]
    fit(make_gan, float_images, LossCsv(path, append=True), initial_epoch=3, epochs=5)
    np.testing.assert_array_equal(read_losses(path)["epoch"], range(5))
    assert path.read_text().splitlines()[:4] == before


def test_a_file_that_is_a_symbolic_link_is_written_through_it(make_gan, float_images, tmp_path):
    """F25: a resumed run rewrites its file."""
    store, path = tmp_path / "store" / "rows", tmp_path / "losses.csv"
    store.parent.mkdir()
    store.write_text("epoch,d_loss\n0,0.5\n1,0.25\n")
    path.symlink_to(store)
    fit(make_gan, float_images, LossCsv(path, append=True), initial_epoch=1, epochs=2)
    assert path.is_symlink()
    np.testing.assert_array_equal(read_losses(store)["epoch"], range(2))
    assert {each.name for each in tmp_path.rglob("*")} == {"losses.csv", "store", "rows"}


def test_rows_are_not_dropped_by_a_fit_without_initial_epoch(make_gan, float_images, tmp_path):
    """F36, F11."""
    path = tmp_path / "losses.csv"
    fit(make_gan, float_images, LossCsv(path), epochs=3)
    content = path.read_text()
    with pytest.raises(FileExistsError, match=r"losses.csv has rows of 3 epochs: give `fit` the `initial_epoch`"):
        fit(make_gan, float_images, LossCsv(path, append=True), epochs=2)
    assert path.read_text() == content


def test_missing_folder_is_made(make_gan, float_images, tmp_path):
    """F37."""
    path = tmp_path / "new" / "folder" / "losses.csv"
    fit(make_gan, float_images, LossCsv(path), epochs=1)
    np.testing.assert_array_equal(read_losses(path)["epoch"], [0])


def test_resuming_after_a_kill_before_the_first_row(make_gan, float_images, tmp_path):
    path = tmp_path / "losses.csv"
    path.write_text("")
    fit(make_gan, float_images, LossCsv(path, append=True), epochs=2)
    np.testing.assert_array_equal(read_losses(path)["epoch"], [0, 1])


def test_file_with_missing_epochs_is_not_continued(make_gan, float_images, tmp_path):
    path = tmp_path / "losses.csv"
    fit(make_gan, float_images, LossCsv(path), epochs=3)
    content = path.read_text()
    with pytest.raises(ValueError, match="must hold the epochs 0 to 4 to be continued. Received: 3 rows"):
        fit(make_gan, float_images, LossCsv(path, append=True), initial_epoch=5, epochs=6)
    assert path.read_text() == content


def test_missing_file_is_not_continued_from_the_middle(make_gan, float_images, tmp_path):
    with pytest.raises(FileNotFoundError):
        fit(make_gan, float_images, LossCsv(tmp_path / "losses.csv", append=True), initial_epoch=1, epochs=2)


def test_values_that_only_some_epochs_have_get_a_column_and_empty_cells(make_gan, float_images, tmp_path):
    class Sometimes(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            if epoch in (1, 3):
                logs.update(fid_score=10.5 + epoch, recall=0.5)

    gan = make_gan()

    def run(**kwargs):
        callbacks = [Sometimes(), LossCsv(path, append=True)]
        return gan.fit(float_images, batch_size=32, verbose=0, callbacks=callbacks, **kwargs).history

    path = tmp_path / "losses.csv"
    first = run(epochs=3)
    run(initial_epoch=3, epochs=5)
    columns = read_losses(path)
    np.testing.assert_array_equal(columns["fid_score"], [np.nan, 11.5, np.nan, 13.5, np.nan])
    np.testing.assert_array_equal(columns["d_loss"][:3].astype("float32"), np.float32(first["d_loss"]))
    assert list(columns)[-2:] == ["fid_score", "recall"]
    assert not np.isnan(columns["generator_learning_rate"]).any()


@pytest.mark.parametrize("row", ["", "0,1.0"], ids=["header", "cut row"])
def test_run_killed_in_its_first_epoch_begins_again(make_gan, float_images, tmp_path, row):
    path = tmp_path / "losses.csv"
    path.write_text(f"epoch,d_loss,fid_score\n{row}")
    fit(make_gan, float_images, LossCsv(path, append=True), epochs=2)
    columns = read_losses(path)
    np.testing.assert_array_equal(columns["epoch"], [0, 1])
    assert np.isnan(columns["fid_score"]).all()
    assert not np.isnan(columns["g_loss"]).any()


@pytest.mark.parametrize(("text", "epoch"), [("epoch,d_loss\n0,1.0\n1,0.", 2), ("epoch,d_lo", 1)])
def test_lines_that_were_cut_are_not_kept(tmp_path, text, epoch):
    path = tmp_path / "losses.csv"
    path.write_text(text)
    with pytest.raises(ValueError, match="to be continued"):
        kept_rows(path, epoch)
    path.write_text("epoch,d_lo")
    assert kept_rows(path, 0) == []


def test_second_fit_may_continue(make_gan, float_images, tmp_path):
    path = tmp_path / "losses.csv"
    gan, callback = make_gan(), LossCsv(path, append=True)
    gan.fit(float_images, batch_size=32, epochs=2, verbose=0, callbacks=[callback])
    gan.fit(float_images, batch_size=32, initial_epoch=2, epochs=4, verbose=0, callbacks=[callback])
    with open(path, newline="") as file:
        assert [row["epoch"] for row in csv.DictReader(file)] == ["0", "1", "2", "3"]


def test_figures_that_come_after_the_last_epoch_get_into_its_row(make_gan, float_images, tmp_path):
    class Late(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            self.logs = logs
            if epoch == 0:
                logs["fid_score"] = 3.0

        def on_train_end(self, logs=None):
            self.logs.update(fid_score=1.5, recall=0.25)

    path = tmp_path / "losses.csv"
    make_gan().fit(float_images, batch_size=32, epochs=3, verbose=0, callbacks=[LossCsv(path), Late()])
    columns = read_losses(path)
    np.testing.assert_array_equal(columns["epoch"], [0, 1, 2])
    np.testing.assert_array_equal(columns["fid_score"], [3.0, np.nan, 1.5])
    np.testing.assert_array_equal(columns["recall"], [np.nan, np.nan, 0.25])
    assert np.isfinite(columns["generator_learning_rate"]).all()


def test_full_disk_names_the_file_and_loses_no_row(make_gan, float_images, tmp_path):
    resource = pytest.importorskip("resource")
    path = tmp_path / "losses.csv"
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)

    def fill(epoch, logs):
        if epoch == 2:
            resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + 20, limits[1]))

    gan, callbacks = make_gan(), [LossCsv(path), keras.callbacks.LambdaCallback(on_epoch_end=fill)]
    try:
        with pytest.raises(OSError, match=f"{path} cannot be written: File too large"):
            gan.fit(float_images, batch_size=32, epochs=5, verbose=0, callbacks=callbacks)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    # Two whole rows and a part of the third, which a resumed run drops.
    assert len(kept_rows(path, 2)) == 3
    fit(make_gan, float_images, LossCsv(path, append=True), initial_epoch=2, epochs=4)
    np.testing.assert_array_equal(read_losses(path)["epoch"], range(4))


def test_file_that_was_deleted_under_the_run_does_not_begin_anew(make_gan, float_images, tmp_path):
    path = tmp_path / "losses.csv"
    delete = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: path.unlink() if epoch == 1 else None)
    with pytest.raises(FileNotFoundError, match="losses.csv"):
        make_gan().fit(float_images, batch_size=32, epochs=5, verbose=0, callbacks=[delete, LossCsv(path)])
    assert not path.exists()
