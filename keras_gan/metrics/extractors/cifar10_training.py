"""Training of the network of `Cifar10ResNet`."""

import dataclasses
from pathlib import Path

import keras
import numpy as np

from keras_gan.data.cifar10 import LabelledImages
from keras_gan.metrics.extractors.cifar10_network import CLASSES, IMAGE_SHAPE, WHITENING_FILTERS


def whiten(network: keras.Model, images: np.ndarray, count: int = 5000) -> None:
    """Set the first layer's filters to the principal directions of 2×2 patches, each scaled to variance 1.

    Args:
        network: A network from `cifar10_network`.
        images: Training images, uint8.
        count: Number of images to take the patches from. Defaults to 5000.
    """
    scaled = images[:count] / 127.5 - 1.0
    windows = np.lib.stride_tricks.sliding_window_view(scaled, (2, 2), axis=(1, 2))
    patches = windows.transpose(0, 1, 2, 4, 5, 3).reshape(-1, WHITENING_FILTERS // 2)
    variances, directions = np.linalg.eigh(np.cov(patches, rowvar=False))
    kernel = (directions / np.sqrt(variances + 1e-3)).reshape(2, 2, 3, -1)
    network.get_layer("whitening").set_weights([np.concatenate([kernel, -kernel], axis=-1)])


class AugmentedImages(keras.utils.PyDataset):
    """Shuffled batches of images that are shifted, mirrored in alternate epochs, and have a square cut out.

    The batches are a function of seed and epoch.

    Args:
        images: uint8 images `(count, 32, 32, 3)`.
        labels: Labels of the images, `(count,)`.
        batch_size: Images in a batch; an incomplete last batch is dropped.
        seed: Seed of order and augmentation.
        shift: Largest shift along each axis, in pixels. Defaults to 4.
        cutout: Side of the square, in pixels. Defaults to 8.
    """

    def __init__(
        self, images: np.ndarray, labels: np.ndarray, batch_size: int, seed: int, shift: int = 4, cutout: int = 8
    ) -> None:
        super().__init__()
        self.padded = np.pad(images, ((0, 0), (shift, shift), (shift, shift), (0, 0)), mode="reflect")
        self.labels = keras.utils.to_categorical(labels, CLASSES)
        # An image is mirrored every other epoch, so that in two epochs the network sees both versions of each image.
        self.turns = np.random.default_rng(seed).integers(0, 2, len(images))
        self.batch_size = batch_size
        self.seed = seed
        self.shift = shift
        self.cutout = cutout
        #: Index of the epoch that the batches belong to.
        self.epoch = 0

    def __len__(self) -> int:
        return len(self.labels) // self.batch_size

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        order = np.random.default_rng((self.seed, self.epoch)).permutation(len(self.labels))
        chosen = order[index * self.batch_size : (index + 1) * self.batch_size]
        random = np.random.default_rng((self.seed, self.epoch, index))
        images = np.stack([self._augment(self.padded[each], random) for each in chosen])
        is_mirrored = (self.turns[chosen] + self.epoch) % 2 == 1
        images[is_mirrored] = images[is_mirrored, :, ::-1]
        return images, self.labels[chosen]

    def _augment(self, padded: np.ndarray, random: np.random.Generator) -> np.ndarray:
        side = IMAGE_SHAPE[0]
        top, left = random.integers(0, 2 * self.shift + 1, 2)
        image = padded[top : top + side, left : left + side].copy()
        top, left = random.integers(0, side - self.cutout + 1, 2)
        image[top : top + self.cutout, left : left + self.cutout] = 127
        return image


@dataclasses.dataclass(frozen=True)
class TrainingConfig:
    """Hyperparameters of the training; with the defaults the weights in the package were trained."""

    epochs: int = 62
    """Passes over the training images."""
    batch_size: int = 256
    """Images in a batch."""
    learning_rate: float = 0.25
    """Highest learning rate, reached after the warm-up; from there it falls to 0 along a cosine."""
    warm_up_epochs: int = 4
    """Epochs over which the learning rate rises from 0."""
    weight_decay: float = 0.01
    """Decoupled weight decay of the kernels, as a factor of the learning rate."""
    label_smoothing: float = 0.1
    """Weight of the uniform distribution in the targets."""
    seed: int = 42
    """Seed of initial weights, order and augmentation."""

    def __post_init__(self) -> None:
        if not 0 <= self.warm_up_epochs < self.epochs:
            raise ValueError(
                "`warm_up_epochs` must be at least 0 and less than `epochs`. "
                f"Received: warm_up_epochs={self.warm_up_epochs}, epochs={self.epochs}"
            )


def train_network(
    network: keras.Model,
    train: LabelledImages,
    test: LabelledImages,
    config: TrainingConfig,
    backup_dir: str | Path,
) -> None:
    """Train a network, or continue a training that was interrupted.

    Args:
        network: A network from `cifar10_network`.
        train: Training images and labels.
        test: Test images and labels, for the log only: they influence nothing.
        config: Hyperparameters of the training.
        backup_dir: Folder in which the state is saved after each epoch. It is deleted at the end.
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
        # `AugmentedImages` shuffles by itself, as a function of seed and epoch.
        shuffle=False,
        callbacks=[follow, keras.callbacks.BackupAndRestore(backup_dir)],
        verbose=2,
    )


def _optimizer(
    config: TrainingConfig, steps_per_epoch: int, weights: list[keras.Variable]
) -> keras.optimizers.Optimizer:
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
