"""Valid calls of the measures of samples."""

import dataclasses
import functools

import numpy as np
from hostile import values
from hostile.sweep import Case, Right, equal, given
from hostile.values import count, features, images, index, number, optional, path, text, thing

from keras_gan import metrics

NEGATIVE = Right("features may have any sign", lambda answer, usual: np.isfinite(_numbers(answer)).all())
EMPTY = Right("a batch may be empty", lambda answer, usual: answer == [0])
SATURATED = Right("a softmax of huge logits saturates", lambda answer, usual: 1 <= answer[0] <= 5)
WHOLE = Right("−1, 0 and 1 are in [−1, 1]", lambda answer, usual: 0 < answer < 1)
FINITE = Right("variances may be huge", lambda answer, usual: np.isfinite(metrics.frechet_distance(answer, usual)))


def _numbers(answer):
    if isinstance(answer, metrics.FeatureStatistics):
        return np.concatenate([answer.mean, answer.covariance.ravel()])
    return np.asarray(answer, float).ravel()


def rows(seed, number=24, columns=3):
    return np.random.default_rng(seed).normal(size=(number, columns))


def real():
    return rows(0)


def generated():
    return rows(1)


def statistics():
    return metrics.feature_statistics(rows(2))


def pixels(number=24, side=4):
    return np.random.default_rng(3).integers(0, 256, (number, side, side, 3), dtype=np.uint8)


def mean_colours(images):
    return images.reshape(len(images), -1, 3).mean(axis=1)


class Colours(metrics.FeatureExtractor):
    name, weights_hash, resize = "colours", None, "none"

    def compute(self, images):
        return mean_colours(images)


@functools.cache
def evaluator():
    return metrics.Evaluator(mean_colours, pixels(), 20)


@functools.cache
def samples():
    return evaluator().collect(pixels())


@functools.cache
def evaluation():
    return evaluator().score(samples())


def place():
    return metrics.Place(0.5, None, "mean", 0.5, "recall")


def provenance():
    return evaluation().provenance


def update(running):
    def call(rows):
        running_now = running()
        running_now.update(rows)
        return [running_now.count if hasattr(running_now, "count") else running_now.seen]

    return call


def pair(**right):
    return {
        "real": given(real, features, negative=NEGATIVE, **right),
        "generated": given(generated, features, negative=NEGATIVE, **right),
    }


def logits():
    return rows(4, 20, 5)


ANY_SIGN = Right("features may have any sign")
OPTIONAL_FIGURES = ("inception_score_mean", "inception_score_std", "fid_infinity", "fid_held_out", "fid_as_many_seen")
FIGURES = tuple(each.name for each in dataclasses.fields(metrics.Evaluation) if each.type is float)

EVALUATOR = {
    "extractor": given(lambda: mean_colours, values.function, "`function`"),
    "real": given(pixels, images, "The real images"),
    "n_samples": given(20, count),
    "n_real": given(20, optional(count)),
    "cache_dir": given("cache", optional(path)),
    "held_out": given(pixels, optional(images), "The held-out images"),
}


