"""Tables in CSV files from anywhere."""

from pathlib import Path

import pytest

from keras_gan.analysis.run.columns import read_table
from keras_gan.analysis.run.history import read_losses
from keras_gan.analysis.run.quality_history import read_quality
from keras_gan.callbacks.loss_csv import check_empty, kept_rows
from keras_gan.reading import FileError
from keras_gan.tables import MAX_ROW, read_records, table_lines

#: All that read a table.
READERS = {
    "losses": read_losses,
    "table": read_table,
    "quality": read_quality,
    "records": read_records,
    "kept rows": lambda path: kept_rows(path, 3),
}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "table.csv"


@pytest.mark.parametrize("read", READERS.values(), ids=READERS)
@pytest.mark.parametrize(
    "content",
    [b"epoch,\xff\n0,1\n", b"epoch,d_loss\n0,1\n1,\xff\n2,3\n", b"epoch," + b"a" * MAX_ROW + b"\n", b"a," * MAX_ROW],
    ids=["header", "row", "long name", "many names"],
)
def test_what_is_no_table_is_named(path, read, content):
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"table\.csv must") as error:
        read(path)
    assert len(str(error.value)) < len(str(path)) + 400


@pytest.mark.parametrize("read", [read_table, read_quality, read_records])
def test_a_cell_of_many_characters_is_named(path, read):
    path.write_text("epoch,fid_score\n0,1\n1," + "9" * 200_000 + "\n")
    with pytest.raises(FileError, match=r"table\.csv must be a text file of rows. Received: .*field larger than"):
        read(path)


@pytest.mark.parametrize("read", [check_empty, *READERS.values()], ids=["check", *READERS])
def test_devices_without_an_end_are_refused(read):
    with pytest.raises(FileError, match="/dev/zero must be a file"):
        read(Path("/dev/zero"))


def test_many_columns_are_checked_in_linear_time(path):
    names = [f"a{index}" for index in range(100_000)]
    path.write_text(",".join(names) + "\n")
    assert len(read_losses(path)) == len(names)
    path.write_text(",".join([*names, "a7"]) + "\n")
    with pytest.raises(FileError, match=r"different names. Received twice: \['a7'\]"):
        read_losses(path)


def test_the_number_of_a_checkpoint_takes_no_memory(path):
    path.write_text("epoch,d_loss\n0,1\n")
    with pytest.raises(ValueError, match="must hold the epochs 0 to 999999998 to be continued"):
        kept_rows(path, 999_999_999)


def test_a_byte_order_mark_is_no_part_of_a_name(path):
    path.write_bytes(b"\xef\xbb\xbfepoch,d_loss\r\n0,1\r\n")
    assert list(table_lines(path)) == ["epoch,d_loss\n", "0,1\n"]
    assert list(read_losses(path)) == ["epoch", "d_loss"]


def test_rows_of_another_length_are_named_by_their_line(path):
    path.write_text("epoch,fid_score\n0,1\n\n1,2,3\n")
    with pytest.raises(FileError, match=r"table\.csv, line 4 must have 2 values. Received: 3"):
        read_records(path)
