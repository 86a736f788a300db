import numpy as np
import pytest

from keras_gan.analysis.detectors.advisor import advise, diagnose
from keras_gan.analysis.detectors.findings import Diagnosis, Finding
from keras_gan.data import toy_horses
from keras_gan.data.grids import save_grid

IMAGES = toy_horses(100) / 127.5 - 1.0


def found(*arguments, **options):
    return [finding.diagnosis for finding in diagnose(*arguments, **options)]


def test_healthy_runs_have_nothing(healthy_run):
    assert found(healthy_run) == []
    assert found(healthy_run, IMAGES[:50], IMAGES[50:]) == []


def test_findings_come_in_the_order_in_which_to_mend_them(changed):
    columns = {"wasserstein_distance": -np.ones(300), "gradient_penalty": np.full(300, 9.0)}
    run = changed(columns, {"feature_diversity": np.full(6, 0.1)})
    assert found(run) == [Diagnosis.WEAK_CONSTRAINT, Diagnosis.GENERATOR_DOMINATES, Diagnosis.MODE_COLLAPSE]


def test_explosion_stands_for_all_that_curves_show(changed):
    run = changed({"d_loss": np.full(300, np.nan), "wasserstein_distance": np.full(300, -1.0)})
    assert found(run) == [Diagnosis.EXPLODING_LOSSES]


def test_samples_and_real_images_are_those_of_the_run_s_pictures(changed, tmp_path):
    grey = IMAGES.mean(axis=-1, keepdims=True) + np.zeros(3)
    save_grid(grey[:50], tmp_path / "epoch_000300.png")
    save_grid(IMAGES[50:], tmp_path / "real.png")
    pictures = ((300, tmp_path / "epoch_000300.png"),)
    run = changed(pictures=pictures, real_picture=tmp_path / "real.png")
    assert found(run) == [Diagnosis.WASHED_OUT_COLOUR]
    assert found(changed(pictures=pictures)) == []


def test_copies_are_searched_for_among_all_training_images(healthy_run):
    assert found(healthy_run, IMAGES[:20], IMAGES) == [Diagnosis.MEMORISATION]


@pytest.mark.parametrize("samples", [IMAGES[0], IMAGES[:0], 255 * IMAGES, np.full((2, 4, 4, 3), np.nan)])
def test_other_arrays_are_refused(healthy_run, samples):
    with pytest.raises(ValueError, match="The samples must be images"):
        diagnose(healthy_run, samples)


def test_images_of_two_shapes_are_refused(healthy_run):
    with pytest.raises(ValueError, match=r"Samples \(32, 32, 3\) and real images \(8, 8, 3\)"):
        diagnose(healthy_run, IMAGES, np.zeros((5, 8, 8, 3)))


def test_large_distance_of_a_collapse_is_no_dominance(changed):
    plateau = {"wasserstein_distance": 40 * (1 - np.exp(-np.arange(300) / 10))}
    never = {"fid_score": np.full(6, 60.0), "feature_diversity": np.full(6, 0.1)}
    assert found(changed(plateau, never)) == [Diagnosis.CRITIC_DOMINATES, Diagnosis.MODE_COLLAPSE]
    once = {**never, "feature_diversity": np.array([0.8, 0.5, 0.1, 0.1, 0.1, 0.1])}
    assert found(changed(plateau, once)) == [Diagnosis.MODE_COLLAPSE]


def test_findings_do_not_contradict_each_other():
    findings = [Finding(one, "") for one in (Diagnosis.CRITIC_DOMINATES, Diagnosis.MODE_COLLAPSE)]
    first, second = advise(findings, {"preset": "mine", "n_critic": 5, "latent_dim": 100})
    assert first.remedies[0].code == "--n-critic 3"
    assert second.remedies[0].code.startswith("--latent-dim")


def test_findings_do_not_contradict_each_other_where_no_value_is_known():
    findings = [Finding(one, "") for one in (Diagnosis.CRITIC_DOMINATES, Diagnosis.MODE_COLLAPSE)]
    first, second = advise(findings, {})
    assert first.remedies[0].advice == "Update the critic less often"
    assert second.remedies[0].advice == "Lengthen the latents"


def test_copies_that_were_found_before_are_remembered(changed):
    run = changed(copies="90% of 64 samples")
    assert [finding.evidence for finding in diagnose(run)] == ["90% of 64 samples"]
    assert found(run, IMAGES[:50], IMAGES[50:]) == []


def test_a_few_epochs_tell_nothing(changed):
    run = changed({name: values[:19] for name, values in changed().history.items()}, quality=None)
    lost = {**run.history, "wasserstein_distance": np.full(19, -1.0)}
    assert found(type(run)("short", lost)) == []


def test_advice_is_made_for_the_run():
    advice = advise([Finding(Diagnosis.MODE_COLLAPSE, "all alike")], {"preset": "mine", "n_critic": 2})
    assert advice[0].finding.evidence == "all alike"
    assert advice[0].remedies[0].code == "--n-critic 4"
