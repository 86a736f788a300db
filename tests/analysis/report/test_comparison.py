import dataclasses

import numpy as np

from keras_gan.analysis.report.comparison import compare_configs, compare_outcomes
from keras_gan.analysis.verdict.judge import judge
from keras_gan.rating import Place


def outcomes(one, other):
    return {name: values for name, *values in compare_outcomes(one, other, (judge(one, []), judge(other, [])))}


def test_only_what_differs_is_named(changed, healthy_run):
    other = changed(config={"batch_size": 32, "n_critic": 5, "clip_threshold": 0.01, "seed": 1})
    assert compare_configs(healthy_run, other) == [
        ("batch_size", "64", "32"),
        ("clip_threshold", "None", "0.01"),
        ("gradient_penalty", "10.0", "—"),
        ("seed", "—", "1"),
    ]
    assert compare_configs(healthy_run, healthy_run) == []


def test_outcomes_stand_side_by_side(changed, healthy_run):
    other = changed({"d_loss": np.full(300, 7.0)}, {"fid_score": np.linspace(90, 80, 6)})
    other = dataclasses.replace(other, quality=dataclasses.replace(other.quality, place=Place(0.3, None, None, 1, "")))
    rows = outcomes(healthy_run, other)
    assert rows["epochs"] == ["300", "300"]
    assert rows["quality"] == ["Good (FID[cifar10-resnet] 30.0)", "Moderate (FID[cifar10-resnet] 80.0)"]
    assert rows["fid_score"] == ["30", "80"]
    assert rows["d_loss, median of the last tenth"][1] == "7"


def test_figures_of_other_provenances_are_not_compared(healthy_run, changed):
    strange = changed()
    strange = type(strange.quality)({**strange.quality.provenance, "n_real": "7"}, strange.quality.figures)
    rows = outcomes(healthy_run, changed(quality=strange))
    assert rows["figures of quality"] == ["do not compare", "they differ in n_real"]
    assert "fid_score" not in rows
    assert "fid_score" not in outcomes(healthy_run, changed(quality=None))
