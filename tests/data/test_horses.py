import http.client
import urllib.error

import keras
import numpy as np
import pytest

from keras_gan.data import DownloadError, load_horses
from keras_gan.data.horses import ARCHIVE_NAME, HORSE_LABEL


@pytest.fixture
def horses():
    rng = np.random.default_rng(0)
    return [rng.integers(0, 256, (count, 32, 32, 3), dtype=np.uint8) for count in (6, 2)]


def test_archive_in_a_data_folder(tmp_path, horses):
    np.savez(tmp_path / ARCHIVE_NAME, x_train=horses[0], x_test=horses[1])
    for loaded, written in zip(load_horses(tmp_path), horses):
        np.testing.assert_array_equal(loaded, written)


def test_horses_beside_the_checkout(reference_dir):
    train, test = load_horses(reference_dir.parent / "data")
    assert (train.shape, test.shape) == ((5000, 32, 32, 3), (1000, 32, 32, 3))
    # Photographs: neither noise nor blank.
    assert 20 < train.std() < 100


def test_horses_are_picked_from_cifar10(monkeypatch, horses):
    labels = np.array([[HORSE_LABEL], [0], [HORSE_LABEL], [9], [1], [HORSE_LABEL]], "uint8")
    monkeypatch.setattr(keras.datasets.cifar10, "load_data", lambda: ((horses[0], labels), (horses[1], labels[:2])))
    train, test = load_horses()
    np.testing.assert_array_equal(train, horses[0][[0, 2, 5]])
    np.testing.assert_array_equal(test, horses[1][:1])


def test_failed_download_has_an_error_of_its_own(monkeypatch, tmp_path):
    def unreachable(*arguments):
        raise urllib.error.URLError(OSError(-2, "Name or service not known"))

    monkeypatch.setattr("keras.src.utils.file_utils.urlretrieve", unreachable)
    monkeypatch.setattr("keras.src.utils.file_utils.config.keras_home", lambda: str(tmp_path))
    with pytest.raises(DownloadError, match="URL fetch failure"):
        load_horses()


@pytest.mark.parametrize("error", [ConnectionResetError("reset"), http.client.IncompleteRead(b"")])
def test_interrupted_download_is_a_failed_download(monkeypatch, error):
    def interrupted():
        raise error

    monkeypatch.setattr(keras.datasets.cifar10, "load_data", interrupted)
    with pytest.raises(DownloadError, match=type(error).__name__):
        load_horses()


def test_other_failures_of_keras_pass(monkeypatch):
    def fail():
        raise ValueError("corrupted file")

    monkeypatch.setattr(keras.datasets.cifar10, "load_data", fail)
    with pytest.raises(ValueError, match="corrupted file"):
        load_horses()


def test_missing_archive(tmp_path):
    with pytest.raises(FileNotFoundError, match=ARCHIVE_NAME):
        load_horses(tmp_path)


@pytest.mark.parametrize("content", [b"", b"not an archive", b"PK\x03\x04 cut short"], ids=["empty", "text", "cut"])
def test_corrupt_archive(tmp_path, content):
    (tmp_path / ARCHIVE_NAME).write_bytes(content)
    with pytest.raises(ValueError, match=rf"{ARCHIVE_NAME} must be an \.npz file with arrays x_train and x_test"):
        load_horses(tmp_path)


def test_truncated_archive(tmp_path, horses):
    path = tmp_path / ARCHIVE_NAME
    np.savez(path, x_train=horses[0], x_test=horses[1])
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(ValueError, match="must be an"):
        load_horses(tmp_path)


@pytest.mark.parametrize("seed", range(20))
def test_flipped_bytes_of_a_compressed_archive(tmp_path, horses, seed):
    path = tmp_path / ARCHIVE_NAME
    np.savez_compressed(path, x_train=horses[0], x_test=horses[1])
    rng = np.random.default_rng(seed)
    content = np.frombuffer(path.read_bytes(), np.uint8).copy()
    content[rng.integers(200, len(content) - 400, 8)] ^= 255
    path.write_bytes(content.tobytes())
    with pytest.raises(ValueError, match="must be an"):
        load_horses(tmp_path)


def test_archive_of_pickles(tmp_path, horses):
    np.savez(tmp_path / ARCHIVE_NAME, x_train=np.array([{}], dtype=object), x_test=horses[1])
    with pytest.raises(ValueError, match="must be an"):
        load_horses(tmp_path)


def test_array_in_place_of_an_archive(tmp_path, horses):
    with open(tmp_path / ARCHIVE_NAME, "wb") as file:
        np.save(file, horses[0])
    with pytest.raises(ValueError, match="must be an"):
        load_horses(tmp_path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (lambda horses: {"x_train": horses[0]}, "no array x_test"),
        (lambda horses: {"x_train": horses[0] / 255.0, "x_test": horses[1]}, "x_train must be uint8"),
        (
            lambda horses: {"x_train": horses[0][:, :16], "x_test": horses[1]},
            r"x_train must have the shape \(images, 32",
        ),
        (lambda horses: {"x_train": horses[0], "x_test": horses[1][:0]}, "x_test must hold at least one image"),
    ],
    ids=["missing", "dtype", "shape", "empty"],
)
def test_archive_of_other_arrays(tmp_path, horses, content, message):
    np.savez(tmp_path / ARCHIVE_NAME, **content(horses))
    with pytest.raises(ValueError, match=f"{ARCHIVE_NAME}.*{message}"):
        load_horses(tmp_path)
