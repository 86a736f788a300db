"""The network behind `Cifar10ResNet`: what it computes, how it is trained, how its weights are stored."""

import dataclasses
import math
from pathlib import Path

import keras
import numpy as np
from keras import layers

IMAGE_SHAPE = (32, 32, 3)

CLASSES = 10

#: Filters of the stem and of the three stages; the last are the features.
FILTERS = (32, 64, 128, 224)


def cifar10_network() -> keras.Model:
    """Build a residual network of eight convolutions, after David Page's ResNet-9 at some half of its width.

    Returns:
        A model from uint8 images `(batch, 32, 32, 3)`, or floats in [0, 255], to float32 features `(batch, 224)`, the
        means of the last feature maps, and logits `(batch, 10)`.

    Reference:
        - D. Page, How to Train Your ResNet, https://myrtle.ai/learn/how-to-train-your-resnet/
    """
    images = keras.Input(IMAGE_SHAPE, name="images")
    x = layers.Rescaling(1 / 127.5, -1.0)(images)
    x = _convolution(x, FILTERS[0])
    x = _residual(_convolution(x, FILTERS[1], pool=True))
    x = _convolution(x, FILTERS[2], pool=True)
    x = _residual(_convolution(x, FILTERS[3], pool=True))
    features = layers.GlobalAveragePooling2D(dtype="float32", name="features")(x)
    logits = layers.Dense(CLASSES, dtype="float32", name="logits")(features)
    return keras.Model(images, [features, logits], name="cifar10_network")


def _convolution(x, filters, pool=False):
    x = layers.Conv2D(filters, 3, padding="same", use_bias=False)(x)
    if pool:
        x = layers.MaxPooling2D()(x)
    return layers.Activation("relu")(layers.BatchNormalization(momentum=0.9)(x))


def _residual(x):
    filters = x.shape[-1]
    return layers.Add()([x, _convolution(_convolution(x, filters), filters)])


def save_weights(network: keras.Model, path: str | Path):
    """Save a network's weights as float16 arrays, in their order, in one .npz file."""
    np.savez(path, *(keras.ops.convert_to_numpy(weight).astype(np.float16) for weight in network.weights))


def load_weights(network: keras.Model, path: str | Path):
    """Load what `save_weights` saved."""
    with np.load(path) as arrays:
        network.set_weights([arrays[name].astype(np.float32) for name in arrays.files])


class AugmentedImages(keras.utils.PyDataset):
    """Shuffled batches of shifted, mirrored images with a square cut out: a function of seed and epoch.

    Args:
        images: uint8 images `(count, 32, 32, 3)`.
        labels: Their labels `(count,)`.
        batch_size: Images in a batch; an incomplete last one is left out.
        seed: Seed of order and augmentation.
        shift: Largest shift along each axis, in pixels. Defaults to 4.
        cutout: Side of the square, in pixels. Defaults to 8.
    """

    def __init__(self, images, labels, batch_size: int, seed: int, shift: int = 4, cutout: int = 8):
        super().__init__()
        self.padded = np.pad(images, ((0, 0), (shift, shift), (shift, shift), (0, 0)), mode="reflect")
        self.labels = keras.utils.to_categorical(labels, CLASSES)
        self.batch_size = batch_size
        self.seed = seed
        self.shift = shift
        self.cutout = cutout
        #: Index of the epoch that the batches belong to.
        self.epoch = 0

    def __len__(self):
        return len(self.labels) // self.batch_size

    def __getitem__(self, index):
        order = np.random.default_rng((self.seed, self.epoch)).permutation(len(self.labels))
        chosen = order[index * self.batch_size : (index + 1) * self.batch_size]
        random = np.random.default_rng((self.seed, self.epoch, index))
        return np.stack([self._augment(self.padded[each], random) for each in chosen]), self.labels[chosen]

    def _augment(self, padded, random):
        side = IMAGE_SHAPE[0]
        top, left = random.integers(0, 2 * self.shift + 1, 2)
        image = padded[top : top + side, left : left + side].copy()
        top, left = random.integers(0, side - self.cutout + 1, 2)
        image[top : top + self.cutout, left : left + self.cutout] = 127
        return image[:, ::-1] if random.random() < 0.5 else image


@dataclasses.dataclass(frozen=True)
class TrainingConfig:
    """How the network is trained; the defaults are how the shipped weights were."""

    epochs: int = 28
    """Passes over the training images."""
    batch_size: int = 256
    """Images in a batch."""
    learning_rate: float = 0.2
    """Learning rate at its highest, after the warm-up; it ends at 0 along a cosine."""
    warm_up_epochs: int = 4
    """Epochs over which the learning rate rises from 0."""
    weight_decay: float = 0.005
    """Decoupled decay of the kernels, in units of the learning rate."""
    label_smoothing: float = 0.1
    """Weight of the uniform distribution in the targets."""
    seed: int = 42
    """Seed of initial weights, order and augmentation."""


def train_network(network: keras.Model, train, test, config: TrainingConfig, backup_dir: str | Path):
    """Train a network, or go on where an earlier call was stopped.

    Args:
        network: What `cifar10_network` has built.
        train: Training images and labels.
        test: Test images and labels, for the log alone: nothing is chosen by them.
        config: How to train.
        backup_dir: Folder of the state after each epoch, deleted at the end.
    """
    images = AugmentedImages(*train, config.batch_size, config.seed)
    classifier = keras.Model(network.input, network.output[1])
    classifier.compile(
        _optimizer(config, steps_per_epoch=len(images), weights=network.trainable_variables),
        keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=config.label_smoothing),
        metrics=["accuracy"],
    )
    follow = keras.callbacks.LambdaCallback(on_epoch_begin=lambda epoch, logs: setattr(images, "epoch", epoch))
    classifier.fit(
        images,
        epochs=config.epochs,
        validation_data=(test[0], keras.utils.to_categorical(test[1], CLASSES)),
        validation_batch_size=1000,
        callbacks=[follow, keras.callbacks.BackupAndRestore(backup_dir)],
        verbose=2,
    )


def _optimizer(config, steps_per_epoch, weights):
    warm_up = config.warm_up_epochs * steps_per_epoch
    schedule = keras.optimizers.schedules.CosineDecay(
        0.0,
        config.epochs * steps_per_epoch - warm_up,
        warmup_target=config.learning_rate,
        warmup_steps=warm_up,
    )
    optimizer = keras.optimizers.SGD(schedule, momentum=0.9, nesterov=True, weight_decay=config.weight_decay)
    optimizer.exclude_from_weight_decay(var_list=[weight for weight in weights if len(weight.shape) < 2])
    return optimizer


def accuracy(network: keras.Model, images: np.ndarray, labels: np.ndarray) -> float:
    """Return the share of images that a network classifies as labelled."""
    batches = math.ceil(len(images) / 1000)
    guesses = [np.argmax(network.predict_on_batch(part)[1], -1) for part in np.array_split(images, batches)]
    return float(np.mean(np.concatenate(guesses) == labels))
