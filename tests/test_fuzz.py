"""A slice of `make fuzz`, and that it finds what it looks for."""

import random
import time
from pathlib import Path

import pytest
from fuzz import mutations, run, subjects

#: Inputs of the slice; `make fuzz` takes 6000.
INPUTS = 120


@pytest.fixture
def folder(tmp_path, monkeypatch, user_cache):
    path = tmp_path / "inputs"
    path.mkdir()
    monkeypatch.chdir(path)
    return path


@pytest.mark.filterwarnings("ignore")  # Pillow and NumPy warn of damage that they can read.
def test_every_input_is_answered_well(folder):
    outcomes = list(run.outcomes(folder, INPUTS, seed=20))
    assert len(outcomes) >= INPUTS
    wrong = [f"{each.kind}:{each.number} {each.answer}" for each in outcomes if each.answer not in run.GOOD]
    assert not wrong
    # Damage that no reader notices, or that all of them notice, would test nothing.
    assert {each.answer for each in outcomes} == set(run.GOOD)


@pytest.mark.parametrize(
    ("read", "expected"),
    [
        (lambda folder, path: None, "accepted"),
        (lambda folder, path: raised(ValueError(f"{path} is damaged")), "refused"),
        (lambda folder, path: raised(ValueError("damaged")), "an error that does not name file.json"),
        (lambda folder, path: raised(ValueError(f"{path}\n")), "an error of"),
        (lambda folder, path: raised(OSError(f"{path} {'a' * run.LONGEST}")), "an error of"),
        (lambda folder, path: raised(KeyError("a")), "KeyError"),
        (lambda folder, path: raised(MemoryError()), "MemoryError"),
        (lambda folder, path: time.sleep(3), "HangError"),
        (lambda folder, path: (folder / "partial_file").write_text("a"), r"leaves \['partial_file'\]"),
        (lambda folder, path: refused_late(folder, path), r"leaves \['new'\]"),
    ],
)
def test_bad_answers_are_found(folder, monkeypatch, read, expected):
    monkeypatch.setattr(run, "TIME", 1)
    (folder / "file.json").write_text("{}")
    subject = subjects.Subject("file", ("file.json",), mutations.damaged_json, (read,), 1)
    outcome = run.try_file(folder, subject, 0, seed=0)
    assert outcome.answer.startswith(expected.replace("\\", ""))
    assert [path.name for path in folder.iterdir()] == ["file.json"]
    assert (folder / "file.json").read_text() == "{}"


def raised(error):
    raise error


def refused_late(folder: Path, path: Path):
    (folder / "new").write_text("a")
    raise ValueError(f"{path} is damaged")


def test_an_input_can_be_made_again():
    valid = b'{"a": [1, {"b": null}], "c": "d"}'
    first, again = (mutations.damaged_json(random.Random("0 config 17"), valid) for _ in range(2))
    assert first == again
    others = {mutations.damaged_json(random.Random(f"0 config {number}"), valid) for number in range(50)}
    assert len(others) > 25
