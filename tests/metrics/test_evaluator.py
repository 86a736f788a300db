import dataclasses
import warnings

import keras
import numpy as np
import pytest

from keras_gan import Evaluator
from keras_gan.metrics import (
    CallableExtractor,
    ImageError,
    density_coverage,
    feature_diversity,
    feature_statistics,
    fid_infinity,
    frechet_distance,
    inception_score,
    kernel_distance,
    pixel_variance,
    precision_recall,
    sliced_wasserstein,
)

RANDOM = np.random.default_rng(0)
REAL = RANDOM.integers(0, 256, (120, 4, 4, 3), dtype=np.uint8)
SAMPLES = RANDOM.integers(0, 200, (100, 4, 4, 3), dtype=np.uint8)
LOGITS = RANDOM.normal(size=(48, 5)) / 50


def features_of(images):
    """Return eight features and five logits."""
    rows = images.reshape(len(images), -1).astype("float32")
    return rows[:, ::6] / 100, rows @ LOGITS


def in_parts():
    """Return the extractor with batches that do not divide the sets."""
    extractor = CallableExtractor(features_of)
    extractor.batch_size = 32
    return extractor


def floats(images):
    return images / 127.5 - 1.0


@pytest.fixture
def make_evaluator(tmp_path):
    def make(extractor=features_of, real=REAL, n_samples=100, **kwargs):
        return Evaluator(extractor, real, n_samples, cache_dir=tmp_path / "cache", **kwargs)

    return make


def test_figures_are_those_of_the_functions(make_evaluator):
    evaluator = make_evaluator(in_parts())
    evaluation = evaluator.evaluate(SAMPLES)
    features, logits = features_of(SAMPLES)
    real = evaluator.reference.features
    np.testing.assert_array_equal(np.sort(real, axis=0), np.sort(features_of(REAL)[0], axis=0))
    statistics, real_statistics = feature_statistics(features), feature_statistics(features_of(REAL)[0])
    halves = real[:60], real[60:]
    score_mean, score_std = inception_score(logits)
    kernel_mean, kernel_std = kernel_distance(real, features, subset_size=50)
    precision, recall = precision_recall(real, features)
    density, coverage = density_coverage(real, features)
    expected = {
        "fid_score": frechet_distance(statistics, real_statistics),
        "fid_floor": frechet_distance(*map(feature_statistics, halves)),
        "kernel_distance": kernel_mean,
        "kernel_distance_std": kernel_std,
        "kernel_distance_floor": kernel_distance(*halves, subset_size=30)[0],
        "sliced_wasserstein": sliced_wasserstein(real, features),
        "sliced_wasserstein_floor": sliced_wasserstein(*halves),
        "precision": precision,
        "recall": recall,
        "density": density,
        "coverage": coverage,
        "feature_diversity": feature_diversity(statistics, real_statistics),
        "pixel_variance": pixel_variance(floats(SAMPLES)),
        "inception_score_mean": score_mean,
        "inception_score_std": score_std,
    }
    figures = evaluation.figures()
    assert set(figures) == set(expected)
    for name, value in expected.items():
        # Sums in another order; differences of like numbers lose some digits.
        np.testing.assert_allclose(figures[name], value, rtol=1e-6, atol=1e-9, err_msg=name)


def test_samples_come_as_an_array_or_in_batches_as_bytes_or_as_floats(make_evaluator):
    evaluator = make_evaluator()
    whole = list(evaluator.evaluate(SAMPLES).figures().values())
    for samples in (
        floats(SAMPLES),
        floats(SAMPLES).astype("float32"),
        keras.ops.convert_to_tensor(SAMPLES),
        iter(np.array_split(floats(SAMPLES), 7)),
        np.concatenate([SAMPLES, REAL]),
    ):
        # Batches of other sizes add up in another order.
        np.testing.assert_allclose(list(evaluator.evaluate(samples).figures().values()), whole, rtol=1e-6)


def test_no_more_samples_are_generated_than_are_needed(make_evaluator):
    taken = []

    def endless():
        while True:
            taken.append(30)
            yield SAMPLES[:30]

    make_evaluator().collect(endless())
    assert sum(taken) == 120


def test_extractor_without_a_classifier_has_no_inception_score(make_evaluator):
    evaluation = make_evaluator(lambda images: features_of(images)[0]).evaluate(SAMPLES)
    assert evaluation.inception_score_mean is evaluation.inception_score_std is None


