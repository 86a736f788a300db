"""Inception score, kernel distance, nearest neighbours and sliced Wasserstein distance."""

import json
import pathlib
import sys

import numpy as np
import pytest
import scipy.special
import scipy.stats
from keras import ops
from peers import needs_tf_gan

from keras_gan.metrics import (
    RunningInceptionScore,
    density_coverage,
    feature_statistics,
    frechet_distance,
    inception_score,
    kernel_distance,
    precision_recall,
    sliced_wasserstein,
    tf_gan,
)

GOLDEN = json.loads((pathlib.Path(__file__).parents[1] / "golden" / "metrics.json").read_text(encoding="utf-8"))
RECORDS = pytest.mark.parametrize("record", GOLDEN["features"], ids=lambda record: record["name"])
RANDOM = np.random.default_rng(0)
REAL, GENERATED = RANDOM.normal(size=(60, 5)), 1.3 * RANDOM.normal(size=(50, 5)) + 0.3


def arrays(record):
    return np.array(record["real"]), np.array(record["generated"])


@RECORDS
def test_frechet_distance_is_torch_fidelitys(record):
    distance = frechet_distance(*map(feature_statistics, arrays(record)))
    # Its square roots of eigenvalues that should be 0 cost some digits where covariances are singular.
    np.testing.assert_allclose(distance, record["frechet_inception_distance"], rtol=1e-4)


@RECORDS
def test_kernel_distance_is_torch_fidelitys(record):
    mean, std = kernel_distance(*arrays(record), subsets=5, subset_size=8)
    np.testing.assert_allclose(mean, record["kernel_inception_distance_mean"], rtol=1e-9)
    np.testing.assert_allclose(std, record["kernel_inception_distance_std"], rtol=1e-9)


@RECORDS
def test_precision_and_recall_are_torch_fidelitys(record):
    expected = [record["torch_fidelity"][key] for key in ("precision", "recall")]
    # Its shares are float32.
    np.testing.assert_allclose(precision_recall(*arrays(record), k=3), expected, rtol=1e-6)


@RECORDS
def test_neighbours_are_prdcs(record):
    expected = record["prdc"]
    density, coverage = density_coverage(*arrays(record), k=5)
    np.testing.assert_allclose([density, coverage], [expected["density"], expected["coverage"]], rtol=1e-12)
    both = precision_recall(*arrays(record), k=5)
    np.testing.assert_allclose(both, [expected["precision"], expected["recall"]], rtol=1e-12)


def test_inception_score_is_torch_fidelitys():
    golden = GOLDEN["logits"]
    expected = [golden["inception_score_mean"], golden["inception_score_std"]]
    np.testing.assert_allclose(inception_score(golden["logits"]), expected, rtol=1e-12)


@needs_tf_gan
def test_inception_score_of_one_split_is_tf_gans():
    logits = 3 * RANDOM.normal(size=(40, 7)).astype("float32")
    expected = tf_gan.load("eval").classifier_score_from_logits(logits)
    # TF-GAN computes in float32.
    np.testing.assert_allclose(inception_score(logits, splits=1)[0], expected, rtol=1e-5)


@needs_tf_gan
def test_kernel_distance_of_one_block_is_tf_gans():
    real, generated = REAL[:50], GENERATED
    tensors = (ops.convert_to_tensor(each) for each in (real, generated))
    expected = tf_gan.load("eval").kernel_classifier_distance_from_activations(*tensors)
    mean, std = kernel_distance(real, generated, subsets=3, subset_size=50)
    np.testing.assert_allclose(mean, expected, rtol=1e-12)
    np.testing.assert_allclose(std, 0, atol=1e-12 * abs(mean))


@pytest.mark.parametrize(("classes", "expected"), [(4, 4.0), (1, 1.0)])
def test_inception_score_counts_classes_of_sure_samples(classes, expected):
    logits = 1e4 * np.eye(5)[np.arange(40) % classes]
    np.testing.assert_allclose(inception_score(logits, splits=2), (expected, 0.0), atol=1e-12)


def test_inception_score_of_unsure_samples_is_one():
    np.testing.assert_allclose(inception_score(np.zeros((20, 5))), (1.0, 0.0), atol=1e-12)


def test_inception_score_of_impossible_classes():
    logits = np.where(np.eye(3)[np.arange(30) % 3] > 0, 0.0, -np.inf)
    np.testing.assert_allclose(inception_score(logits, splits=1), (3.0, 0.0), rtol=1e-12)


def test_inception_score_is_streamed_in_any_batches():
    logits = 3 * RANDOM.normal(size=(47, 5))
    score = RunningInceptionScore(47)
    for batch in np.split(logits, [3, 4, 30]):
        score.update(batch)
    np.testing.assert_allclose(score.result(), inception_score(logits), rtol=1e-12)


def test_inception_score_needs_all_its_samples():
    score = RunningInceptionScore(20)
    score.update(np.zeros((19, 3)))
    with pytest.raises(ValueError, match="needs all 20 samples. Received: 19"):
        score.result()


def test_kernel_distance_is_unbiased():
    distances = []
    for seed in range(200):
        first, second = np.random.default_rng(seed).normal(size=(2, 20, 4))
        distances.append(kernel_distance(first, second, subsets=1, subset_size=20)[0])
    # Of equal distributions the mean is 0, within three standard errors; with the diagonals it would be near 0.4.
    error = np.std(distances) / np.sqrt(200)
    assert error < 0.03
    assert abs(np.mean(distances)) < 3 * error


