import dataclasses

import pytest

from keras_gan.metrics import Evaluation, Provenance

PROVENANCE = Provenance("cifar10-resnet", "ab" * 32, "none", "cd" * 32, 5000, 1000)
NAMES = [field.name for field in dataclasses.fields(Evaluation) if field.name not in ("provenance", "fid_interval")]
EVALUATION = Evaluation(
    provenance=PROVENANCE, **{name: 1.5 * index for index, name in enumerate(NAMES)}, fid_interval=(0.25, 4.0)
)


def test_json_gives_back_the_same():
    assert Evaluation.from_json(EVALUATION.to_json()) == EVALUATION
    bare = dataclasses.replace(EVALUATION, fid_interval=None, fid_infinity=None, inception_score_mean=None)
    assert Evaluation.from_json(bare.to_json()) == bare


@pytest.mark.parametrize("text", ["[]", "{}", '{"provenance": {}, "fid_interval": null}', "5", "no JSON"])
def test_json_of_something_else(text):
    with pytest.raises(ValueError, match="keys of Evaluation|Expecting value"):
        Evaluation.from_json(text)


def test_figures_are_the_numbers_there_are():
    assert EVALUATION.figures() == {name: 1.5 * index for index, name in enumerate(NAMES)}
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
    other = dataclasses.replace(EVALUATION, provenance=dataclasses.replace(PROVENANCE, **{field: 7}))
    with pytest.raises(ValueError, match=f"differ in {field}: .* and 7$"):
        other.changes_since(EVALUATION)
