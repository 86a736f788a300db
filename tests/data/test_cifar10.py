import io

import keras
import numpy as np
import pytest
from PIL import Image

from keras_gan.data import CLASS_NAMES, load_cifar10, load_horses


def jpeg_of(image):
    file = io.BytesIO()
    Image.fromarray(image).save(file, format="JPEG", quality=95)
    return file.getvalue()


@pytest.fixture
def archive(tmp_path):
    random = np.random.default_rng(0)
    images = random.integers(0, 256, (5, 4, 4, 3), dtype=np.uint8).repeat(8, axis=1).repeat(8, axis=2)
    files = [jpeg_of(image) for image in images]
    arrays = {
        "jpeg": np.frombuffer(b"".join(files), np.uint8),
        "offsets": np.cumsum([0, *map(len, files)]),
        "labels": np.array([3, 7, 7, 0, 9], np.uint8),
        "is_test": np.array([False, True, False, True, False]),
    }
    np.savez(tmp_path / "jpeg.npz", **arrays)
    return tmp_path / "jpeg.npz", images, arrays


def test_archive_of_jpeg_files(archive):
    path, images, _ = archive
    (x_train, y_train), (x_test, y_test) = load_cifar10(path)
    assert y_train.tolist() == [3, 7, 9]
    assert y_test.tolist() == [7, 0]
    assert x_train.dtype == x_test.dtype == np.uint8
    # JPEG loses some levels, less than one image differs from the next by.
    assert np.abs(x_train.astype(int) - images[[0, 2, 4]]).mean() < 20
    assert np.abs(x_test.astype(int) - images[[1, 3]]).mean() < 20


def test_archive_beside_the_checkout_has_the_horses(reference_dir, cifar10):
    (x_train, y_train), (_, y_test) = cifar10
    assert np.bincount(y_train).tolist() == [5000] * 10
    assert np.bincount(y_test).tolist() == [1000] * 10
    np.testing.assert_array_equal(
        x_train[y_train == CLASS_NAMES.index("horse")], load_horses(reference_dir.parent / "data")[0]
    )


def test_keras_copy_has_one_label_an_image(monkeypatch):
    images, labels = np.zeros((3, 32, 32, 3), np.uint8), np.array([[1], [2], [3]], np.uint8)
    monkeypatch.setattr(keras.datasets.cifar10, "load_data", lambda: ((images, labels), (images[:1], labels[:1])))
    (_, y_train), (x_test, y_test) = load_cifar10()
    assert (y_train.tolist(), x_test.shape, y_test.tolist()) == ([1, 2, 3], (1, 32, 32, 3), [1])


def test_keras_copy_in_the_image_format_of_keras_json_is_turned(monkeypatch, channels_first):
    """F17."""
    images, labels = np.random.default_rng(0).integers(0, 256, (3, 32, 32, 3), np.uint8), np.zeros((3, 1), np.uint8)
    turned = images.transpose(0, 3, 1, 2)
    monkeypatch.setattr(keras.datasets.cifar10, "load_data", lambda: ((turned, labels), (turned[:1], labels[:1])))
    (x_train, _), (x_test, _) = load_cifar10()
    np.testing.assert_array_equal(x_train, images)
    np.testing.assert_array_equal(x_test, images[:1])


def test_missing_archive(tmp_path):
    with pytest.raises(FileNotFoundError):
        load_cifar10(tmp_path / "none.npz")


def test_numbers_tell_which_images_are_for_testing(archive):
    path, _, arrays = archive
    np.savez(path, **{**arrays, "is_test": arrays["is_test"].astype(int)})
    (_, y_train), (_, y_test) = load_cifar10(path)
    assert (y_train.tolist(), y_test.tolist()) == ([3, 7, 9], [7, 0])


@pytest.mark.parametrize("fault", ["missing array", "cut image", "short labels", "no archive"])
def test_archive_that_cannot_be_read(archive, fault):
    path, _, arrays = archive
    if fault == "missing array":
        np.savez(path, jpeg=arrays["jpeg"])
    elif fault == "short labels":
        np.savez(path, **{**arrays, "labels": arrays["labels"][:4], "is_test": arrays["is_test"][:4]})
    elif fault == "cut image":
        np.savez(path, **{**arrays, "offsets": arrays["offsets"] // 2})
    else:
        path.write_bytes(b"PK no")
    with pytest.raises(ValueError, match=r"must be an .npz file with arrays jpeg, offsets, labels and is_test"):
        load_cifar10(path)
