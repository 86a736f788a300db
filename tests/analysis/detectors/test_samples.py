"""Each signal on images that were spoilt by a known amount."""

import numpy as np
import pytest

from keras_gan.analysis.detectors import copies as copy_detectors
from keras_gan.analysis.detectors import samples as sample_detectors
from keras_gan.analysis.detectors.copies import find_originals, memorisation
from keras_gan.analysis.detectors.findings import Diagnosis, Status
from keras_gan.data import toy_horses

IMAGES = toy_horses(300) / 127.5 - 1.0
REAL, FRESH = IMAGES[:236], IMAGES[236:]


def test_nothing_is_found_in_fresh_images(healthy_run):
    assert sample_detectors.mode_collapse(healthy_run, FRESH, REAL) is None
    assert sample_detectors.non_convergence(healthy_run) is None
    assert memorisation(find_originals(FRESH, REAL)) is None


@pytest.mark.parametrize(("diversity", "found"), [(0.29, True), (0.31, False)])
def test_features_without_spread_are_collapse(changed, diversity, found):
    run = changed(figures={"feature_diversity": np.full(6, diversity)})
    finding = sample_detectors.mode_collapse(run, None, None)
    assert (finding is not None) == found


@pytest.mark.parametrize(("share", "found"), [(0.25, True), (0.35, False)])
def test_pixels_tell_where_features_were_not_measured(changed, share, found):
    mean = FRESH.mean(axis=0)
    alike = mean + share**0.5 * (FRESH - mean)
    finding = sample_detectors.mode_collapse(changed(quality=None), alike, FRESH)
    assert (finding is not None) == found
    if found:
        assert finding.evidence == "the samples' pixels have 25% of the real images' variance"


@pytest.mark.parametrize(("variance", "found"), [(0.099, True), (0.101, False), (np.nan, False)])
def test_guide_s_bound_of_pixel_variance_is_the_last_resort(changed, variance, found):
    run = changed({"pixel_variance": np.full(300, variance)}, quality=None)
    finding = sample_detectors.mode_collapse(run, None, None)
    assert (finding is not None) == found
    if found:
        assert finding.status is Status.WARNING


def test_score_that_leaves_its_best_behind_has_not_converged(changed):
    finding = sample_detectors.non_convergence(changed(figures={"fid_score": np.array([60, 40, 30, 45, 50, 55.0])}))
    assert finding.evidence == "FID[cifar10-resnet] ends at 50.0, the median of its last 3, after 30.0 at its best"


def test_score_that_goes_up_and_down_is_a_warning(changed):
    finding = sample_detectors.non_convergence(changed(figures={"fid_score": np.array([60, 40, 50, 20, 20, 40.0])}))
    assert finding.status is Status.WARNING
    assert "vary by 35%" in finding.evidence


def test_few_scores_tell_nothing(changed):
    figures = {name: values[:4] for name, values in changed().quality.figures.items()}
    figures["fid_score"] = np.array([10.0, 50.0, 60.0, 70.0])
    assert sample_detectors.non_convergence(changed(figures=figures)) is None


@pytest.mark.parametrize("block", [50, 1000])
def test_copies_are_found_behind_noise(monkeypatch, block):
    monkeypatch.setattr(copy_detectors, "BLOCK", block)
    rng = np.random.default_rng(0)
    # The first, third and last are in the same place of their blocks of fifty.
    copies = REAL[[3, 5, 103, 203]][[0, 2, 0, 3]] + rng.normal(0, 0.02, (4, *REAL.shape[1:]))
    finding = memorisation(find_originals(copies, REAL))
    assert finding.diagnosis is Diagnosis.MEMORISATION
    assert "100% of 4 samples" in finding.evidence
    assert "they repeat 3 of 236 images" in finding.evidence


def test_collapse_to_the_mean_is_no_copy():
    mean = REAL.mean(axis=0) + np.random.default_rng(0).normal(0, 0.02, (64, *REAL.shape[1:]))
    assert memorisation(find_originals(mean, REAL)) is None


@pytest.mark.parametrize(
    ("level", "wave", "found"), [(-50, 1, True), (-50, 20, False), (-5, 0.1, False), (50, 1, False)]
)
def test_very_negative_stable_loss_is_the_guide_s_sign_where_nobody_has_looked(changed, level, wave, found):
    run = changed({"g_loss": level + wave * np.sin(np.arange(300.0))}, quality=None)
    finding = sample_detectors.mode_collapse(run, None, None)
    assert (finding is not None) == found
    if found:
        assert finding.status is Status.WARNING


def test_images_that_are_there_twice_are_no_neighbours():
    copies = REAL[:4] + np.random.default_rng(0).normal(0, 0.02, (4, *REAL.shape[1:]))
    assert memorisation(find_originals(copies, np.concatenate([REAL, REAL]))) is not None


def test_fresh_samples_that_repeat_are_no_copies_of_the_set():
    assert memorisation(find_originals(np.concatenate([FRESH[:32], FRESH[:32]]), REAL)) is None


@pytest.mark.parametrize(("copied", "found"), [(31, False), (32, True)])
def test_half_of_the_samples_must_be_copies(copied, found):
    far = np.sign(np.random.default_rng(0).normal(size=FRESH.shape))
    samples = np.concatenate([REAL[:copied], far[copied:]])
    assert (memorisation(find_originals(samples, REAL)) is not None) == found