def test_provenance_says_what_the_figures_depend_on(make_evaluator):
    provenance = make_evaluator().provenance
    assert (provenance.extractor, provenance.n_real, provenance.n_samples) == ("features_of", 120, 100)
    assert provenance == make_evaluator().provenance
    others = [
        make_evaluator(real=REAL[::-1]),
        make_evaluator(n_samples=99),
        make_evaluator(n_real=100),
        make_evaluator(network()),
        make_evaluator(network()),
    ]
    assert len({dataclasses.astuple(each.provenance) for each in others} | {dataclasses.astuple(provenance)}) == 6


def network():
    return keras.Sequential([keras.Input((4, 4, 3)), keras.layers.Flatten(), keras.layers.Dense(4)])


def test_real_images_pass_through_a_known_network_once(make_evaluator, tmp_path, monkeypatch):
    model = network()
    first = make_evaluator(model)
    (file,) = (tmp_path / "cache").iterdir()
    with monkeypatch.context() as patch:
        patch.setattr(model, "predict_on_batch", None)
        again = make_evaluator(model)
    assert again.floors == first.floors
    assert again.evaluate(SAMPLES) == first.evaluate(SAMPLES)
    file.write_bytes(b"broken")
    with pytest.warns(UserWarning, match="cannot be read and is made anew"):
        assert make_evaluator(model).floors == first.floors
    make_evaluator(model)
    make_evaluator(model, real=REAL[:100])
    make_evaluator(network())
    assert len(list((tmp_path / "cache").iterdir())) == 3


def test_cache_of_something_else_is_made_anew(make_evaluator, tmp_path):
    model = network()
    first = make_evaluator(model)
    (file,) = (tmp_path / "cache").iterdir()
    with np.load(file) as arrays:
        stored = dict(arrays)
    for change in ({"features": stored["features"][:5]}, {"pixel_variance": np.zeros(3)}, {"mean": stored["mean"][:2]}):
        np.savez(file, **{**stored, **change})
        with pytest.warns(UserWarning, match="cannot be read and is made anew"):
            assert make_evaluator(model).floors == first.floors


def test_cache_keeps_the_inception_score(make_evaluator):
    images = keras.Input((4, 4, 3))
    features = keras.layers.Dense(4)(keras.layers.Flatten()(images))
    model = keras.Model(images, [features, keras.layers.Dense(3)(features)])
    computed, read = (make_evaluator(model).reference.inception_score for _ in range(2))
    assert computed == read is not None


def test_functions_of_unknown_weights_are_not_kept(make_evaluator, tmp_path):
    make_evaluator()
    assert not (tmp_path / "cache").exists()


def test_disk_that_takes_nothing_costs_the_cache_alone(make_evaluator, tmp_path):
    (tmp_path / "cache").write_text("a file")
    with pytest.warns(UserWarning, match="cannot be kept in"):
        evaluator = make_evaluator(network())
    assert evaluator.evaluate(SAMPLES).fid_score > 0


def test_real_images_are_taken_in_random_order(make_evaluator):
    bright_last = np.sort(REAL.reshape(120, -1).mean(1)).argsort()
    real = REAL // 2 + np.where(bright_last < 60, 0, 128).astype(np.uint8)[:, None, None, None]
    evaluator = make_evaluator(real=real)
    in_order = frechet_distance(*(feature_statistics(features_of(half)[0]) for half in (real[:60], real[60:])))
    assert evaluator.floors["fid_floor"] < in_order / 10


def test_real_images_are_drawn_from_all(make_evaluator):
    evaluator = make_evaluator(n_real=100)
    drawn = {row.tobytes() for row in evaluator.reference.features}
    late = {row.tobytes() for row in features_of(REAL[100:])[0]}
    assert len(drawn) == 100
    assert 10 < len(drawn & late) < 20
    assert evaluator.provenance.reference_sha256 != make_evaluator().provenance.reference_sha256


def test_cache_knows_how_images_are_resized(make_evaluator, tmp_path):
    for resize in ("bicubic", "bilinear"):
        extractor = CallableExtractor(features_of, weights_hash="same")
        extractor.resize = resize
        make_evaluator(extractor)
    assert len(list((tmp_path / "cache").iterdir())) == 2


