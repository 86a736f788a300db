"""A run's environment.json."""

import json

import pytest

from keras_gan.training.changes import change
from keras_gan.training.environment import check_environment, record_resume, write_environment
from keras_gan.training.presets import PRESETS

ENVIRONMENT = {"backend": "jax", "versions": {"keras": "3.15.1"}, "data": {"images": 3, "sha256": "ab"}}


@pytest.fixture
def folder(tmp_path):
    """The folder of a run that was made under these versions."""
    write_environment(tmp_path, ENVIRONMENT)
    return tmp_path


def test_broken_environment_is_named(folder):
    for content in ("{}", "[]", "{", '{"data": 1, "versions": 2}'):
        (folder / "environment.json").write_text(content)
        with pytest.raises(ValueError, match="environment.json must"):
            check_environment(folder, ENVIRONMENT)


@pytest.mark.parametrize(
    "resume",
    [
        *({"versions": {}}, {"epoch": "4", "versions": {}}, {"epoch": 4}, {"epoch": 4, "versions": {}, "step": None}),
        *({"epoch": 4, "versions": {}, "changes": {"epochs": [3]}}, 4),
    ],
)
def test_broken_record_of_a_resume_is_named(folder, resume):
    write_environment(folder, {**ENVIRONMENT, "resumes": [resume]})
    with pytest.raises(ValueError, match="environment.json must"):
        check_environment(folder, ENVIRONMENT)


def test_other_images_are_refused_and_other_versions_told(folder):
    assert check_environment(folder, ENVIRONMENT) == []
    other = {**ENVIRONMENT, "versions": {"keras": "3.16.0"}}
    assert check_environment(folder, other) == ["keras 3.15.1 → 3.16.0"]
    with pytest.raises(ValueError, match="Received other images"):
        check_environment(folder, {**ENVIRONMENT, "data": {"images": 3, "sha256": "cd"}})
    with pytest.raises(ValueError, match="backend jax.*resume it with KERAS_BACKEND=jax. Received: tensorflow"):
        check_environment(folder, {**ENVIRONMENT, "backend": "tensorflow"})


def test_versions_of_a_resume_are_recorded_beside_those_of_the_start(folder):
    """F12."""
    record_resume(folder, ENVIRONMENT, PRESETS["horses"], 2)
    assert json.loads((folder / "environment.json").read_text()) == ENVIRONMENT
    other = {**ENVIRONMENT, "versions": {"keras": "3.16.0"}}
    for epoch in (4, 6):
        record_resume(folder, other, PRESETS["horses"], epoch)
    resumes = [{"epoch": 4, "versions": {"keras": "3.16.0"}}]
    assert json.loads((folder / "environment.json").read_text()) == {**ENVIRONMENT, "resumes": resumes}
    assert check_environment(folder, other) == []
    assert check_environment(folder, ENVIRONMENT) == ["keras 3.16.0 → 3.15.1"]


def test_changes_within_an_epoch_are_recorded_with_their_step(folder):
    config = change(PRESETS["horses"], batch_size=8)

    def resume(epoch, step, changes=None):
        record_resume(folder, ENVIRONMENT, config, epoch, changes, step)
        first, *_ = json.loads((folder / "environment.json").read_text())["resumes"]
        assert first["changes"] == {"batch_size": [512, 8]}
        return first["epoch"], first.get("step")

    assert resume(4, 3, {"batch_size": (512, 8)}) == (4, 3)
    assert resume(5, 0) == (4, 3)
    # Its epochs were lost, and are trained again under the new value.
    assert resume(4, 2) == (4, 2)
    assert resume(2, 0) == (2, None)
    assert resume(2, 1) == (2, None)
