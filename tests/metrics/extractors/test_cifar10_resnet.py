"""The weights that come with the package."""

import hashlib
import itertools
from importlib import resources

import numpy as np
import pytest
import scipy.ndimage

from keras_gan.data import CLASS_NAMES
from keras_gan.metrics import Cifar10ResNet, Evaluator, feature_statistics
from keras_gan.metrics.extractors.cifar10_resnet import CARD, WEIGHTS, card

FILES = resources.files("keras_gan.metrics.extractors") / "weights"


class Remembering(Cifar10ResNet):
    """Compute the features of each image once."""

    def __init__(self):
        super().__init__()
        self.known = {}

    def compute(self, images):
        keys = [image.tobytes() for image in images]
        new = {key: image for key, image in zip(keys, images) if key not in self.known}
        if new:
            self.known.update(zip(new, zip(*super().compute(np.stack(list(new.values()))))))
        features, logits = zip(*(self.known[key] for key in keys))
        return np.stack(features), np.stack(logits)


@pytest.fixture(scope="module")
def extractor():
    return Remembering()


@pytest.fixture(scope="module")
def shuffled(cifar10):
    """The images for testing in another order, and their labels."""
    order = np.random.default_rng(0).permutation(10000)
    return tuple(each[order] for each in cifar10[1])


def test_card_is_of_these_weights():
    content = (FILES / WEIGHTS).read_bytes()
    facts = card()
    assert len(content) <= 3e6
    assert facts["sha256"] == hashlib.sha256(content).hexdigest() == Cifar10ResNet().weights_hash
    assert facts["test_accuracy"] >= 0.91
    assert set(facts) == {
        *("data", "classes", "features", "parameters", "test_accuracy", "date", "command", "versions", "sha256")
    }
    assert (FILES / CARD).is_file()


def test_images_of_any_size_and_grey_ones_have_features(extractor):
    random = np.random.default_rng(0)
    for shape in ((32, 32, 3), (64, 48, 3), (28, 28, 1)):
        features, logits = extractor(random.integers(0, 256, (3, *shape), dtype=np.uint8))
        assert (features.shape, logits.shape) == ((3, 216), (3, 10))


@pytest.mark.long
def test_accuracy_is_what_the_card_says(extractor, shuffled):
    images, labels = (each[:1000] for each in shuffled)
    features, logits = (np.concatenate(each) for each in zip(*map(extractor, np.split(images, 2))))
    # Of 1000 images, three standard errors.
    np.testing.assert_allclose(np.mean(logits.argmax(-1) == labels), card()["test_accuracy"], atol=0.026)
    np.testing.assert_allclose(np.trace(feature_statistics(features).covariance), 100, rtol=0.05)


@pytest.fixture(scope="module")
def figures_of(extractor, cifar10, shuffled, tmp_path_factory):
    (train, train_labels), _ = cifar10
    test, test_labels = shuffled
    horses = test[test_labels == CLASS_NAMES.index("horse")][:600]
    blurred = scipy.ndimage.gaussian_filter(horses.astype(float), (0, 1, 1, 0)).round().astype(np.uint8)
    sets = {
        "horses": horses,
        "blurred": blurred,
        "deer": test[test_labels == CLASS_NAMES.index("deer")][:600],
        "static": np.random.default_rng(0).integers(0, 256, horses.shape, dtype=np.uint8),
        "one horse": np.repeat(horses[:1], 500, axis=0),
    }
    real = train[train_labels == CLASS_NAMES.index("horse")][:600]
    # Too few samples for a ladder, which would take most of the time.
    evaluator = Evaluator(extractor, real, n_samples=480, cache_dir=tmp_path_factory.mktemp("cache"))
    return {name: evaluator.evaluate(images) for name, images in sets.items()}


@pytest.mark.long
@pytest.mark.parametrize("key", ["fid_score", "kernel_distance", "sliced_wasserstein"])
def test_worse_images_are_farther(figures_of, key):
    values = [getattr(figures_of[name], key) for name in ("horses", "blurred", "deer", "static")]
    assert all(better < worse for better, worse in itertools.pairwise(values)), values
    assert getattr(figures_of["horses"], key) < 3 * max(
        getattr(figures_of["horses"], f"{key.removesuffix('_score')}_floor"), 0.05
    )


@pytest.mark.long
def test_what_a_collapse_shows_in(figures_of):
    horses, collapsed = figures_of["horses"], figures_of["one horse"]
    assert collapsed.recall == 0
    assert collapsed.coverage < 0.01
    assert collapsed.feature_diversity < 1e-6 < 0.8 < horses.feature_diversity < 1.2
    assert collapsed.pixel_variance < 1e-6
    assert figures_of["static"].pixel_variance > horses.pixel_variance
