"""Figures that other packages compute from the same features and logits."""

import dataclasses
import importlib
import sys

import numpy as np
import pytest
from peers import NEEDS_PEER, needs_tf_gan

from keras_gan import Evaluator
from keras_gan.metrics import (
    CallableExtractor,
    FeatureStatistics,
    feature_statistics,
    frechet_distance,
    reference,
    second_opinion,
    sliced_wasserstein,
    tf_gan,
)
from keras_gan.metrics.comparison import Comparison
from keras_gan.metrics.second_opinion import peers

RANDOM = np.random.default_rng(0)
REAL = RANDOM.integers(0, 256, (100, 4, 4, 3), dtype=np.uint8)
SAMPLES = RANDOM.integers(0, 200, (100, 4, 4, 3), dtype=np.uint8)
LOGITS = RANDOM.normal(size=(48, 5)) / 50

PEERS = pytest.mark.parametrize("peer", [pytest.param(name, marks=mark) for name, mark in NEEDS_PEER.items()])

#: Largest relative differences. Peers compute in float64, with a rounding error of 1e-16 that grows with the number of
#: terms in a sum, and again in the roots of a Fréchet distance. TF-GAN's sliced Wasserstein distance is float32: half a
#: unit in the last place of features up to 2.55 is 4e-7 of the distance, which is 0.29.
TOLERANCES = {
    "fid_score": 1e-10,
    "kernel_distance": 1e-12,
    "inception_score_mean": 1e-12,
    "sliced_wasserstein": 1e-6,
}


def features_of(images):
    """Return eight features and five logits."""
    rows = images.reshape(len(images), -1).astype("float32")
    return rows[:, ::6] / 100, rows @ LOGITS


def remembered(function):
    """Return a function that computes the answer to the same arguments once."""
    answers = {}

    def answer(*arguments):
        key = tuple(np.asarray(argument).tobytes() for argument in arguments)
        if key not in answers:
            answers[key] = function(*arguments)
        return answers[key]

    return answer


@pytest.fixture(scope="module", autouse=True)
def _peers_answer_a_question_once():
    with pytest.MonkeyPatch.context() as patch:
        for figures in (importlib.import_module(peer.figures).FIGURES for peer in peers.PEERS if peer.installed):
            for metric, function in figures.items():
                patch.setitem(figures, metric, remembered(function))
        yield


@pytest.fixture
def ask(tmp_path):
    """Return the evaluation of samples and a peer's comparisons by metric."""

    def ask(peer, real=REAL, samples=SAMPLES, wrong=lambda evaluation: evaluation):
        evaluator = Evaluator(features_of, real, len(samples), cache_dir=tmp_path)
        collected, logits = second_opinion.collect_with_logits(evaluator, samples)
        evaluation = wrong(evaluator.score(collected))
        rows = second_opinion.compare(evaluation, evaluator.reference, collected, logits)
        return evaluation, {row.metric: row for row in rows if row.peer == peer}

    return ask


@PEERS
def test_peers_agree_with_the_figures_of_an_evaluation(ask, peer):
    evaluation, rows = ask(peer)
    assert set(rows) == set(TOLERANCES) - ({"sliced_wasserstein"} if peer == "torch-fidelity" else set())
    for metric, row in rows.items():
        assert row.ours == getattr(evaluation, metric)
        assert row.relative_difference <= TOLERANCES[metric], row


@PEERS
@pytest.mark.parametrize("metric", TOLERANCES)
def test_a_wrong_figure_stands_out(ask, peer, metric):
    _, rows = ask(peer, wrong=lambda right: dataclasses.replace(right, **{metric: 1.001 * getattr(right, metric)}))
    for name, row in rows.items():
        np.testing.assert_allclose(row.relative_difference, 1e-3 if name == metric else 0, rtol=0.01, atol=1e-6)


@PEERS
def test_a_covariance_with_the_other_divisor_stands_out(tmp_path, peer):
    evaluator = Evaluator(features_of, REAL, 100, cache_dir=tmp_path)
    samples = evaluator.collect(SAMPLES)
    count, mean, covariance = dataclasses.astuple(samples.statistics)
    wrong = dataclasses.replace(samples, statistics=FeatureStatistics(count, mean, covariance * (count - 1) / count))
    rows = second_opinion.compare(evaluator.score(wrong), evaluator.reference, wrong)
    (row,) = [row for row in rows if (row.metric, row.peer) == ("fid_score", peer)]
    assert row.relative_difference > 1e-4


@PEERS
def test_figures_are_computed_anew_from_what_a_peer_can_take(ask, peer, monkeypatch):
    monkeypatch.setattr(reference, "KEPT_FEATURES", 70)
    evaluation, rows = ask(peer, real=REAL[:60])
    order = np.random.default_rng(0).permutation(60)
    real, generated = features_of(REAL[:60][order])[0], features_of(SAMPLES)[0]
    expected = {
        "fid_score": frechet_distance(feature_statistics(generated[:70]), feature_statistics(real)),
        "sliced_wasserstein": sliced_wasserstein(real, generated[:60]),
    }
    assert rows["fid_score"].scope == "70 samples, 60 real"
    for metric in expected.keys() & rows.keys():
        assert rows[metric].relative_difference <= TOLERANCES[metric]
        assert abs(getattr(evaluation, metric) / rows[metric].ours - 1) > 1e-3
        np.testing.assert_allclose(rows[metric].ours, expected[metric], rtol=1e-12)
    # The score is of all samples.
    assert rows["inception_score_mean"].scope == "100 samples in 10 splits"
    assert rows["inception_score_mean"].relative_difference <= TOLERANCES["inception_score_mean"]


