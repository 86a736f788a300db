"""What the quality figures cost, and how they agree with TF-GAN's and torch-fidelity's arithmetic on the same features.

Functions take turns in one run; printed are medians. Peers that are not installed are left out.
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import functools
import importlib.util
import statistics
import time

import numpy as np
import scipy.linalg
import tensorflow as tf
import tyro

from keras_gan import Evaluator, image_batches
from keras_gan.callbacks import sample_batches
from keras_gan.data import toy_horses
from keras_gan.metrics import (
    Cifar10ResNet,
    feature_statistics,
    frechet_distance,
    inception_score,
    kernel_distance,
    tf_gan,
)
from keras_gan.training.build import build_model
from keras_gan.training.presets import PRESETS

RANDOM = np.random.default_rng(0)


def correlated(count, size):
    """Return features whose variances fall off as those of networks do."""
    return (RANDOM.normal(size=(count, size)) * np.geomspace(1, 1e-3, size)) @ np.linalg.qr(
        RANDOM.normal(size=(size, size))
    )[0]


def timed(function):
    """Return a function's value and its time in seconds."""
    start = time.perf_counter()
    value = function()
    return value, time.perf_counter() - start


def compare(title, functions, repeats):
    """Print value and median time of functions that take turns, against the first's."""
    values, times = {}, {name: [] for name in functions}
    for _ in range(repeats):
        for name, function in functions.items():
            values[name], seconds = timed(function)
            times[name].append(seconds)
    print(title)
    reference = next(iter(values.values()))
    for name, value in values.items():
        difference = abs(value - reference) / abs(reference)
        print(f"  {name:32} {value:14.8g}  off by {difference:7.1e}  {statistics.median(times[name]):8.3f} s")


def matrix_root(first, second):
    """Return the Fréchet distance by SciPy's matrix square root, as much code does."""
    root = scipy.linalg.sqrtm(first.covariance @ second.covariance).real
    return np.square(first.mean - second.mean).sum() + np.trace(first.covariance + second.covariance - 2 * root)


def frechet(real, generated):
    """Return Fréchet distances of two sets of features: from statistics where the peer takes these."""
    first, second = feature_statistics(real), feature_statistics(generated)
    functions = {
        "keras-gan": lambda: frechet_distance(first, second),
        "matrix square root, SciPy": lambda: matrix_root(first, second),
    }
    if not tf_gan.missing():
        evaluate = tf_gan.load("eval")
        functions["TF-GAN, from features"] = lambda: float(
            evaluate.frechet_classifier_distance_from_activations(real, generated)
        )
    if importlib.util.find_spec("torch_fidelity"):
        from torch_fidelity.metric_fid import fid_statistics_to_metric

        pair = [{"mu": one.mean, "sigma": one.covariance} for one in (first, second)]
        functions["torch-fidelity"] = lambda: next(iter(fid_statistics_to_metric(*pair, verbose=False).values()))
    return functions


def scores(real, generated):
    """Return kernel distances of one block, as TF-GAN takes it, and Inception scores of one split."""
    tensors, logits = [tf.constant(one) for one in (real, generated)], generated[:, :10] * 3
    size = len(real)
    kernel = {"keras-gan": lambda: kernel_distance(real, generated, subsets=1, subset_size=size)[0]}
    inception = {"keras-gan": lambda: inception_score(logits, splits=1)[0]}
    if not tf_gan.missing():
        evaluate = tf_gan.load("eval")
        kernel["TF-GAN"] = lambda: float(
            evaluate.kernel_classifier_distance_from_activations(*tensors, max_block_size=size)
        )
        inception["TF-GAN"] = lambda: float(evaluate.classifier_score_from_logits(tf.constant(logits, tf.float32)))
    return kernel, inception


def sliced(images):
    """Print what TF-GAN's sliced Wasserstein distance says twice of the same images, and of some with a flat patch."""
    distance = tf_gan.load("eval").sliced_wasserstein_distance
    pairs = [tf.constant(images[part] / 127.5 - 1.0, tf.float32) for part in (slice(0, 200), slice(200, 400))]
    flat = tf.concat([pairs[1][:-1], tf.ones_like(pairs[1][:1])], axis=0)
    print("sliced Wasserstein distance of TF-GAN, at the finest level")
    for name, second in (("once", pairs[1]), ("again", pairs[1]), ("with one white image", flat)):
        print(f"  {name:32} {float(distance(pairs[0], second)[0][1]):14.8g}")


def share_of_a_run(config, evaluator, steps):
    """Print what an evaluation every 100 epochs adds to the time of a run."""
    gan, run = build_model(config), config.run
    batch = next(iter(image_batches(toy_horses(run.batch_size), run.batch_size, run.n_critic)))
    step = tf.function(gan.train_step, jit_compile=gan.jit_compile)
    step(batch)
    evaluator.evaluate(sample_batches(gan.generate, evaluator.n_samples, seed=0))
    step_times, evaluation_times = [], []
    for index in range(steps):
        step_times.append(timed(lambda: step(batch)["d_loss"].numpy())[1])
        batches = sample_batches(gan.generate, evaluator.n_samples, seed=index)
        evaluation_times.append(timed(functools.partial(evaluator.evaluate, batches))[1])
    of_step, of_evaluation = statistics.median(step_times), statistics.median(evaluation_times)
    print(f"{config.preset}, batch {run.batch_size}: step {of_step:.2f} s, evaluation of {evaluator.n_samples} samples")
    print(f"  {of_evaluation:.1f} s: {of_evaluation / (100 * of_step):.1%} of 100 epochs")


def main(features: int = 2048, count: int = 5000, repeats: int = 3, steps: int = 5):
    """Print the comparisons.

    Args:
        features: Features of the large Fréchet distance.
        count: Samples.
        repeats: Turns of each function.
        steps: Steps and evaluations of the horses run.
    """
    compare(
        f"Fréchet distance, {features} features",
        frechet(correlated(count, features), correlated(count, features)),
        repeats,
    )
    compare("Fréchet distance, 64 features of 40 samples", frechet(correlated(40, 64), correlated(40, 64)), repeats)
    kernel, inception = scores(correlated(1000, features), 1.1 * correlated(1000, features))
    compare(f"kernel distance, 1000 × {features}", kernel, repeats)
    compare("Inception score, 1000 × 10", inception, repeats)
    images = toy_horses(count)
    if not tf_gan.missing():
        sliced(images)
    extractor = Cifar10ResNet()
    extractor(images[:250])
    seconds = timed(lambda: [extractor(images[start : start + 250]) for start in range(0, count, 250)])[1]
    print(f"{count} images through {extractor.name}: {seconds:.1f} s")
    share_of_a_run(PRESETS["horses"], Evaluator(extractor, images, count), steps)


if __name__ == "__main__":
    tyro.cli(main)
