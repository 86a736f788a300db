"""Texts and JSON files from anywhere."""

import os

import pytest

from keras_gan.callbacks.checkpoint import read_best
from keras_gan.checks import require, shortened
from keras_gan.reading import MAX_DEPTH, FileError, read_bytes, read_json, read_text, reading

#: Contents of a JSON file, and what the error says of each.
DAMAGED = {
    b"": "must be JSON. Received: Expecting value",
    b'{"a": 1': "must be JSON. Received: Expecting ',' delimiter",
    b"[1, 2]": "must hold a JSON object. Received: list",
    b"null": "must hold a JSON object. Received: NoneType",
    b"[" * 100_000: "must be JSON. Received: RecursionError",
    b'{"a":' * (MAX_DEPTH + 1) + b"1" + b"}" * (MAX_DEPTH + 1): "must be nested at most 100 times",
    b'{"a": ' + b"9" * 5000 + b"}": "must be JSON. Received: Exceeds the limit",
    b"\xff{}": "must be a text in UTF-8. Received: 'utf-8' codec can't decode",
    "{}".encode("utf-16"): "must be a text in UTF-8",
}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "file.json"


@pytest.mark.parametrize(("content", "expected"), DAMAGED.items(), ids=range(len(DAMAGED)))
def test_damaged_json_is_an_error_of_one_line_that_names_the_file(path, content, expected):
    path.write_bytes(content)
    with pytest.raises(FileError) as error:
        read_json(path)
    message = str(error.value)
    assert message.startswith(f"{path} {expected}")
    assert "\n" not in message
    assert len(message) < len(str(path)) + 300


def test_objects_of_some_depth_are_read(path):
    path.write_text('{"a":' * MAX_DEPTH + "1" + "}" * MAX_DEPTH)
    value = read_json(path)
    for _ in range(MAX_DEPTH):
        value = value["a"]
    assert value == 1


def test_what_is_too_large_is_not_read(path):
    path.write_bytes(b"x" * 11)
    assert read_bytes(path, 11) == b"x" * 11
    with pytest.raises(FileError, match=r"file\.json must have at most 10 bytes"):
        read_text(path, 10)


@pytest.mark.skipif(os.name != "posix", reason="pipes with names are POSIX's")
def test_devices_and_pipes_are_refused_before_they_are_opened(path):
    os.mkfifo(path)  # To open it would wait for a writer without end.
    for each in (path, "/dev/zero"):
        with pytest.raises(FileError, match="must be a file. Received: a device or a pipe"):
            read_json(each)


def test_ends_of_lines_become_newlines(path):
    path.write_bytes(b"a\r\nb\rc\n")
    assert read_text(path) == "a\nb\nc\n"


def test_errors_of_any_kind_name_the_file(path):
    for error, expected in (
        (KeyError("data"), "no 'data'"),
        (MemoryError(), "MemoryError"),
        (ValueError("a\nb"), "a b"),
        (OSError("broken"), "broken"),
    ):
        with pytest.raises(FileError) as caught, reading(path, "a set"):
            raise error
        assert str(caught.value).startswith(f"{path} must be a set. Received: {expected}")


def test_errors_that_name_the_file_stay(path):
    for error in (FileNotFoundError(2, "No such file", str(path)), FileError(f"{path} is mine")):
        with pytest.raises(type(error)) as caught, reading(path, "a set"):
            raise error
        assert caught.value is error


@pytest.mark.parametrize(
    "content", ["{}", "[]", '{"monitor"', '{"monitor": "fid_score", "mode": "min", "value": "a", "epochs": 3}']
)
def test_damaged_record_of_the_best_model_is_named(tmp_path, content):
    (tmp_path / "best.json").write_text(content)
    with pytest.raises(FileError, match=r"best\.json must"):
        read_best(tmp_path)


def test_messages_show_no_more_than_200_characters():
    assert shortened("a b\n c") == "a b c"
    assert shortened("\x1b[2J\udcff") == "?[2J?"
    text = shortened("a" * 10**6 + "b" * 10)
    assert len(text) == 200
    assert text.startswith("aaa")
    assert text.endswith("bbb")
    with pytest.raises(ValueError, match="`size`") as error:
        require(False, "size", "small", "9" * 10**6)
    assert len(str(error.value)) < 250
