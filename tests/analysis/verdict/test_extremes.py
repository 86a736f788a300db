"""No sentence of a verdict claims more than its figures, whatever these are (F32)."""

import dataclasses

import numpy as np
import pytest

from keras_gan.analysis.detectors import cross_entropy_curves, pictures
from keras_gan.analysis.detectors import samples as sample_detectors
from keras_gan.analysis.detectors.advisor import advise, diagnose
from keras_gan.analysis.detectors.findings import Diagnosis, Finding, Status
from keras_gan.analysis.report.comparison import compare_outcomes
from keras_gan.analysis.report.text import no_findings, render_advice
from keras_gan.analysis.run.saved_run import SavedRun
from keras_gan.analysis.triage import Cell, Outcome, classify, conclude
from keras_gan.analysis.verdict import reference_rules
from keras_gan.analysis.verdict.default_rules import judge

EPOCHS = 300

#: Columns or figures that nothing can be praised for: what they are, the indicator, and what it says.
DOUBTFUL = [
    ({"wasserstein_distance": 0.0}, {}, "Monotonicity", "W stays at 0: the critic does not tell reals from fakes"),
    ({"generator_gradient_norm": np.inf}, {}, "Gradient Signal", "The generator's gradient is infinite"),
    ({}, {"recall": 0.0}, "Mode Collapse", "The samples reach only 0% of the real images (recall)"),
    ({}, {"recall": np.nan}, "Mode Collapse", "Recall was not measured"),
    ({}, {"precision": 0.02}, "Mode Collapse", "Only 2% of the samples are like real images (precision)"),
    ({}, {"feature_diversity": np.nan}, "Mode Collapse", "Diversity was not measured in the last evaluation"),
    ({}, {"fid_score": np.linspace(30, 36, 6)}, "Wasserstein Distance", "30.0 → 36.0: no improvement by 5% or more"),
    ({}, {"fid_score": np.linspace(30, 29.9, 6)}, "Wasserstein Distance", "30.0 → 29.9: no improvement by 5% or more"),
    ({}, {"fid_score": [60, 50, 42, 36, 32, np.nan]}, "Wasserstein Distance", "and none in the last evaluation"),
    ({}, {"fid_score": [np.nan] * 5 + [30.0]}, "Wasserstein Distance", "30.0, measured once"),
    ({}, {"fid_score": np.nan}, "Wasserstein Distance", "no FID could be measured"),
    ({}, {"fid_score": 1e9}, "Wasserstein Distance", "no improvement"),
    ({}, {"fid_score": 0.0}, "Wasserstein Distance", "no improvement"),
    ({"wasserstein_distance": 3.0}, {}, "Wasserstein Distance", "3 at its peak, 3 at the end: W has not fallen"),
    ({"wasserstein_distance": -3.0}, {}, "Wasserstein Distance", "-3 at its peak, -3 at the end: W has not fallen"),
]

#: Columns that a run may lack or have without values, and what is said in their place.
MISSING = [
    ({"wasserstein_distance": None}, "Monotonicity", "−d_loss, in place of W, does not oscillate"),
    ({"wasserstein_distance": None}, "Balance", "d_loss is below 0 in 100% of"),
    ({"wasserstein_distance": None}, "Wasserstein Distance", "−d_loss, in place of W, "),
    ({"generator_gradient_norm": None}, "Gradient Signal", "the norm of the gradient was not logged"),
    ({"generator_gradient_norm": np.nan}, "Gradient Signal", "the norm of the gradient was not logged"),
]


def filled(columns, length):
    wanted = columns.items()
    return {name: value if value is None else np.broadcast_to(value, length).astype(float) for name, value in wanted}


def judged(run):
    verdict = judge(run, diagnose(run))
    return verdict, {one.name: one for one in verdict.indicators}


@pytest.mark.parametrize(("columns", "figures", "name", "said"), DOUBTFUL, ids=lambda value: str(value)[:40])
def test_figures_that_show_nothing_good_pass_nothing(changed, columns, figures, name, said):
    verdict, indicators = judged(changed(filled(columns, EPOCHS), filled(figures, 6)))
    assert indicators[name].status is Status.WARNING
    assert said in indicators[name].observation
    assert not verdict.recommendation.startswith("Continue")
    assert not any("nan" in one.observation for one in verdict.indicators)


@pytest.mark.parametrize(("columns", "name", "said"), MISSING, ids=lambda value: str(value)[:40])
def test_what_was_not_logged_is_not_claimed(changed, columns, name, said):
    _, indicators = judged(changed(filled(columns, EPOCHS)))
    assert indicators[name].status is Status.GOOD
    assert said in indicators[name].observation


