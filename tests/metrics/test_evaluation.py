import dataclasses
import json

import pytest

from keras_gan.metrics import Evaluation, Provenance
from keras_gan.metrics.comparison import Comparison
from keras_gan.rating import Place

PROVENANCE = Provenance("cifar10-resnet", "ab" * 32, "none", "cd" * 32, 5000, 1000)
NO_NUMBERS = {"provenance", "floor_images", "fid_interval", "second_opinion", "place"}
NAMES = [field.name for field in dataclasses.fields(Evaluation) if field.name not in NO_NUMBERS]
EVALUATION = Evaluation(
    provenance=PROVENANCE,
    **{name: 1.5 * index for index, name in enumerate(NAMES)},
    floor_images=10,
    fid_interval=(0.25, 4.0),
)
PLACE = Place(0.25, "unseen", None, 0.5, "recall")


def test_json_gives_back_the_same():
    assert Evaluation.from_json(EVALUATION.to_json()) == EVALUATION
    bare = dataclasses.replace(EVALUATION, fid_interval=None, fid_infinity=None, inception_score_mean=None)
    assert Evaluation.from_json(bare.to_json()) == bare
    placed = dataclasses.replace(EVALUATION, place=PLACE)
    assert Evaluation.from_json(placed.to_json()) == placed


def test_json_has_a_second_opinion_where_there_is_one():
    assert "second_opinion" not in json.loads(EVALUATION.to_json())
    rows = Comparison("fid_score", "5 samples", 1.5, "tf-gan", 1.0), Comparison("fid_score", "5 samples", 1.5, "b", 1.5)
    asked = dataclasses.replace(EVALUATION, second_opinion=rows)
    assert json.loads(asked.to_json())["second_opinion"][0] == {
        "metric": "fid_score",
        "scope": "5 samples",
        "ours": 1.5,
        "peer": "tf-gan",
        "theirs": 1.0,
        "relative_difference": 0.5 / 1.5,
    }
    assert Evaluation.from_json(asked.to_json()) == asked


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [(2.0, 1.0, 0.5), (1.0, 2.0, 0.5), (-1.0, 1.0, 2.0), (0.0, -3.0, 1.0), (0.0, 0.0, 0.0), (4.0, 4.0, 0.0)],
)
def test_relative_difference_is_in_units_of_the_larger(ours, theirs, expected):
    assert Comparison("fid_score", "5 samples", ours, "tf-gan", theirs).relative_difference == expected


@pytest.mark.parametrize("text", ["[]", "{}", '{"provenance": {}, "fid_interval": null}', "5", "no JSON"])
def test_json_of_something_else(text):
    with pytest.raises(ValueError, match="keys of Evaluation|Expecting value"):
        Evaluation.from_json(text)


def test_figures_are_the_numbers_there_are():
    assert EVALUATION.figures() == {name: 1.5 * index for index, name in enumerate(NAMES)}
    placed = dataclasses.replace(EVALUATION, place=PLACE).figures()
    assert {name: placed[name] for name in set(placed) - set(NAMES)} == {
        "ladder_position": 0.25,
        "ladder_agreement": 0.5,
    }
    without = dataclasses.replace(EVALUATION, inception_score_mean=None)
    assert set(EVALUATION.figures()) - set(without.figures()) == {"inception_score_mean"}


def test_changes_are_of_figures_with_one_provenance():
    later = dataclasses.replace(EVALUATION, fid_score=EVALUATION.fid_score + 2, inception_score_mean=None)
    changes = later.changes_since(EVALUATION)
    assert changes["fid_score"] == 2
    assert changes["pixel_variance"] == 0
    assert "inception_score_mean" not in changes


def test_figures_of_unknown_weights_compare_within_one_evaluator():
    unknown = dataclasses.replace(EVALUATION, provenance=dataclasses.replace(PROVENANCE, weights_sha256=None))
    assert set(unknown.changes_since(unknown).values()) == {0.0}
    with pytest.raises(ValueError, match="weights_sha256: None and abab"):
        EVALUATION.changes_since(unknown)
    again = dataclasses.replace(unknown, provenance=dataclasses.replace(unknown.provenance))
    with pytest.raises(ValueError, match="weights_sha256: those of cifar10-resnet are not known"):
        again.changes_since(unknown)


@pytest.mark.parametrize("field", [field.name for field in dataclasses.fields(Provenance)])
def test_figures_with_different_provenances_do_not_compare(field):
    value = 7 if isinstance(getattr(PROVENANCE, field), int) else "7"
    other = dataclasses.replace(EVALUATION, provenance=dataclasses.replace(PROVENANCE, **{field: value}))
    with pytest.raises(ValueError, match=f"differ in {field}: .* and 7$"):
        other.changes_since(EVALUATION)
