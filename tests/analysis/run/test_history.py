import numpy as np
import pytest

from keras_gan.analysis.run import history
from keras_gan.analysis.run.history import read_losses


def written(tmp_path, content):
    path = tmp_path / "losses.csv"
    path.write_text(content, newline="")
    return path


def test_columns_are_read_by_name(tmp_path):
    columns = read_losses(written(tmp_path, "epoch,d_loss\n0,1.5\n1,-2e-05\n"))
    assert list(columns) == ["epoch", "d_loss"]
    np.testing.assert_array_equal(columns["d_loss"], [1.5, -2e-5])


def test_file_without_rows_has_empty_columns(tmp_path):
    columns = read_losses(written(tmp_path, "epoch,d_loss\n"))
    assert {name: len(column) for name, column in columns.items()} == {"epoch": 0, "d_loss": 0}


def test_empty_cells_are_nan_wherever_they_are(tmp_path):
    columns = read_losses(written(tmp_path, "a,b,c,d\n,,,\n1,,,4\n,2,3,\n"))
    nan = np.nan
    np.testing.assert_array_equal(list(columns.values()), [[nan, 1, nan], [nan, nan, 2], [nan, nan, 3], [nan, 4, nan]])


def test_files_of_other_programs_are_read(tmp_path):
    # Windows' ends of lines, quotes, spaces, and no end of the last line.
    columns = read_losses(written(tmp_path, 'epoch, "d_loss"\r\n0,"1.5"\r\n1, -inf'))
    np.testing.assert_array_equal(columns["epoch"], [0, 1])
    np.testing.assert_array_equal(list(columns.values())[1], [1.5, -np.inf])


def test_blank_lines_are_none(tmp_path):
    columns = read_losses(written(tmp_path, "epoch,d_loss\n0,1\n\n2,1\n\n"))
    np.testing.assert_array_equal(columns["epoch"], [0, 2])


@pytest.mark.parametrize("cut", ["2", "2,", "2,3", "2,3."])
def test_line_that_is_being_written_is_left_out(tmp_path, cut):
    path = written(tmp_path, f"epoch,d_loss\n0,1\n1,2\n{cut}")
    np.testing.assert_array_equal(read_losses(path, is_growing=True)["epoch"], [0, 1])


@pytest.mark.parametrize("part", [1, 10, 100_000])
def test_parts_make_one_table(tmp_path, monkeypatch, part):
    monkeypatch.setattr(history, "PART", part)
    rows = [f"{epoch},{epoch / 7}" for epoch in range(1000)]
    columns = read_losses(written(tmp_path, "\n".join(["epoch,d_loss", *rows])))
    np.testing.assert_array_equal(columns["epoch"], np.arange(1000))
    np.testing.assert_array_equal(columns["d_loss"], np.arange(1000) / 7)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "must have a header row"),
        ("epoch,d_loss\n0\n", "line 2 must have 2 values. Received: 1"),
        ("epoch,d_loss\n0,1\n1,much\n", "line 3 must hold numbers alone.*much"),
        ("epoch,loss,loss\n0,1,2\n", "different names. Received twice: \\['loss'\\]"),
    ],
)
def test_other_files_are_refused(tmp_path, content, message):
    with pytest.raises(ValueError, match=f"losses.csv.*{message}"):
        read_losses(written(tmp_path, content))


def test_lines_are_counted_over_all_parts(tmp_path, monkeypatch):
    monkeypatch.setattr(history, "PART", 10)
    rows = [f"{epoch},1" for epoch in range(20)]
    with pytest.raises(ValueError, match="line 22 must hold numbers alone.*much"):
        read_losses(written(tmp_path, "\n".join(["epoch,d_loss", *rows, "20,much"])))


def test_binary_files_are_refused(tmp_path):
    path = tmp_path / "losses.csv"
    path.write_bytes(b"epoch,d_loss\n\xff\xfe\x00")
    with pytest.raises(ValueError, match="losses.csv must be a text file"):
        read_losses(path)