def test_memory_does_not_grow_with_the_samples(make_evaluator, monkeypatch):
    monkeypatch.setattr("keras_gan.metrics.reference.KEPT_FEATURES", 50)
    evaluator = make_evaluator(in_parts())
    samples = evaluator.collect(SAMPLES)
    assert len(samples.features) == len(evaluator.reference.features) == 50
    np.testing.assert_array_equal(samples.features, features_of(SAMPLES[:50])[0])
    # Mean and covariance are of all.
    expected = frechet_distance(feature_statistics(features_of(SAMPLES)[0]), feature_statistics(features_of(REAL)[0]))
    np.testing.assert_allclose(evaluator.score(samples).fid_score, expected, rtol=1e-6)


def test_extrapolation_and_interval_are_of_the_same_pass(make_evaluator):
    evaluator = make_evaluator()
    samples = evaluator.collect(SAMPLES)
    assert evaluator.fid_infinity(samples) == fid_infinity(samples.features, evaluator.reference.statistics)
    score = evaluator.score(samples).fid_score
    low, high = evaluator.fid_interval(samples, replicates=50)
    assert 0 < low < score < high < 2 * score
    inner_low, inner_high = evaluator.fid_interval(samples, replicates=50, level=0.5)
    assert low < inner_low < score < inner_high < high


def test_interval_narrows_with_samples_that_are_not_kept(make_evaluator):
    evaluator = make_evaluator()
    samples = evaluator.collect(SAMPLES)
    low, high = evaluator.fid_interval(samples, replicates=20)
    evaluator.n_samples = 400
    narrow_low, narrow_high = evaluator.fid_interval(samples, replicates=20)
    np.testing.assert_allclose(narrow_high - narrow_low, (high - low) / 2, rtol=1e-9)


def test_few_images_are_warned_of_by_name(make_evaluator):
    with pytest.warns(UserWarning, match="n_real=20 is less than twice the 16 features of wide.* too large"):
        make_evaluator(wide, n_real=20)
    with pytest.warns(UserWarning, match="n_samples=31 is less than twice the 16 features of wide"):
        make_evaluator(wide, n_samples=31)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        make_evaluator(wide, n_samples=32, n_real=32)


def wide(images):
    return images.reshape(len(images), -1)[:, ::3] / 255


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"n_samples": 19}, "`n_samples` must be at least 20. Received: n_samples=19"),
        ({"n_real": 19}, "`n_real` must be at least 20 and at most 120"),
        ({"n_real": 121}, "at most 120, the number of real images. Received: n_real=121"),
        ({"real": REAL[:5]}, "n_real=5"),
        ({"real": REAL / 255}, r"The real images must be .* look like \[0, 1\]"),
        ({"real": REAL / 1.0}, r"The real images must .* pass images in \[0, 255\] as uint8"),
        ({"real": floats(REAL) * np.where(np.arange(120) == 3, np.nan, 1)[:, None, None, None]}, "in 1 of 120"),
    ],
)
def test_evaluators_that_cannot_be(make_evaluator, arguments, message):
    with pytest.raises(ValueError, match=message):
        make_evaluator(**arguments)


@pytest.mark.parametrize(
    ("samples", "message"),
    [
        (SAMPLES[:99], "must be 100, as `n_samples` says. Received: 99"),
        (SAMPLES[:, :2], r"real images' shape \(4, 4, 3\). Received: \(2, 4, 3\)"),
        (SAMPLES / 255, r"The samples must be .* look like \[0, 1\]"),
        ([SAMPLES / 255], r"look like \[0, 1\]"),
        # Images beyond those that are measured do not speak for them.
        (np.concatenate([SAMPLES / 255, floats(REAL)]), r"look like \[0, 1\]"),
        ([SAMPLES[:50], floats(SAMPLES[50:])], "of one dtype. Received: uint8 and float64"),
        (np.where(SAMPLES > 198, np.nan, floats(SAMPLES)), "The samples must be finite"),
    ],
)
def test_samples_that_are_not_measured(make_evaluator, samples, message):
    with pytest.raises(ImageError, match=message):
        make_evaluator().evaluate(samples)


def test_blank_samples_are_measured(make_evaluator):
    assert make_evaluator().evaluate(np.ones((100, 4, 4, 3))).feature_diversity == 0


def test_first_look_at_samples_needs_only_some(make_evaluator):
    evaluator = make_evaluator()
    evaluator.check(floats(SAMPLES[:3]))
    with pytest.raises(ImageError, match="look like"):
        evaluator.check(SAMPLES[:3] / 255)
    with pytest.raises(ImageError, match=r"Received: \(4, 3, 3\)"):
        evaluator.check(SAMPLES[:, :, :3])


def test_float_reals_are_their_bytes(make_evaluator):
    assert make_evaluator(real=floats(REAL)).provenance == make_evaluator().provenance
