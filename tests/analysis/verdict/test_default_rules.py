import dataclasses

import numpy as np
import pytest

from keras_gan.analysis.detectors.advisor import diagnose
from keras_gan.analysis.detectors.findings import Diagnosis, Finding, Status
from keras_gan.analysis.verdict.default_rules import judge
from keras_gan.rating import Place


@pytest.fixture
def placed(healthy_run, changed):
    """Return the healthy run with samples at another place."""

    def place(position, worse_than="unseen", better_than="blur_1", agreement=0.8):
        other = Place(position, worse_than, better_than, agreement, "recall")
        return changed(quality=dataclasses.replace(healthy_run.quality, place=other))

    return place


NAMES = ["Monotonicity", "Balance", "Mode Collapse", "Gradient Signal", "Wasserstein Distance"]


def judged(run):
    verdict = judge(run, diagnose(run))
    return verdict.indicators, verdict


def statuses(run):
    return {one.name: one.status for one in judged(run)[0]}


def test_healthy_run_passes_all(healthy_run):
    indicators, verdict = judged(healthy_run)
    assert [one.name for one in indicators if one.passed] == NAMES
    assert (verdict.stability, verdict.passed) == ("STABLE", 5)
    assert verdict.quality == "Good (FID[cifar10-resnet] 30.0)"


def test_unmeasured_samples_are_never_praised(changed):
    indicators, verdict = judged(changed(quality=None))
    assert verdict.quality == "Unmeasured"
    assert (verdict.stability, verdict.passed) == ("STABLE", 3)
    assert {one.name for one in indicators if one.status is Status.WARNING} == {"Mode Collapse", "Wasserstein Distance"}
    assert verdict.recommendation == "Measure the samples, for example with QualityMonitor(evaluator, every=100)"
    of_command = judged(changed(quality=None, config={"preset": "demo"}))[1]
    assert of_command.recommendation == "Measure the samples, for example with --quality-every 100"


def test_quality_is_the_word_of_the_place(placed):
    verdict = judged(placed(0.3, "blur_1", "blur_2"))[1]
    assert verdict.quality == "Moderate (FID[cifar10-resnet] 30.0)"
    assert verdict.place == (
        "The samples are worse than the real images blurred by 1 pixel, better than the real images blurred by 2 pixels"
    )


def test_figures_that_disagree_are_named(placed):
    verdict = judged(placed(0.15, agreement=0.16))[1]
    assert verdict.quality.startswith("Moderate (FID")
    assert verdict.place.endswith(
        "By their distance alone they would be Good, but recall is 16% of that of unseen real images"
    )


def test_samples_without_a_place_have_no_word(healthy_run, changed):
    unplaced = dataclasses.replace(healthy_run.quality, place=None)
    verdict = judged(changed(quality=unplaced))[1]
    assert (verdict.quality, verdict.place) == ("Unmeasured", "")


def test_inception_has_the_guide_s_word_besides(healthy_run, changed):
    provenance = {**healthy_run.quality.provenance, "extractor": "inception"}
    verdict = judged(changed(quality=dataclasses.replace(healthy_run.quality, provenance=provenance)))[1]
    assert verdict.quality == "Good (FID 30.0)"
    assert verdict.place.endswith("The training guide's bands of FID say Excellent")


def test_samples_that_are_all_alike_are_poor_however_good_their_score(changed):
    figures = {"fid_score": np.linspace(9, 5, 6), "feature_diversity": np.full(6, 0.1)}
    assert judged(changed(figures=figures))[1].quality.startswith("Poor")


def test_old_figures_are_no_praise(changed):
    longer = {name: np.concatenate([values, values]) for name, values in changed().history.items()}
    indicators, verdict = judged(changed({**longer, "epoch": np.arange(600.0)}))
    assert verdict.quality == "Unmeasured since epoch 299"
    assert {one.name: one.status for one in indicators}["Mode Collapse"] is Status.WARNING


def test_exploded_run_is_poor_whatever_was_measured(changed):
    assert judged(changed({"d_loss": np.full(300, np.nan)}))[1].quality.startswith("Poor")


def test_few_epochs_have_no_verdict(changed):
    short = {name: values[:5] for name, values in changed().history.items()}
    indicators, verdict = judged(changed(short, quality=None))
    assert {one.observation for one in indicators} == {"5 epochs are too few to tell"}
    assert (verdict.stability, verdict.passed) == ("TOO SHORT", 0)


