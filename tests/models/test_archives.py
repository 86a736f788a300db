"""Saved models from anywhere."""

import io
import json
import random
import zipfile

import h5py
import keras
import numpy as np
import pytest
from helpers import small_critic, small_generator

from keras_gan import load_model
from keras_gan.models import load_generator
from keras_gan.models.archives import CONFIG, WEIGHTS
from keras_gan.reading import FileError


@pytest.fixture(scope="module")
def members(tmp_path_factory):
    """The members of a saved generator, by name."""
    path = tmp_path_factory.mktemp("saved") / "generator.keras"
    small_generator().save(path)
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "generator.keras"


def pack(path, members, method=zipfile.ZIP_STORED):
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)


def weights(fill):
    """Return the bytes of a file of weights."""
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        fill(file)
    return buffer.getvalue()


def edited(members, change):
    config = json.loads(members[CONFIG])
    change(config["config"]["layers"][1]["config"])
    return {**members, CONFIG: json.dumps(config).encode()}


def shape_bomb(file):
    file.create_dataset("a", (10**6, 10**6), "float32", chunks=(1000, 1000))


def in_another_file(file):
    file.create_dataset("a", (10,), "float32", external=[("/etc/hostname", 0, 40)])


def linked(file):
    file["a"] = h5py.ExternalLink("/etc/hostname", "/")


#: Changes of a file's members, and what the error says.
HOSTILE = {
    "no weights": (lambda good: {CONFIG: good[CONFIG]}, "an archive without model.weights.h5"),
    "pickled weights": (lambda good: {CONFIG: good[CONFIG], "model.weights.npz": b""}, "an archive without"),
    "no JSON": (lambda good: {**good, CONFIG: b"{"}, "Expecting property name"),
    "brackets": (lambda good: {**good, CONFIG: b"[" * 100_000}, "RecursionError"),
    "nested objects": (lambda good: {**good, CONFIG: b'{"class_name":' * 900 + b"1" + b"}" * 900}, "RecursionError"),
    "a list": (lambda good: {**good, CONFIG: b"[1]"}, "config.json without an object"),
    "outside": (lambda good: {**good, "../a": b"1"}, "names inside the archive only. Received: '../a'"),
    "absolute": (lambda good: {**good, "/tmp/a": b"1"}, "names inside the archive only. Received: '/tmp/a'"),
    "no HDF5": (lambda good: {**good, WEIGHTS: b"no weights"}, "Unable to"),
    "a bomb of a shape": (lambda good: {**good, WEIGHTS: weights(shape_bomb)}, "weights of 4000000000000 bytes"),
    "another file": (lambda good: {**good, WEIGHTS: weights(in_another_file)}, "weights a in another file"),
    "a link": (lambda good: {**good, WEIGHTS: weights(linked)}, "weights / in another file"),
    "huge layers": (
        lambda good: edited(good, lambda layer: layer.update(units=2**31 - 1)),
        "its layers must have",
    ),
    "units of a text": (lambda good: edited(good, lambda layer: layer.update(units="a")), "could not be deserialized"),
    "a long config": (lambda good: {**good, CONFIG: b" " * 2**25}, "config.json of more than"),
}


@pytest.mark.parametrize(("change", "expected"), HOSTILE.values(), ids=HOSTILE)
def test_hostile_models_are_errors_of_one_line_that_name_the_file(path, members, change, expected):
    pack(path, change(members))
    with pytest.raises(FileError, match=rf"generator\.keras cannot be loaded: it must .*{expected}") as error:
        load_model(path)
    assert "\n" not in str(error.value)
    assert len(str(error.value)) < len(str(path)) + 400
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_a_bomb_is_refused_before_it_is_unpacked(path, members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(CONFIG, members[CONFIG])
        archive.writestr(WEIGHTS, bytes(2**26))
    with pytest.raises(FileError, match=r"model\.weights\.h5 of 67108864 bytes, of which \d+ are stored"):
        load_model(path)


def test_a_flipped_byte_is_found_by_its_checksum(path, members):
    pack(path, members)
    content = bytearray(path.read_bytes())
    content[content.index(members[WEIGHTS]) + len(members[WEIGHTS]) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(FileError, match="Bad CRC-32"):
        load_model(path)


def test_encrypted_members_are_named(path, members):
    pack(path, members)
    content = path.read_bytes()
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content = content.replace(mark, mark)
        at = content.index(mark)
        content = content[: at + place] + b"\x01" + content[at + place + 1 :]
    path.write_bytes(content)
    with pytest.raises(FileError, match="an encrypted metadata.json"):
        load_model(path)


def test_code_is_not_run(path):
    keras.Sequential([keras.Input((3,)), keras.layers.Lambda(lambda x: x)]).save(path)
    with pytest.raises(FileError, match=r"cannot be loaded: .*`Lambda`"):
        load_model(path)


def test_a_compressed_copy_of_a_model_is_loaded(path, members):
    pack(path, members, zipfile.ZIP_DEFLATED)
    assert load_model(path).count_params() == small_generator().count_params()


def test_checks_draw_no_random_numbers(path):
    random.seed(0)
    small_critic(keras.layers.Dropout(0.5)).save(path)
    random.seed(1)
    keras.saving.load_model(path)
    expected = random.random()
    random.seed(1)
    load_model(path)
    assert random.random() == expected


def test_generators_of_huge_images_are_refused(path):
    layers = [keras.Input((2,)), keras.layers.Dense(3), keras.layers.Reshape((1, 1, 3))]
    keras.Sequential([*layers, keras.layers.UpSampling2D(100_000)]).save(path)
    with pytest.raises(ValueError, match=r"generator\.keras must make images of at most .* Received: \(100000, 100000"):
        load_generator(path)


def test_a_whole_gan_is_loaded_as_before(tmp_path, make_gan):
    gan = make_gan()
    gan.save(tmp_path / "gan.keras")
    loaded = load_model(tmp_path / "gan.keras")
    for one, other in zip(gan.get_weights(), loaded.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
