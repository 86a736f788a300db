"""Sets that are decoded once: the cache, classes, damaged files and hostile folders."""

import json
import os
import pathlib
import struct
import threading
import time
import zipfile
import zlib

import numpy as np
import pytest
from PIL import Image

from keras_gan.data import fingerprint, load_images, set_labels
from keras_gan.data import image_cache as module
from keras_gan.data.records import record_of

pytestmark = pytest.mark.usefixtures("user_cache")

IMAGES = np.random.default_rng(0).integers(0, 256, (4, 6, 5, 3), dtype=np.uint8)


@pytest.fixture
def folder(tmp_path):
    """Four pictures in two sub-folders, written an hour ago."""
    path = tmp_path / "pictures"
    for index, image in enumerate(IMAGES):
        (path / "ab"[index % 2]).mkdir(parents=True, exist_ok=True)
        Image.fromarray(image).save(path / "ab"[index % 2] / f"{index}.png")
    return path


@pytest.fixture
def settled(monkeypatch):
    """Files count as settled at once."""
    monkeypatch.setattr(module, "SETTLED_NS", -(10**12))


def test_set_is_mapped_and_has_its_fingerprint(folder, tmp_path):
    images = load_images(folder, cache=tmp_path / "kept")
    np.testing.assert_array_equal(images, IMAGES[[0, 2, 1, 3]])
    assert isinstance(images, np.memmap)
    assert not images.flags.writeable
    assert fingerprint(images) == fingerprint(IMAGES[[0, 2, 1, 3]])
    assert record_of(images).sha256 == fingerprint(IMAGES[[0, 2, 1, 3]])
    for part in (images[1:], images[::-1], images[:, ::-1], images[..., :1]):
        assert fingerprint(part) == fingerprint(np.array(part))


def test_files_are_not_read_again(folder, settled, monkeypatch):
    first = load_images(folder)
    monkeypatch.setattr("keras_gan.data.listings.Listing.read", None)
    np.testing.assert_array_equal(load_images(folder), first)


def test_changed_file_is_read_even_with_its_old_size_and_time(folder, settled):
    load_images(folder)
    path = folder / "a" / "0.png"
    before = path.stat()
    path.write_bytes(bytes(before.st_size))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    with pytest.raises(ValueError, match="0.png"):
        load_images(folder)


def test_moved_set_is_not_decoded_again(folder, tmp_path, monkeypatch):
    first = load_images(folder)
    monkeypatch.setattr("keras_gan.data.decoding.prepare", None)
    assert load_images(folder.rename(tmp_path / "moved")).filename == first.filename


def test_options_make_other_sets(folder):
    sets = [load_images(folder, **options) for options in ({}, {"size": 4}, {"size": 4, "fit": "pad"}, {"alpha": True})]
    assert len({images.filename for images in sets}) == 4


def test_set_that_was_changed_on_disk_is_made_again(folder):
    path = load_images(folder).filename
    np.save(path, np.zeros((4, 6, 5, 3), np.uint8))
    np.testing.assert_array_equal(load_images(folder), IMAGES[[0, 2, 1, 3]])


def test_killed_before_its_record_was_written(folder):
    path = module.Path(load_images(folder).filename)
    path.with_suffix(".json").unlink()
    path.with_name(f"partial_{path.name}").write_bytes(b"half")
    np.testing.assert_array_equal(load_images(folder), IMAGES[[0, 2, 1, 3]])
    assert not path.with_name(f"partial_{path.name}").exists()


