"""The network of `Cifar10ResNet`: architecture, outputs and storage."""

import math
from pathlib import Path

import keras
import numpy as np
from keras import layers

from keras_gan.tensors import Tensor

IMAGE_SHAPE = (32, 32, 3)

CLASSES = 10

#: Factor between the maxima and the logits; without it the logits would learn too fast.
LOGIT_SCALE = 1 / 9

#: Filters of the whitening layer: each of the 12 directions of a 2×2 patch of three channels, with both signs.
WHITENING_FILTERS = 24

#: Filters of the three blocks; the filters of the last block give the features.
FILTERS = (64, 216, 216)

#: Format of the images and feature maps, whatever the format in keras.json.
DATA_FORMAT = "channels_last"


def cifar10_network(feature_scale: float = 1.0) -> keras.Model:
    """Build a residual network of seven convolutions: whitened patches, then three blocks of two.

    Args:
        feature_scale: Factor of the features in the output. It does not affect the logits. Defaults to 1.

    Returns:
        A model from images `(batch, 32, 32, 3)`, uint8 or floats in [0, 255], to float32 features `(batch, 216)` and
        logits `(batch, 10)`. The features are the maxima of the last feature maps.

    References:
        - D. Page, How to Train Your ResNet, https://myrtle.ai/learn/how-to-train-your-resnet/
        - [Jordan, 2024](https://arxiv.org/abs/2404.00498), for the whitening, the identity initialisation, the widths
          and the alternate mirroring
    """
    images = keras.Input(IMAGE_SHAPE, name="images")
    x = layers.Rescaling(1 / 127.5, -1.0)(images)
    whitening = layers.Conv2D(
        WHITENING_FILTERS, 2, data_format=DATA_FORMAT, use_bias=False, trainable=False, name="whitening"
    )
    x = whitening(x)
    x = layers.Activation("relu")(x)
    for filters in FILTERS:
        x = _block(x, filters)
    maxima = layers.GlobalMaxPooling2D(data_format=DATA_FORMAT, dtype="float32")(x)
    features = layers.Rescaling(feature_scale, dtype="float32", name="features")(maxima)
    logits = layers.Dense(CLASSES, dtype="float32", name="logits")(maxima * LOGIT_SCALE)
    return keras.Model(images, [features, logits], name="cifar10_network")


def _block(x: Tensor, filters: int) -> Tensor:
    x = layers.Activation("relu")(_convolution(x, filters, pool=True))
    return layers.Activation("relu")(layers.Add()([x, _convolution(x, filters)]))


def _convolution(x: Tensor, filters: int, pool: bool = False) -> Tensor:
    convolve = layers.Conv2D(
        filters, 3, padding="same", data_format=DATA_FORMAT, use_bias=False, kernel_initializer=_partial_identity
    )
    x = convolve(x)
    if pool:
        x = layers.MaxPooling2D(data_format=DATA_FORMAT)(x)
    return layers.BatchNormalization(momentum=0.6, scale=False)(x)


def _partial_identity(shape: tuple[int, ...], dtype: str | None = None) -> Tensor:
    """Return a random kernel whose first filters copy the input channels."""
    kernel = keras.ops.convert_to_numpy(keras.initializers.HeUniform()(shape)).copy()
    passed = min(shape[2:])
    kernel[:, :, :, :passed] = 0.0
    kernel[shape[0] // 2, shape[1] // 2, range(passed), range(passed)] = 1.0
    return keras.ops.convert_to_tensor(kernel, dtype)


def save_network(network: keras.Model, path: str | Path, feature_scale: float = 1.0) -> None:
    """Save a network's weights, as float16 arrays in their order, and its feature scale in one .npz file.

    Raises:
        ValueError: If float16 cannot hold a weight.
    """
    weights = [keras.ops.convert_to_numpy(weight).astype(np.float16) for weight in network.weights]
    if not all(np.isfinite(weight).all() for weight in weights):
        raise ValueError("`network` must have weights that float16 can hold. Received: weights beyond ±65504, or NaN")
    np.savez(path, *weights, feature_scale=feature_scale)


def load_network(path: str | Path) -> keras.Model:
    """Load a network that `save_network` saved."""
    with np.load(path) as arrays:
        network = cifar10_network(float(arrays["feature_scale"]))
        weights = [arrays[f"arr_{index}"].astype(np.float32) for index in range(len(network.weights))]
    network.set_weights(weights)
    return network


def mirrored_outputs(network: keras.Model, images: Tensor) -> tuple[np.ndarray, np.ndarray]:
    """Return features and logits of images, averaged over each image and its mirror image."""
    pairs = zip(network.predict_on_batch(images), network.predict_on_batch(images[:, :, ::-1]))
    return tuple((one + mirrored) / 2 for one, mirrored in pairs)


def outputs(network: keras.Model, images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return `mirrored_outputs` of many images, computed in batches of about a thousand."""
    batches = np.array_split(images, math.ceil(len(images) / 1000))
    features, logits = zip(*(mirrored_outputs(network, batch) for batch in batches))
    return np.concatenate(features), np.concatenate(logits)
