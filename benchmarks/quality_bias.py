"""What the figures say of images that are known to be better or worse, and what the number of samples does to them.

Against CIFAR-10's 5000 training horses: its 1000 test horses, the same blurred, other classes, and static; then the
Fréchet distance of ever fewer images, down to the 100 against 100 of the training guide.
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import warnings
from pathlib import Path

import numpy as np
import tyro

from keras_gan.data import CLASS_NAMES, degradations, load_cifar10
from keras_gan.metrics import Cifar10ResNet, Evaluator, FeatureExtractor, InceptionV3

COLUMNS = ("fid_score", "kernel_distance", "sliced_wasserstein", "precision", "recall", "density", "coverage")
COLUMNS += ("feature_diversity", "pixel_variance", "inception_score_mean")


def print_known(extractor: FeatureExtractor, train, tests):
    """Print all figures of sets of 1000 images, the better ones first."""
    horses = tests["horse"]
    sets = {
        "test horses": horses,
        "blurred, σ = 0.5": degradations.blur(horses, 0.5),
        "blurred, σ = 1": degradations.blur(horses, 1.0),
        "deer": tests["deer"],
        "ships": tests["ship"],
        "static": np.random.default_rng(0).integers(0, 256, horses.shape, dtype=np.uint8),
        "one horse a thousand times": np.repeat(horses[:1], len(horses), axis=0),
    }
    evaluator = Evaluator(extractor, train, n_samples=len(horses))
    print("| 1000 images | " + " | ".join(COLUMNS) + " |")
    print("| --- |" + " --- |" * len(COLUMNS))
    for name, images in sets.items():
        figures = evaluator.evaluate(images).figures()
        print(f"| {name} | " + " | ".join(f"{figures[column]:.3g}" for column in COLUMNS) + " |")
    floors = {name: f"{value:.3g}" for name, value in evaluator.floors.items()}
    print(f"floors, two halves of the training horses: {floors}")


def print_bias(extractor: FeatureExtractor, train, horses):
    """Print the Fréchet distance of as many training as test horses, for ever fewer."""
    print("\n| real and samples | FID | 95 % interval | FID∞ |\n| --- | --- | --- | --- |")
    for count in (1000, 500, 200, 100):
        evaluator = Evaluator(extractor, train, n_samples=count, n_real=count)
        samples = evaluator.collect(horses)
        low, high = evaluator.fid_interval(samples)
        score, infinity = evaluator.score(samples).fid_score, evaluator.fid_infinity(samples)
        print(f"| {count} against {count} | {score:.1f} | {low:.1f} to {high:.1f} | {infinity:.1f} |")


def main(archive: Path | None = None, inception_weights: Path | None = None):
    """Print the tables.

    Args:
        archive: An .npz file of CIFAR-10's images as JPEG, instead of Keras's copy.
        inception_weights: A file of Inception's weights, to use it in place of the embedded network.
    """
    # That so few images are biased is what is shown.
    warnings.filterwarnings("ignore", message=".*less than twice the")
    (x_train, y_train), (x_test, y_test) = load_cifar10(archive)
    tests = {name: x_test[y_test == label] for label, name in enumerate(CLASS_NAMES)}
    train = x_train[y_train == CLASS_NAMES.index("horse")]
    extractor = Cifar10ResNet() if inception_weights is None else InceptionV3(inception_weights)
    print_known(extractor, train, tests)
    print_bias(extractor, train, tests["horse"])


if __name__ == "__main__":
    tyro.cli(main)
