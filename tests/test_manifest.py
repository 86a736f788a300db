"""Checksums of checkpoints."""

import json
import zipfile

import keras
import numpy as np
import pytest

from keras_gan import GanCheckpoint, load_model
from keras_gan.callbacks import checkpoints
from keras_gan.manifest import NAME, check_facts, read_manifest, seal


@pytest.fixture
def checkpoint(make_gan, float_images, tmp_path):
    saver = GanCheckpoint(tmp_path / "checkpoints", facts={"config": "abc"})
    make_gan().fit(float_images, batch_size=32, epochs=2, verbose=0, callbacks=[saver])
    return checkpoints(tmp_path / "checkpoints")[-1][1]


def test_manifest_says_what_the_checkpoint_is_of(checkpoint):
    manifest = read_manifest(checkpoint)
    assert {name: manifest[name] for name in ("format", "epochs", "config")} == {
        "format": 1,
        "epochs": 2,
        "config": "abc",
    }
    assert set(manifest["files"]) == {"metadata.json", "config.json", "model.weights.h5"}
    model = keras.saving.load_model(checkpoint)
    for one, other in zip(model.weights, load_model(checkpoint).weights):
        np.testing.assert_array_equal(one, other)


def test_any_flipped_byte_of_the_parts_is_found(checkpoint):
    content = checkpoint.read_bytes()
    with zipfile.ZipFile(checkpoint) as archive:
        places = [info.header_offset + 60 + 37 * index for index, info in enumerate(archive.infolist())]
    for place in places:
        checkpoint.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
        with pytest.raises(ValueError, match="cannot be loaded"):
            load_model(checkpoint)


def test_part_that_was_replaced_is_found(checkpoint, tmp_path):
    """The archive's own checksums fit, and those of the manifest do not."""
    altered = tmp_path / "altered.keras"
    with zipfile.ZipFile(checkpoint) as source, zipfile.ZipFile(altered, "w") as target:
        for info in source.infolist():
            content = source.read(info)
            is_config = info.filename == "config.json"
            target.writestr(info.filename, content.replace(b'"n_critic": ', b'"n_critic":  ') if is_config else content)
    with pytest.raises(ValueError, match=r"config.json must have the checksum in manifest.json"):
        load_model(altered)


@pytest.mark.parametrize("share", [0.1, 0.9, 0.999])
def test_torn_file_is_found(checkpoint, share):
    content = checkpoint.read_bytes()
    checkpoint.write_bytes(content[: int(share * len(content))])
    with pytest.raises(ValueError, match="is no whole checkpoint"):
        read_manifest(checkpoint)


@pytest.mark.parametrize(
    "content", ["{", "[]", '{"files": 1}', '{"files": {}, "format": 9}', '{"files": {}, "format": 1}']
)
def test_manifest_that_is_none(tmp_path, content):
    path = tmp_path / "a.keras"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("config.json", "{}")
        archive.writestr(NAME, content)
    with pytest.raises(ValueError, match="is no whole checkpoint"):
        read_manifest(path)


def test_file_of_an_earlier_version_has_none(make_gan, tmp_path):
    make_gan().save(tmp_path / "a.keras")
    assert read_manifest(tmp_path / "a.keras") is None
    seal(tmp_path / "a.keras", {"epochs": 1})
    assert read_manifest(tmp_path / "a.keras")["epochs"] == 1


def test_what_is_no_archive_stays_as_it_is(tmp_path):
    path = tmp_path / "a.keras"
    path.write_text(json.dumps([1]))
    seal(path, {})
    assert path.read_text() == "[1]"


@pytest.mark.parametrize("facts", [None, [], {"a": object()}, {"a": np.zeros(1)}])
def test_facts_are_values_of_json(facts):
    with pytest.raises(ValueError, match="`facts` must be"):
        check_facts(facts)