def test_neighbours_of_a_set_with_itself():
    assert precision_recall(REAL, REAL) == (1.0, 1.0)
    density, coverage = density_coverage(REAL, REAL, k=5)
    assert coverage == 1.0
    # An image lies in its own ball and in those of the 5 images, on average, that have it among their neighbours.
    np.testing.assert_allclose(density, 6 / 5, rtol=1e-12)


def test_neighbours_of_sets_far_apart():
    assert precision_recall(REAL, REAL + 100) == (0.0, 0.0)
    assert density_coverage(REAL, REAL + 100) == (0.0, 0.0)


def test_one_sample_has_a_density():
    assert density_coverage(REAL, REAL[:1], k=5)[0] > 0


def test_dropped_mode_costs_recall_and_collapse_costs_coverage():
    real = np.concatenate([REAL, REAL + 50])
    assert precision_recall(real, REAL) == (1.0, 0.5)
    collapsed = np.repeat(REAL[:1], 60, axis=0)
    assert precision_recall(REAL, collapsed) == (1.0, pytest.approx(1 / 60))


def test_neighbours_are_found_in_blocks(monkeypatch):
    whole = precision_recall(REAL, GENERATED), density_coverage(REAL, GENERATED)
    # The function hides its module's name.
    monkeypatch.setattr(sys.modules[precision_recall.__module__], "BLOCK", 7)
    assert (precision_recall(REAL, GENERATED), density_coverage(REAL, GENERATED)) == whole


def test_neighbours_do_not_depend_on_where_the_features_are():
    shifted = precision_recall(REAL + 1e8, GENERATED + 1e8)
    assert shifted == precision_recall(REAL, GENERATED)


@pytest.mark.parametrize("generated", [GENERATED, GENERATED[:31]], ids=["fifty", "fewer"])
def test_sliced_wasserstein_of_one_feature_is_scipys(generated):
    expected = scipy.stats.wasserstein_distance(REAL[:, 0], generated[:, 0])
    np.testing.assert_allclose(sliced_wasserstein(REAL[:, :1], generated[:, :1]), expected, rtol=1e-12)


def test_sliced_wasserstein_of_a_shift_is_its_mean_length_along_directions():
    rows, shift = RANDOM.normal(size=(20, 50)), 5.0 * np.eye(50)[0]
    distance = sliced_wasserstein(rows, rows + shift, projections=4000)
    # E|u·shift| for u uniform on the sphere in 50 dimensions; 4000 draws have a standard error of 1.2 %.
    expected = 5.0 * scipy.special.gamma(25) / (np.sqrt(np.pi) * scipy.special.gamma(25.5))
    np.testing.assert_allclose(distance, expected, rtol=0.04)
    assert sliced_wasserstein(REAL, REAL) == 0


def test_draws_are_a_function_of_the_seed():
    assert sliced_wasserstein(REAL, GENERATED, 8, seed=1) == sliced_wasserstein(REAL, GENERATED, 8, seed=1)
    assert sliced_wasserstein(REAL, GENERATED, 8, seed=1) != sliced_wasserstein(REAL, GENERATED, 8, seed=2)
    one, same, other = (kernel_distance(REAL, GENERATED, 3, 20, seed=seed) for seed in (1, 1, 2))
    assert one == same != other


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: inception_score(np.zeros(5)), r"shape \(samples, classes\). Received: \(5,\)"),
        (lambda: inception_score(np.full((20, 3), np.nan)), "Received: NaN"),
        (lambda: inception_score(np.full((20, 3), np.inf)), "must be below infinity"),
        (lambda: inception_score(np.where(np.eye(20, 3, -9) > 0, np.inf, 0)), "must be below infinity"),
        (lambda: inception_score(np.where(np.arange(20)[:, None] == 7, -np.inf, np.zeros(3))), "one of a row finite"),
        (lambda: inception_score(np.zeros((9, 3))), "splits=10, samples=9"),
        (lambda: inception_score(np.zeros((9, 3)), splits=0), "splits=0"),
        (lambda: kernel_distance(REAL, GENERATED), "`real` must .* at least 1000 samples"),
        (lambda: kernel_distance(REAL, GENERATED[:, :4], 1, 8), "Received: 5 and 4 features"),
        (lambda: kernel_distance(REAL, GENERATED, 0, 8), "subsets=0"),
        (lambda: kernel_distance(REAL, GENERATED, 1, 1), "subset_size=1"),
        (lambda: kernel_distance(REAL * np.nan, GENERATED, 1, 8), "`real` must be finite"),
        (lambda: kernel_distance(1e60 * REAL, GENERATED, 1, 8), "sixth powers are finite"),
        (lambda: precision_recall(REAL, GENERATED, k=0), "k=0, 60 real images"),
        (lambda: precision_recall(REAL[:3], GENERATED), "k=3, 3 real"),
        (lambda: precision_recall(REAL, GENERATED[:3]), "k=3, 3 samples"),
        (lambda: density_coverage(REAL[:5], GENERATED), "k=5, 5 real"),
        (lambda: density_coverage(REAL, GENERATED[:, :2]), "5 and 2 features"),
        (lambda: sliced_wasserstein(REAL, GENERATED, projections=0), "projections=0"),
        (lambda: sliced_wasserstein(REAL, GENERATED[0]), "`generated` must have the shape"),
    ],
)
def test_bad_arguments(call, message):
    with pytest.raises(ValueError, match=message):
        call()