def test_few_samples_pass_nothing(changed, quality):
    few = dataclasses.replace(quality, provenance={**quality.provenance, "n_samples": "40"})
    verdict, indicators = judged(changed(quality=few))
    assert {name for name, one in indicators.items() if not one.passed} == {"Mode Collapse", "Wasserstein Distance"}
    assert "Spread of only 40 samples" in indicators["Mode Collapse"].observation
    assert "of only 40 samples 60.0 → 30.0" in indicators["Wasserstein Distance"].observation
    assert verdict.recommendation.startswith("Measure at least 500 samples")


@pytest.mark.parametrize("epochs", [1, 2, 19])
def test_short_run_is_neither_right_nor_wrong(changed, epochs):
    run = changed({name: values[:epochs] for name, values in changed().history.items()}, quality=None)
    verdict, indicators = judged(run)
    counted = "1 epoch is" if epochs == 1 else f"{epochs} epochs are"
    assert {one.observation for one in indicators.values()} == {f"{counted} too few to tell"}
    assert (verdict.stability, verdict.passed) == ("TOO SHORT", 0)
    said = f"{counted} too few to tell: curves are searched from 20 epochs on."
    assert render_advice(advise(diagnose(run), run.config), run) == no_findings(run) == said
    assert classify(run) == (Outcome.SHORT, f"{epochs} of the 20 epochs that a judgement needs")


def test_grid_of_short_runs_proves_no_batch_size():
    cells = [Cell(seed, size, Outcome.SHORT) for seed in (1, 2) for size in (4, 8)]
    assert conclude(cells) == [
        ("Some runs have fewer than 20 epochs", "unknown", "Train another grid with more `--epochs`")
    ]


def test_run_of_nothing_but_nan_has_exploded_in_its_first_epoch(changed):
    run = changed({name: np.full(1, np.nan) for name in changed().history}, quality=None)
    verdict, _ = judged(run)
    assert verdict.stability == "FAILED"
    assert diagnose(run)[0].evidence == "d_loss is nan in epoch 0"
    assert ("d_loss, median of the last tenth", "not finite", "not finite") in compare_outcomes(
        run, run, (verdict, verdict)
    )


@pytest.mark.parametrize(
    ("columns", "figures"),
    [({"clip_ratio": np.nan}, {}), ({}, {"fid_score": -1.0}), ({}, {"fid_score": 0.0}), ({"clip_ratio": None}, {})],
    ids=str,
)
def test_figures_that_are_none_are_no_finding(changed, columns, figures):
    assert diagnose(changed(filled(columns, EPOCHS), filled(figures, 6))) == []


def test_accuracy_that_is_none_is_no_finding():
    losses = {"d_loss": np.full(60, 1.0), "g_loss": np.arange(60.0), "d_accuracy": np.full(60, np.nan)}
    run = SavedRun("other", losses, {"loss": "cross-entropy"})
    assert cross_entropy_curves.vanishing_gradients(run) is cross_entropy_curves.mode_collapse(run) is None


def test_real_images_that_are_all_one_are_no_scale(healthy_run):
    run = dataclasses.replace(healthy_run, quality=None)
    samples, flat = np.random.default_rng(0).uniform(-1, 1, (8, 8, 8, 3)), np.zeros((8, 8, 8, 3))
    assert sample_detectors.mode_collapse(run, samples, flat) is None
    assert pictures.checkerboard(samples, flat) is None
    assert pictures.blur(samples, flat) is pictures.washed_out_colour(samples, flat) is None


def test_finding_without_a_remedy_is_not_passed_over(healthy_run):
    clipped = [Finding(Diagnosis.PERSISTENT_CLIPPING, "Clip% is 100%", Status.WARNING)]
    recommendation = judge(healthy_run, clipped).recommendation
    assert recommendation == "Look into persistent clipping, against which no further change is known"


@pytest.mark.parametrize("losses", [np.full(300, np.nan), np.ones(1)], ids=["nan", "one epoch"])
def test_reference_rules_do_not_praise_what_is_not_there(losses):
    columns = dict.fromkeys(("d_loss", "d_loss_real", "d_loss_fake", "g_loss"), losses)
    indicators = {one.name: one for one in reference_rules.judge(columns).indicators}
    assert {name for name, one in indicators.items() if one.passed} <= {"Balance"}
    assert "too few to tell" in indicators["Mode Collapse"].observation