def test_few_epochs_have_no_verdict_whatever_their_samples_look_like(changed):
    """F32."""
    short = {name: values[:3] for name, values in changed().history.items()}
    alike = changed(figures={"feature_diversity": np.full(6, 0.01)}).quality
    indicators, verdict = judged(changed(short, quality=alike))
    assert {one.observation for one in indicators} == {"3 epochs are too few to tell"}
    assert (verdict.stability, verdict.recommendation) == ("TOO SHORT", "Train for at least 20 epochs before you judge")


def test_samples_that_leave_out_most_of_the_real_set_are_no_success(changed):
    """F32."""
    indicators, _ = judged(changed(figures={"recall": np.full(6, 0.16)}))
    collapse = {one.name: one for one in indicators}["Mode Collapse"]
    assert collapse.status is Status.WARNING
    assert collapse.observation.startswith("The samples reach only 16% of the real images (recall)")


def test_reference_run_is_not_excellent(changed, reference_history):
    # Reals scored below fakes, and FID 333 of 100 samples: what the old report called 5/5, Excellent.
    distance = -(reference_history["d_loss_real"] + reference_history["d_loss_fake"])
    run = changed(quality=None)
    history = {**reference_history, "wasserstein_distance": distance}
    indicators, verdict = judged(changed({**dict.fromkeys(run.history), **history}, quality=None))
    assert {one.name: one.status for one in indicators}["Balance"] is Status.BAD
    assert verdict.stability == "UNSTABLE"
    assert verdict.quality == "Unmeasured"


@pytest.mark.parametrize(
    ("columns", "name"),
    [
        ({"wasserstein_distance": 5 * np.sin(np.arange(300) / 3)}, "Monotonicity"),
        ({"gradient_penalty": np.full(300, 9.0)}, "Monotonicity"),
        ({"wasserstein_distance": np.full(300, -1.0)}, "Balance"),
        ({"generator_gradient_norm": np.full(300, 1e-9)}, "Gradient Signal"),
    ],
)
def test_findings_spoil_their_indicator(changed, columns, name):
    assert statuses(changed(columns))[name] is Status.BAD


def test_worst_finding_counts(healthy_run):
    findings = [
        Finding(Diagnosis.MODE_COLLAPSE, "pale", Status.WARNING),
        Finding(Diagnosis.MEMORISATION, "copies"),
        Finding(Diagnosis.MODE_COLLAPSE, "alike"),
    ]
    indicators = {one.name: one for one in judge(healthy_run, findings).indicators}
    assert indicators["Mode Collapse"].status is Status.BAD
    assert indicators["Mode Collapse"].observation == "Memorisation: copies"


@pytest.mark.parametrize(("bad", "stability"), [(0, "STABLE"), (1, "UNSTABLE"), (2, "UNSTABLE"), (3, "FAILED")])
def test_three_bad_indicators_are_a_failure(healthy_run, bad, stability):
    spoilt = [Diagnosis.OSCILLATION, Diagnosis.GENERATOR_DOMINATES, Diagnosis.VANISHING_GRADIENTS][:bad]
    assert judge(healthy_run, [Finding(diagnosis, "") for diagnosis in spoilt]).stability == stability


def test_critic_that_is_often_wrong_is_a_warning(changed):
    distance = np.where(np.arange(300) % 3 == 0, -0.1, 2.0)
    assert statuses(changed({"wasserstein_distance": distance}))["Balance"] is Status.WARNING


def test_distance_must_fall_and_samples_get_better(changed, healthy_run):
    name = "Wasserstein Distance"
    assert statuses(changed({"wasserstein_distance": np.linspace(1, 5, 300)}))[name] is Status.WARNING
    assert statuses(changed(figures={"fid_score": np.full(6, 30.0)}))[name] is Status.WARNING
    worse = {"fid_score": np.array([30.0, 31, 32, 60, 60, 60])}
    assert statuses(changed(figures=worse))[name] is Status.BAD
    observation = {one.name: one.observation for one in judged(healthy_run)[0]}[name]
    assert observation.endswith("FID[cifar10-resnet] 60.0 → 30.0")


def test_exploded_run_has_failed(changed):
    indicators, verdict = judged(changed({"d_loss": np.full(300, np.nan)}))
    assert verdict.stability == "FAILED"
    assert sum(one.status is Status.BAD for one in indicators) == 4


def test_recommendation_is_the_first_remedy(changed):
    verdict = judged(changed({"gradient_penalty": np.full(300, 9.0)}))[1]
    assert verdict.recommendation == (
        "Against weak Lipschitz constraint: Raise the penalty's λ (gradient_penalty 10 → 20): GradientPenalty(20)"
    )
