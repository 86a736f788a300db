import functools

import keras
import numpy as np
import pytest

from keras_gan.metrics.extractors import cifar10_training as training
from keras_gan.metrics.extractors.cifar10_network import cifar10_network

RANDOM = np.random.default_rng(0)
IMAGES = RANDOM.integers(0, 256, (64, 32, 32, 3), dtype=np.uint8)
LABELS = RANDOM.integers(0, 10, 64)


def test_batches_are_a_function_of_seed_and_epoch():
    def batches(seed, epoch):
        images = training.AugmentedImages(IMAGES, LABELS, 20, seed)
        images.epoch = epoch
        assert len(images) == 3
        return [images[index] for index in range(3)]

    first, same, other_epoch, other_seed = batches(1, 2), batches(1, 2), batches(1, 3), batches(2, 2)
    for one, again in zip(first, same):
        np.testing.assert_array_equal(one[0], again[0])
        np.testing.assert_array_equal(one[1], again[1])
    assert not np.array_equal(first[0][0], other_epoch[0][0])
    assert not np.array_equal(first[0][1], other_epoch[0][1])
    assert not np.array_equal(first[0][0], other_seed[0][0])


def test_augmented_images_keep_their_labels_and_lose_a_square():
    flat = np.broadcast_to(np.arange(10, 74, dtype=np.uint8)[:, None, None, None], IMAGES.shape)
    images, targets = training.AugmentedImages(flat, np.arange(64) % 10, 64, seed=0)[0]
    values = images.reshape(64, -1)
    numbers = np.array([np.bincount(row[row != 127]).argmax() for row in values]) - 10
    assert sorted(numbers) == list(range(64))
    np.testing.assert_array_equal(targets.argmax(-1), numbers % 10)
    np.testing.assert_array_equal((values == 127).sum(-1), 8 * 8 * 3)


def test_squares_are_cut_from_copies_elsewhere_in_each_batch():
    batches = training.AugmentedImages(np.zeros_like(IMAGES), LABELS, 32, seed=0)
    cuts = [batches[index][0] == 127 for index in range(2)]
    assert not np.array_equal(*cuts)
    assert not batches.padded.any()


def test_augmented_images_are_shifted_and_mirrored_by_turns():
    slope = np.broadcast_to(np.arange(32, dtype=np.uint8)[:, None], IMAGES.shape)
    # The channel tells which image it is.
    slope = np.concatenate(
        [slope[..., :2], np.arange(64, dtype=np.uint8)[:, None, None, None] + slope[..., :1] * 0], -1
    )
    batches = training.AugmentedImages(slope, LABELS, 64, seed=0, cutout=0)
    sides, shifts = [], set()
    for epoch in range(3):
        batches.epoch = epoch
        images, _ = batches[0]
        images = images[np.argsort(images[:, 0, 0, 2])]
        steps = np.diff(images[:, 0, 8:24, 0].astype(int), axis=1)
        assert set(map(tuple, steps)) == {(1,) * 15, (-1,) * 15}
        sides.append(steps[:, 0])
        firsts = images[steps[:, 0] == 1, 0, 8, 0]
        shifts.update(firsts.tolist())
    assert shifts == set(range(4, 13))
    np.testing.assert_array_equal(sides[0], -sides[1])
    np.testing.assert_array_equal(sides[0], sides[2])
    assert 16 < (sides[0] == 1).sum() < 48


def test_whitened_patches_have_variance_one_in_each_direction():
    network = cifar10_network()
    training.whiten(network, IMAGES)
    layer = network.get_layer("whitening")
    maps = keras.ops.convert_to_numpy(layer(IMAGES / 127.5 - 1.0))
    np.testing.assert_allclose(maps[..., 12:], -maps[..., :12], atol=1e-5)
    covariance = np.cov(maps[..., :12].reshape(-1, 12), rowvar=False)
    # Static varies by a third in every direction, of which the regularisation takes a thousandth.
    np.testing.assert_allclose(covariance, np.eye(12), atol=5e-3)
    assert not layer.trainable


@pytest.fixture
def eagerly(monkeypatch):
    """Trace no steps: to trace this network takes longer than a dozen steps."""
    monkeypatch.setattr(keras.Model, "compile", functools.partialmethod(keras.Model.compile, run_eagerly=True))


@pytest.mark.long
@pytest.mark.usefixtures("eagerly")
def test_training_learns_and_goes_on_where_it_was_stopped(tmp_path, monkeypatch):
    labels = np.arange(64) % 2
    images = np.where(labels[:, None, None, None] == 1, IMAGES // 2 + 128, IMAGES // 2).astype(np.uint8)
    config = training.TrainingConfig(epochs=3, batch_size=16, warm_up_epochs=1, learning_rate=0.05, seed=1)
    seen, order = [], []

    class Stopped(training.AugmentedImages):
        def __setattr__(self, name, value):
            if name == "epoch":
                seen.append(value)
                if seen == [0, 0, 1, 2]:
                    raise KeyboardInterrupt
            super().__setattr__(name, value)

        def __getitem__(self, index):
            order.append(index)
            return super().__getitem__(index)

    monkeypatch.setattr(training, "AugmentedImages", Stopped)
    keras.utils.set_random_seed(1)
    network = cifar10_network()
    with pytest.raises(KeyboardInterrupt):
        training.train_network(network, (images, labels), (images, labels), config, tmp_path / "backup")
    training.train_network(network, (images, labels), (images, labels), config, tmp_path / "backup")
    # Each data set is made with epoch 0.
    assert seen == [0, 0, 1, 2, 0, 2]
    assert order[-4:] == [0, 1, 2, 3]
    # By the batch's statistics: twelve steps are too few for the moving ones.
    guesses = keras.ops.argmax(network(images, training=True)[1], -1)
    assert np.mean(keras.ops.convert_to_numpy(guesses) == labels) > 0.9


def test_learning_rate_rises_to_its_highest_and_falls_to_nothing():
    config = training.TrainingConfig(epochs=5, warm_up_epochs=2, learning_rate=0.5)
    schedule = training._optimizer(config, steps_per_epoch=10, weights=[])._learning_rate
    rates = [float(schedule(step)) for step in (0, 10, 20, 35, 50)]
    np.testing.assert_allclose(rates, [0, 0.25, 0.5, 0.25, 0], atol=1e-6)


def test_warm_up_must_end_before_training_does():
    with pytest.raises(ValueError, match="warm_up_epochs=4, epochs=4"):
        training.TrainingConfig(epochs=4)