CASES = [
    Case(
        "keras_gan.metrics.feature_statistics",
        metrics.feature_statistics,
        {"features": given(real, features, negative=NEGATIVE)},
    ),
    Case(
        "keras_gan.metrics.kernel_distance",
        metrics.kernel_distance,
        {**pair(), "subsets": given(3, count), "subset_size": given(8, count), "seed": given(1, index)},
    ),
    Case("keras_gan.metrics.precision_recall", metrics.precision_recall, {**pair(), "k": given(3, count)}),
    Case("keras_gan.metrics.density_coverage", metrics.density_coverage, {**pair(), "k": given(3, count)}),
    Case(
        "keras_gan.metrics.sliced_wasserstein",
        metrics.sliced_wasserstein,
        {**pair(), "projections": given(4, count), "seed": given(1, index)},
    ),
    Case(
        "keras_gan.metrics.frechet_distance",
        metrics.frechet_distance,
        {"first": given(statistics, thing), "second": given(statistics, thing)},
    ),
    Case(
        "keras_gan.metrics.feature_diversity",
        metrics.feature_diversity,
        {"generated": given(statistics, thing), "real": given(statistics, thing)},
    ),
    Case(
        "keras_gan.metrics.fid_infinity",
        metrics.fid_infinity,
        {
            "features": given(real, features, negative=NEGATIVE),
            "reference": given(statistics, thing),
            "seed": given(1, index),
        },
    ),
    Case(
        "keras_gan.metrics.bootstrap_frechet_distances",
        lambda **arguments: list(metrics.bootstrap_frechet_distances(**arguments)),
        {
            "features": given(real, features, negative=NEGATIVE),
            "reference": given(statistics, thing),
            "replicates": given(3, count),
            "seed": given(1, index),
        },
    ),
    Case(
        "keras_gan.metrics.bootstrap_interval",
        metrics.bootstrap_interval,
        {
            "distance": given(3.0, number),
            "replicates": given(lambda: np.array([3.0, 4.0, 5.0]), values.vector),
            "level": given(0.9, number),
        },
    ),
    Case(
        "keras_gan.metrics.inception_score",
        metrics.inception_score,
        {"logits": given(logits, features, negative=NEGATIVE, huge=SATURATED), "splits": given(2, count)},
    ),
    Case(
        "keras_gan.metrics.pixel_variance",
        metrics.pixel_variance,
        {"images": given(lambda: pixels() / 127.5 - 1, images, integers=WHOLE)},
    ),
    Case(
        "keras_gan.metrics.RunningCovariance.update",
        update(metrics.RunningCovariance),
        {"rows": given(real, features, negative=Right("rows may have any sign", equal), empty=EMPTY)},
    ),
    Case(
        "keras_gan.metrics.RunningInceptionScore",
        metrics.RunningInceptionScore,
        {"count": given(20, count), "splits": given(2, count)},
    ),
    Case(
        "keras_gan.metrics.RunningInceptionScore.update",
        lambda logits: update(lambda: metrics.RunningInceptionScore(20, 2))(logits),
        {
            "logits": given(
                logits,
                features,
                negative=Right("logits may have any sign", equal),
                empty=EMPTY,
                huge=Right("as for `inception_score`", equal),
            )
        },
    ),
    Case(
        "keras_gan.metrics.FeatureStatistics",
        metrics.FeatureStatistics,
        {
            "count": given(20, count),
            "mean": given(lambda: np.zeros(3), values.vector),
            "covariance": given(lambda: np.eye(3), features, huge=FINITE),
        },
    ),
    Case(
        "keras_gan.metrics.CallableExtractor",
        metrics.CallableExtractor,
        {
            "function": given(lambda: mean_colours, values.function),
            "name": given("colours", optional(text)),
            "weights_hash": given("1", optional(text)),
        },
    ),
    Case("keras_gan.metrics.FeatureExtractor.__call__", Colours(), {"images": given(pixels, images, "images")}),
    Case(
        "keras_gan.metrics.InceptionV3",
        metrics.InceptionV3,
        {"weights": given("weights.h5", optional(values.existing_path))},
    ),
    Case("keras_gan.metrics.Evaluator", metrics.Evaluator, EVALUATOR),
    Case(
        "keras_gan.metrics.Evaluator.collect",
        lambda images: evaluator().collect(images),
        {"images": given(pixels, images, "The samples")},
    ),
    Case(
        "keras_gan.metrics.Evaluator.evaluate",
        lambda images: evaluator().evaluate(images),
        {"images": given(pixels, images, "The samples")},
    ),
    Case(
        "keras_gan.metrics.Evaluator.check",
        lambda images: evaluator().check(images),
        {"images": given(pixels, images, "The samples")},
    ),
    Case(
        "keras_gan.metrics.Evaluator.score",
        lambda samples: evaluator().score(samples),
        {"samples": given(lambda: samples(), thing)},
    ),
    Case(
        "keras_gan.metrics.Evaluator.fid_infinity",
        lambda samples: evaluator().fid_infinity(samples),
        {"samples": given(lambda: samples(), thing)},
    ),
    Case(
        "keras_gan.metrics.Evaluator.fid_interval",
        lambda **arguments: evaluator().fid_interval(**arguments),
        {"samples": given(lambda: samples(), thing), "replicates": given(3, count), "level": given(0.9, number)},
    ),
    Case(
        "keras_gan.metrics.Evaluation.changes_since",
        lambda earlier: evaluation().changes_since(earlier),
        {"earlier": given(lambda: evaluation(), thing)},
    ),
    Case(
        "keras_gan.metrics.Evaluation.from_json",
        metrics.Evaluation.from_json,
        {"text": given(lambda: evaluation().to_json(), values.json, "An evaluation must")},
    ),
    Case(
        "keras_gan.metrics.Place",
        metrics.Place,
        {
            **{name: given(0.5, values.finite) for name in ("position", "agreement")},
            **{name: given("mean", optional(text)) for name in ("worse_than", "better_than")},
            "weakest": given("recall", text),
        },
    ),
    Case(
        "keras_gan.metrics.Provenance",
        metrics.Provenance,
        {
            **{name: given(name, text) for name in ("extractor", "resize", "reference_sha256")},
            "weights_sha256": given("1", optional(text)),
            **{name: given(20, count) for name in ("n_real", "n_samples")},
        },
    ),
    Case(
        "keras_gan.metrics.SampleSet",
        metrics.SampleSet,
        {
            "statistics": given(statistics, thing),
            "features": given(real, features, negative=ANY_SIGN),
            "pixel_variance": given(0.5, values.finite),
            "inception_score": given((2.0, 0.1), optional(values.numbers)),
        },
    ),
    Case(
        "keras_gan.metrics.Evaluation",
        metrics.Evaluation,
        {
            "provenance": given(provenance, thing),
            **{name: given(0.5, values.finite) for name in FIGURES},
            **{name: given(0.5, optional(values.finite)) for name in OPTIONAL_FIGURES},
            "floor_images": given(10, optional(count)),
            "place": given(place, optional(thing)),
            "fid_interval": given((1.0, 2.0), optional(values.numbers)),
            "second_opinion": given((), optional(values.numbers)),
        },
    ),
]