def test_several_at_once_write_it_once(folder, monkeypatch):
    written, write = [], module.write_images

    def slow(*arguments):
        written.append(1)
        time.sleep(0.05)
        return write(*arguments)

    monkeypatch.setattr("keras_gan.data.decoding.write_images", slow)
    found = []
    threads = [threading.Thread(target=lambda: found.append(np.array(load_images(folder)))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(written) == 1
    assert all((images == IMAGES[[0, 2, 1, 3]]).all() for images in found)
    assert len(found) == 4


def test_several_at_once_do_not_write_the_same_note(folder, settled, monkeypatch):
    writing, at_once, replace_text = [], [], module.replace_text

    def slow(path, text):
        writing.append(path)
        at_once.append(len(writing))
        time.sleep(0.05)
        replace_text(path, text)
        writing.remove(path)

    monkeypatch.setattr(module, "replace_text", slow)
    threads = [threading.Thread(target=load_images, args=(folder,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(at_once) == {1}


def test_folder_that_cannot_be_written(folder, tmp_path, monkeypatch):
    def refuse(self, *arguments):
        raise OSError(30, "Read-only file system", self.lock_file)

    images = load_images(folder, cache=tmp_path / "kept")
    monkeypatch.setattr(module.filelock.FileLock, "acquire", refuse)
    np.testing.assert_array_equal(load_images(folder, cache=tmp_path / "kept"), images)
    with pytest.raises(OSError, match="kept cannot hold decoded images: give another folder by `cache`"):
        load_images(folder, size=3, cache=tmp_path / "kept")


def test_no_room(folder, tmp_path, monkeypatch):
    monkeypatch.setattr(module.shutil, "disk_usage", lambda path: module.shutil._ntuple_diskusage(1, 1, 7))
    np.savez(tmp_path / "a.npz", IMAGES)
    for path in (folder, tmp_path / "a.npz"):
        with pytest.raises(OSError, match="must have 0.00 GB free for decoded images: give another folder by `cache`"):
            load_images(path)


def test_sub_folders_are_classes(folder):
    Image.fromarray(IMAGES[0]).save(folder / "z.png")
    labels, names = set_labels(load_images(folder))
    assert names == ("a", "b")
    np.testing.assert_array_equal(labels, [0, 0, 1, 1, -1])
    with pytest.raises(ValueError, match="`images` must be what `load_images` returned for sub-folders"):
        set_labels(IMAGES)


def zipped(folder, path, prefix=""):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in folder.rglob("*.png"):
            archive.write(file, prefix + file.relative_to(folder).as_posix())
    return path


@pytest.mark.parametrize("prefix", ["", "wrapped/"])
def test_archive_is_the_same_set(folder, tmp_path, prefix):
    images = load_images(zipped(folder, tmp_path / "set.zip", prefix))
    np.testing.assert_array_equal(images, IMAGES[[0, 2, 1, 3]])
    np.testing.assert_array_equal(set_labels(images)[0], [0, 0, 1, 1])
    assert not (tmp_path / "a").exists()


def test_array_by_its_name(tmp_path):
    path = tmp_path / "set.npz"
    np.savez_compressed(path, train=IMAGES, test=IMAGES[:2], labels=np.arange(4))
    with pytest.raises(ValueError, match="name one by `--data-array` or `array`. It has: train uint8"):
        load_images(path)
    np.testing.assert_array_equal(load_images(path, array="test"), IMAGES[:2])
    with pytest.raises(ValueError, match="must hold the array 'labels', uint8"):
        load_images(path, array="labels")
    np.savez(path, IMAGES, np.arange(4))
    np.testing.assert_array_equal(load_images(path), IMAGES)


@pytest.mark.parametrize("ending", ["npy", "npz"])
def test_arrays_are_resized_as_pictures_are(folder, tmp_path, ending):
    path = tmp_path / f"set.{ending}"
    (np.save if ending == "npy" else np.savez)(path, IMAGES[[0, 2, 1, 3]])
    np.testing.assert_array_equal(load_images(path, size=3), load_images(folder, size=3))


def test_unreadable_files_are_listed_together(folder):
    for index in range(12):
        (folder / f"bad{index:02}.png").write_bytes(b"no picture")
    whole = (folder / "a" / "0.png").read_bytes()
    (folder / "a" / "0.png").write_bytes(whole[:60])
    with pytest.raises(ValueError, match=r"13 files in .*: a/0.png .*; bad08.png .*; and 3 more.*`--skip-unreadable`"):
        load_images(folder)
    images = load_images(folder, skip_unreadable=True)
    np.testing.assert_array_equal(images, IMAGES[[2, 1, 3]])
    assert record_of(images).skipped == 13
    assert fingerprint(images) == fingerprint(np.array(images))
    np.testing.assert_array_equal(set_labels(images)[0], [0, 1, 1])


def test_nothing_but_unreadable_files(tmp_path):
    (tmp_path / "a.png").write_bytes(b"no picture")
    with pytest.raises(ValueError, match="1 file in .* cannot be read"):
        load_images(tmp_path, skip_unreadable=True)
    with pytest.raises(ValueError, match=r"no picture that Pillow can read\). There is no other picture$"):
        load_images(tmp_path, skip_unreadable=True)


def test_copies_are_counted(folder):
    Image.fromarray(IMAGES[0]).save(folder / "copy.bmp")
    smooth = np.linspace(0, 250, 36 * 36).reshape(36, 36)
    for name, shift in (("c", 0), ("d", 2), ("e", -40)):
        pixels = np.clip(np.dstack([smooth + shift, smooth[::-1], smooth]), 0, 255).astype(np.uint8)
        Image.fromarray(pixels).save(folder / f"{name}.png")
    record = record_of(load_images(folder, size="6x5", fit="stretch"))
    assert (record.copies, record.near_duplicates) == (1, 1)


@pytest.mark.parametrize("channels", [1, 2, 4])
def test_copies_in_an_archive_are_counted(tmp_path, channels):
    images = np.random.default_rng(0).integers(0, 256, (5, 12, 12, channels), dtype=np.uint8)
    near = np.clip(images[1].astype(int) + 1, 0, 255).astype(np.uint8)
    np.savez(tmp_path / "images.npz", images=np.concatenate([images, images[:2], near[None]]))
    record = record_of(load_images(tmp_path / "images.npz"))
    assert (record.copies, record.near_duplicates) == (2, 1)


# --- hostile files ---------------------------------------------------------------------------------------------------


def huge(width, height):
    """Return a PNG that says it is huge."""

    def chunk(kind, content):
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(9))) + chunk(b"IEND", b"")


@pytest.mark.parametrize("side", [8300, 10_000, 30_000])
def test_huge_header_is_refused_before_decoding(tmp_path, side):
    (tmp_path / "a.png").write_bytes(huge(side, side))
    with pytest.raises(ValueError, match="it must have at most 67108864 pixels"):
        load_images(tmp_path, size=8)


def test_one_image_with_a_name_of_any_script(tmp_path):
    Image.fromarray(IMAGES[0]).save(tmp_path / "ウマ 🐎 лошадь.PNG")
    np.testing.assert_array_equal(load_images(tmp_path), IMAGES[:1])


def test_links_in_a_circle(folder):
    (folder / "a" / "up").symlink_to(folder)
    (folder / "gone.png").symlink_to(folder / "nothing")
    np.testing.assert_array_equal(load_images(folder), IMAGES[[0, 2, 1, 3]])


@pytest.fixture
def deepest(tmp_path, monkeypatch):
    """The working directory, 1100 folders below the test's own; they go, because pytest cannot remove so many."""
    monkeypatch.chdir(tmp_path)
    for _ in range(1100):
        os.mkdir("d")
        os.chdir("d")
    yield pathlib.Path()
    pathlib.Path("a.png").unlink()
    for _ in range(1100):
        os.chdir("..")
        os.rmdir("d")


def test_folders_that_are_nested_more_deeply_than_functions_can_be(tmp_path, deepest):
    Image.fromarray(IMAGES[0]).save(deepest / "a.png")
    np.testing.assert_array_equal(load_images(tmp_path), IMAGES[:1])


def test_only_other_files(tmp_path):
    for index in range(2000):
        (tmp_path / f"{index}.txt").touch()
    with pytest.raises(FileNotFoundError, match="No images in"):
        load_images(tmp_path)


@pytest.mark.parametrize("name", ["../a.png", "a/../../b.png", "/etc/a.png", "..\\a.png", "C:\\a.png"])
def test_name_that_leads_out_of_the_archive(tmp_path, name):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(name, b"no")
    with pytest.raises(ValueError, match="must hold names inside the archive only"):
        load_images(tmp_path / "a.zip")


def test_archive_with_a_colon_in_a_name(folder, tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.write(next(folder.rglob("0.png")), "4:3.png")
    np.testing.assert_array_equal(load_images(tmp_path / "a.zip")[0], IMAGES[0])


def test_zip_bomb(tmp_path, monkeypatch):
    monkeypatch.setattr("keras_gan.data.listings.MAX_FILE_BYTES", 2**16)
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.png", bytes(2**20))
    with pytest.raises(ValueError, match="it must have at most 65536 bytes, unpacked"):
        load_images(tmp_path / "a.zip")


def test_archive_that_is_damaged(folder, tmp_path):
    path = zipped(folder, tmp_path / "a.zip")
    content = bytearray(path.read_bytes())
    content[60:90] = bytes(30)
    path.write_bytes(content)
    with pytest.raises(ValueError, match="a/0.png|b/1.png|a/2.png|b/3.png"):
        load_images(path)
    path.write_bytes(content[:100])
    with pytest.raises(ValueError, match="must be a whole ZIP archive of pictures"):
        load_images(path)


def test_pickles_are_not_opened(tmp_path):
    path = tmp_path / "a.npz"
    np.savez(path, np.array([{"a": 1}], object))
    with pytest.raises(ValueError, match="must hold one array, uint8 .* Received: arr_0 object"):
        load_images(path)
    np.save(tmp_path / "a.npy", np.array([{}], object))
    with pytest.raises(ValueError, match="must be a folder of images or an .npy file"):
        load_images(tmp_path / "a.npy")


def test_array_that_is_shorter_than_it_says(tmp_path):
    header = tmp_path / "header"
    with open(header, "wb") as file:
        np.lib.format.write_array_header_1_0(file, {"descr": "|u1", "fortran_order": False, "shape": (10, 64, 64, 3)})
    with zipfile.ZipFile(tmp_path / "a.npz", "w") as archive:
        archive.write(header, "images.npy")
    with pytest.raises(ValueError, match="of 122880 bytes in a file of 0 bytes"):
        load_images(tmp_path / "a.npz")


def test_array_by_columns(tmp_path):
    path = tmp_path / "a.npz"
    np.savez(path, np.asfortranarray(IMAGES))
    with pytest.raises(ValueError, match=r"must hold one array, uint8 .* Received: arr_0 uint8 in Fortran's order"):
        load_images(path)


@pytest.mark.filterwarnings("ignore:overflow encountered")
@pytest.mark.parametrize("shape", [(-1, 4, 4, 3), (True, 4, 4, 3), (10**9, 10**9, 10**9, 3), (1, 10**5, 10**5, 3)])
def test_array_of_a_shape_that_cannot_be(tmp_path, shape):
    with open(tmp_path / "a.npy", "wb") as file:
        np.lib.format.write_array_header_1_0(file, {"descr": "|u1", "fortran_order": False, "shape": shape})
        file.write(bytes(48))
    with zipfile.ZipFile(tmp_path / "a.npz", "w") as archive:
        archive.write(tmp_path / "a.npy", "images.npy")
    for name in ("a.npy", "a.npz"):
        with pytest.raises(ValueError, match=f"{name} must"):
            load_images(tmp_path / name)


def test_record_of_another_version_is_not_used(folder):
    path = module.Path(load_images(folder).filename).with_suffix(".json")
    path.write_text(json.dumps({"shape": [1], "more": 2}))
    np.testing.assert_array_equal(load_images(folder), IMAGES[[0, 2, 1, 3]])
