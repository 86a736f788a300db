"""Arrays in files from anywhere."""

import zipfile

import numpy as np
import pytest

from keras_gan.data import load_horses, load_images
from keras_gan.data.horses import ARCHIVE_NAME
from keras_gan.reading import FileError

PIXELS = bytes(3072)


def array_file(shape, content=PIXELS, descr="|u1", version=b"\x01\x00", damage=lambda header: header):
    header = f"{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}".encode()
    header = damage(header.ljust(118 + 64 * (len(header) // 64)) + b"\n")
    return b"\x93NUMPY" + version + len(header).to_bytes(2, "little") + header + content


#: Files that promise or are what they should not.
HOSTILE = {
    "10¹² images": array_file("(1000000000000, 32, 32, 3)"),
    "10³⁰ images": array_file(f"({10**30}, 32, 32, 3)"),
    "fewer than none": array_file("(-1, 32, 32, 3)"),
    "true images": array_file("(True, 32, 32, 3)"),
    "a text for a shape": array_file("'a'"),
    "an open bracket": array_file("(1, 32, 32, 3"),
    "nested brackets": array_file("(" * 200 + ")" * 200),
    "a null in the header": array_file("(1, 32, 32, 3)", damage=lambda header: header.replace(b"descr", b"de\0cr")),
    "a long header": array_file("(1, 32, 32, 3)" + " " * 60_000),
    "another version": array_file("(1, 32, 32, 3)", version=b"\x09\x00"),
    "objects": array_file("(1, 32, 32, 3)", descr="|O"),
    "the end in the header": array_file("(1, 32, 32, 3)")[:40],
    "the end in the pixels": array_file("(1, 32, 32, 3)", PIXELS[:-1]),
}


def archived(content, path, method=zipfile.ZIP_STORED, names=("images.npy",)):
    with zipfile.ZipFile(path, "w", method) as archive:
        for name in names:
            archive.writestr(name, content)


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE)
def test_hostile_arrays_are_errors_of_one_line_that_name_the_file(tmp_path, user_cache, content):
    alone, archive = tmp_path / "a.npy", tmp_path / "a.npz"
    alone.write_bytes(content)
    archived(content, archive)
    archived(content, tmp_path / ARCHIVE_NAME, names=("x_train.npy", "x_test.npy"))
    for read, path in ((load_images, alone), (load_images, archive), (load_horses, tmp_path)):
        with pytest.raises(FileError) as error:
            read(path)
        message = str(error.value)
        assert message.startswith(str(path))
        assert "\n" not in message
        assert len(message) < len(str(path)) + 500
    assert not list(user_cache.rglob("*.npy"))


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_flipped_bytes_of_archives_are_errors(tmp_path, user_cache, method):
    pixels = np.random.default_rng(0).bytes(3072)
    path = tmp_path / "a.npz"
    errors = []
    for place in range(40, 200, 7):
        archived(array_file("(1, 32, 32, 3)", pixels), path, method, ("x_train.npy", "x_test.npy"))
        content = bytearray(path.read_bytes())
        content[place] ^= 0x55
        path.write_bytes(content)
        (tmp_path / ARCHIVE_NAME).write_bytes(content)
        for read in (lambda: load_images(path, array="x_train"), lambda: load_horses(tmp_path)[0]):
            try:
                images = read()
            except FileError as error:
                errors.append(str(error))
            else:  # Not every byte of a compressed file counts.
                assert images.tobytes() == pixels
    assert len(errors) > 30
    assert all(" must be an .npz file" in error for error in errors)


def test_arrays_are_read_as_numpy_reads_them(tmp_path, user_cache):
    images = np.random.default_rng(0).integers(0, 256, (2, 32, 32, 3), dtype=np.uint8)
    np.savez(tmp_path / ARCHIVE_NAME, x_train=images, x_test=np.asfortranarray(images))
    train, test = load_horses(tmp_path)
    np.testing.assert_array_equal(train, images)
    np.testing.assert_array_equal(test, images)
