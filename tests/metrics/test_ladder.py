"""The ladder of degraded real images, by an extractor that is quick to compute."""

import json

import numpy as np
import pytest

from keras_gan.data import degradations, toy_horses
from keras_gan.metrics import CallableExtractor, Evaluator, density_coverage, frechet_distance, precision_recall
from keras_gan.metrics.statistics import feature_statistics
from keras_gan.rating import RUNGS, UNSEEN

CALLS = []


def small_features(images):
    """Return the images averaged down to 4×4, and the size of their gradients."""
    CALLS.append(len(images))
    cells = images.reshape(len(images), 4, 8, 4, 8, 3).astype(np.float32)
    edges = np.abs(np.diff(images.astype(np.float32), axis=2)).mean(axis=(1, 2))
    return np.concatenate([cells.mean(axis=(2, 4)).reshape(len(images), -1), 10 * edges], axis=1)


def make_evaluator(cache, real, n_samples=500, weights_hash="1"):
    extractor = CallableExtractor(small_features, weights_hash=weights_hash)
    return Evaluator(extractor, real, n_samples, cache_dir=cache)


@pytest.fixture(scope="module")
def real():
    return toy_horses(1100, seed=1)


@pytest.fixture(scope="module")
def evaluator(real, tmp_path_factory):
    return make_evaluator(tmp_path_factory.mktemp("cache"), real)


@pytest.fixture(scope="module")
def halves(real):
    """The half that rungs are compared with, and the images that are degraded."""
    order = np.random.default_rng(0).permutation(len(real))
    return real[order[:550]], real[np.sort(order[550:1050])]


def test_f33_rungs_are_distances_of_held_out_images(evaluator, halves):
    reference, held_out = halves
    ladder = evaluator.ladder
    assert ladder.count == 500
    assert set(ladder.heights) == set(RUNGS)
    statistics = feature_statistics(small_features(reference))
    for name, images in ((UNSEEN, held_out), ("blur_2", degradations.blur(held_out, 2.0))):
        expected = frechet_distance(feature_statistics(small_features(images)), statistics)
        # Features are kept in float32.
        np.testing.assert_allclose(ladder.heights[name], expected, rtol=1e-4)
    assert ladder.heights[UNSEEN] == min(ladder.heights.values())


def test_place_is_of_equal_numbers_of_images(evaluator, halves):
    reference, held_out = (small_features(each) for each in halves)
    place = evaluator.evaluate(halves[1][:500]).place
    assert place.position == pytest.approx(evaluator.evaluate(halves[1][::-1]).place.position, rel=1e-6)
    assert place.worse_than is None or place.worse_than == UNSEEN
    # The samples are the held-out images, in the same number as a rung has.
    np.testing.assert_allclose(place.agreement, 1.0, rtol=1e-3)
    precision, recall = precision_recall(reference, held_out)
    density, coverage = density_coverage(reference, held_out)
    figures = {"precision": precision, "recall": recall, "density": density, "coverage": coverage}
    assert evaluator.ladder.unseen == pytest.approx(figures, rel=0.02)


def test_worse_samples_have_a_worse_place(evaluator, halves):
    samples = halves[1][:500]
    sigmas = (0.0, 0.5, 1.0, 2.0, 4.0)
    places = [evaluator.evaluate(degradations.blur(samples, max(sigma, 1e-9))).place for sigma in sigmas]
    positions = [place.position for place in places]
    assert positions == sorted(positions)
    assert places[0].word == "Excellent"
    assert places[-1].word in ("Fair", "Poor")


def test_repeated_images_are_called_moderate_at_best(evaluator, halves):
    place = evaluator.evaluate(np.repeat(halves[1][:4], 125, axis=0)).place
    assert place.word not in ("Excellent", "Good")
    assert place.weakest == "recall"


def test_ladder_is_measured_once_for_a_set(real, tmp_path):
    first = make_evaluator(tmp_path, real)
    CALLS.clear()
    again = make_evaluator(tmp_path, real)
    assert CALLS == []
    assert again.ladder == first.ladder
    [path] = tmp_path.glob("ladder_*.json")
    path.write_text(json.dumps({"count": 3}))
    with pytest.warns(UserWarning, match="cannot be read and is made anew"):
        assert make_evaluator(tmp_path, real).ladder == first.ladder
    assert make_evaluator(tmp_path, real, n_samples=501).ladder.count == 501


def test_extractor_without_identity_leaves_no_file(real, tmp_path):
    assert make_evaluator(tmp_path, real, weights_hash=None).ladder is not None
    assert list(tmp_path.iterdir()) == []


def test_few_images_have_no_ladder(real, tmp_path):
    assert make_evaluator(tmp_path, real, n_samples=499).ladder is None
    with pytest.warns(UserWarning, match="less than twice"):
        few = make_evaluator(tmp_path, real[:98])
    unplaced = few.evaluate(real[:500])
    assert few.ladder is unplaced.place is None
    assert "ladder_position" not in unplaced.figures()