@needs_tf_gan
def test_directions_are_distributed_as_tf_gans():
    real, generated = (features_of(images)[0].astype("float32") for images in (REAL, SAMPLES))
    core = tf_gan.load("eval").sliced_wasserstein._sliced_wasserstein
    singles = [sliced_wasserstein(real, generated, projections=1, seed=seed) for seed in range(200)]
    # Two means of 4000 directions each, and four standard errors of their difference.
    tolerance = 4 * np.std(singles) * np.sqrt(2 / 4000)
    assert tolerance < 0.05 * np.mean(singles)
    distance = sliced_wasserstein(real, generated, projections=4000)
    np.testing.assert_allclose(float(core(real, generated, 1, 4000)), distance, atol=tolerance)


def test_logits_are_recorded_beside_what_is_collected(tmp_path):
    extractor = CallableExtractor(features_of)
    extractor.batch_size = 32
    evaluator = Evaluator(extractor, REAL, 90, cache_dir=tmp_path)
    samples, logits = second_opinion.collect_with_logits(evaluator, iter(np.array_split(SAMPLES, 3)))
    np.testing.assert_allclose(logits, features_of(SAMPLES[:90])[1], rtol=1e-6)
    assert evaluator.extractor is extractor
    plain = evaluator.collect(iter(np.array_split(SAMPLES, 3)))
    np.testing.assert_array_equal(samples.features, plain.features)
    assert samples.inception_score == plain.inception_score


@needs_tf_gan
def test_extractor_without_a_classifier_has_no_inception_score(tmp_path):
    evaluator = Evaluator(lambda images: features_of(images)[0], REAL, 100, cache_dir=tmp_path)
    samples, logits = second_opinion.collect_with_logits(evaluator, SAMPLES)
    assert logits is None
    rows = second_opinion.compare(evaluator.score(samples), evaluator.reference, samples, logits)
    assert {row.metric for row in rows} == set(TOLERANCES) - {"inception_score_mean"}


def test_logits_of_other_samples_are_refused(tmp_path):
    evaluator = Evaluator(features_of, REAL, 100, cache_dir=tmp_path)
    samples, logits = second_opinion.collect_with_logits(evaluator, SAMPLES)
    with pytest.raises(ValueError, match="`logits` must be of all 100 samples. Received: 99 rows"):
        second_opinion.compare(evaluator.score(samples), evaluator.reference, samples, logits[1:])


@needs_tf_gan
def test_logits_beside_an_evaluation_without_an_inception_score_are_refused(tmp_path):
    _, logits = second_opinion.collect_with_logits(Evaluator(features_of, REAL, 100, cache_dir=tmp_path), SAMPLES)
    evaluator = Evaluator(lambda images: features_of(images)[0], REAL, 100, cache_dir=tmp_path)
    samples = evaluator.collect(SAMPLES)
    with pytest.raises(ValueError, match="`logits` must be None if the evaluation has no Inception score"):
        second_opinion.compare(evaluator.score(samples), evaluator.reference, samples, logits)


def test_without_any_peer_the_error_names_both(monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorflow_gan", None)
    monkeypatch.setitem(sys.modules, "torch_fidelity", None)
    both = r"tf-gan \(pip install 'keras-gan\[tensorflow-gan\]'\), or torch-fidelity \(.*\[torch-fidelity\]'\)"
    with pytest.raises(second_opinion.PeerError, match=both):
        second_opinion.load_peers()


TF_GAN = [
    Comparison("fid_score", "40 samples, 60 real", 2.9615591, "tf-gan", 2.9615597),
    Comparison("sliced_wasserstein", "40 samples, 40 real", 0.05, "tf-gan", 0.05),
]
TORCH_FIDELITY = [Comparison("fid_score", "40 samples, 60 real", 2.9615591, "torch-fidelity", -1.0)]


def test_table_has_a_line_a_figure_and_two_columns_a_peer():
    lines = second_opinion.render(TF_GAN + TORCH_FIDELITY).splitlines()
    assert lines == [
        "metric              of                   keras-gan     tf-gan  difference  torch-fidelity  difference",
        "fid_score           40 samples, 60 real    2.96156    2.96156       2e-07        -1.00000       1e+00",
        "sliced_wasserstein  40 samples, 40 real  0.0500000  0.0500000           0",
    ]


@pytest.mark.parametrize(
    ("rows", "line"),
    [
        (TF_GAN, "torch-fidelity is not installed: pip install 'keras-gan[torch-fidelity]'"),
        (TORCH_FIDELITY, "tf-gan is not installed: pip install 'keras-gan[tensorflow-gan]'"),
    ],
    ids=["TF-GAN alone", "torch-fidelity alone"],
)
def test_table_says_how_to_install_a_peer_that_was_not_asked(rows, line):
    header, *_, last = second_opinion.render(rows).splitlines()
    assert last == line
    assert line.split()[0] not in header
