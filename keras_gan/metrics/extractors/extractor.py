"""Feature extractors: functions from uint8 images to features, and to logits if they have a classifier."""

import abc
import contextlib
import hashlib
import json
import random
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeAlias

import keras
import numpy as np

from keras_gan.checks import check_text
from keras_gan.data.images import check_images
from keras_gan.sharding import to_numpy
from keras_gan.tensors import Tensor

#: Output of an extractor: features `(images, features)`, and logits `(images, classes)` or None without a classifier.
Features: TypeAlias = tuple[np.ndarray, np.ndarray | None]

#: Output of a function before it is checked: features, or a pair of features and logits, as arrays or tensors.
Outputs: TypeAlias = Tensor | Sequence[Tensor]

#: A function that can serve as an extractor: from uint8 images `(images, height, width, channels)` to outputs.
FeatureFunction: TypeAlias = Callable[[np.ndarray], Outputs]


class FeatureExtractor(abc.ABC):
    """Base of feature extractors, which map images to the features that metrics compare.

    Attributes:
        name: Name of the extractor; it is reported with every figure.
        weights_hash: SHA-256 of all that the features depend on, in hexadecimal; None if that is unknown.
        resize: How images are resized to the network's input size.
        batch_size: Number of images that are processed at a time.
    """

    name: str
    weights_hash: str | None
    resize: str
    batch_size: int = 250

    @property
    def label(self) -> str:
        """Suffix of the names of figures. Only Keras's Inception has none, because its distance is called plain FID."""
        return f"[{self.name}]"

    @abc.abstractmethod
    def compute(self, images: np.ndarray) -> Outputs:
        """Return features, or features and logits, of uint8 images `(images, height, width, channels)`."""

    def __call__(self, images: np.ndarray) -> Features:
        """Return checked features and logits of images.

        Args:
            images: uint8 images `(images, height, width, channels)`.

        Returns:
            Features, and logits or None.

        Raises:
            ValueError: If the images are no uint8 images, or an output is not a finite matrix with one row per image.
        """
        check_images(images)
        outputs = self.compute(images)
        if not isinstance(outputs, (tuple, list)):
            outputs = (outputs, None)
        if len(outputs) != 2:
            raise ValueError(
                f"{self.name} must return features, or features and logits. Received: {len(outputs)} values"
            )
        features, logits = outputs
        features = _matrix(features, len(images), f"features of {self.name}")
        return features, None if logits is None else _matrix(logits, len(images), f"logits of {self.name}")


class CallableExtractor(FeatureExtractor):
    """An extractor that calls a function of uint8 images.

    Args:
        function: A function from uint8 images `(images, height, width, channels)` to features `(images, features)`, or
            to a pair of features and logits.
        name: Name that is reported with every figure. Defaults to None, the name of the function.
        weights_hash: A text that changes whenever the function's values do, such as the hash of a file of weights.
            Defaults to None. A built `keras.Model` is then identified by its layers and weights. Anything else
            then has no identity: nothing of it is cached on disk, and only figures of one evaluator can be compared.

    Raises:
        TypeError: If `function` cannot be called, or is a class.
        ValueError: If `name` or `weights_hash` is no text.
    """

    def __init__(self, function: FeatureFunction, name: str | None = None, weights_hash: str | None = None) -> None:
        if not callable(function):
            raise TypeError(f"`function` must be callable. Received: {function!r}")
        if isinstance(function, type):
            raise TypeError(f"`function` must be an instance, which is called with images. Received: {function!r}")
        for argument, text in (("name", name), ("weights_hash", weights_hash)):
            if text is not None:
                check_text(text, argument)
        self.function = function
        is_model = isinstance(function, keras.Model)
        own_name = getattr(function, "name" if is_model else "__name__", type(function).__name__)
        self.name = name or own_name
        self.weights_hash = weights_hash or _identity(function)
        self.resize = "by the extractor"

    def compute(self, images: np.ndarray) -> Outputs:
        if isinstance(self.function, keras.Model):
            return self.function.predict_on_batch(images)
        return self.function(images)


def as_extractor(extractor: FeatureExtractor | FeatureFunction) -> FeatureExtractor:
    """Return an extractor unchanged, and wrap any other callable in a `CallableExtractor`."""
    return extractor if isinstance(extractor, FeatureExtractor) else CallableExtractor(extractor)


def weights_digest(model: keras.Model) -> str:
    """Return the SHA-256 of all weights of a model, in hexadecimal."""
    digest = hashlib.sha256()
    for weight in model.weights:
        digest.update(to_numpy(weight).tobytes())
    return digest.hexdigest()


def _identity(function: FeatureFunction) -> str | None:
    """Return the digest of a built model; a model that is not built yet will draw weights of its own."""
    return _model_digest(function) if isinstance(function, keras.Model) and function.built else None


def _model_digest(model: keras.Model) -> str:
    """Return the SHA-256 of a model's layers, without their names, and of its weights."""
    layers = [[type(layer).__name__, layer.get_config()] for layer in model.layers]
    text = json.dumps(_without_names(layers), sort_keys=True, default=str)
    return hashlib.sha256((text + weights_digest(model)).encode()).hexdigest()


def _without_names(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_names(item) for key, item in value.items() if key != "name"}
    return [_without_names(item) for item in value] if isinstance(value, (list, tuple)) else value


@contextlib.contextmanager
def built_aside() -> Iterator[None]:
    """Open a context that builds networks in float32 and channels-last, and restores the global settings afterwards.

    The settings are the dtype policy, the image format of keras.json, and the random state. Keras draws the seeds of
    layers from Python's random state. So building a network here does not change the seeds of the user's layers.
    """
    policy, data_format, state = keras.config.dtype_policy(), keras.config.image_data_format(), random.getstate()
    keras.config.set_dtype_policy("float32")
    keras.config.set_image_data_format("channels_last")
    try:
        yield
    finally:
        keras.config.set_dtype_policy(policy)
        keras.config.set_image_data_format(data_format)
        random.setstate(state)


def resized(images: Tensor, size: int) -> Tensor:
    """Resize images by antialiased bicubic interpolation.

    Args:
        images: uint8 images `(images, height, width, channels)` with one, three or four channels;
            the fourth is opacity.
        size: Height and width of the result.

    Returns:
        A float32 tensor of images in [0, 255]. Grey images get three channels. Transparent images are put on white.

    Raises:
        ValueError: If the images have another number of channels.
    """
    images = keras.ops.cast(images, "float32")
    if images.shape[-1] not in (1, 3, 4):
        raise ValueError(f"`images` must have 1, 3 or 4 channels. Received: {images.shape[-1]}")
    if images.shape[-1] == 4:
        opacity = images[..., 3:] / 255.0
        images = images[..., :3] * opacity + 255.0 * (1.0 - opacity)
    if images.shape[-1] == 1:
        images = keras.ops.repeat(images, 3, axis=-1)
    if tuple(images.shape[1:3]) == (size, size):
        return images
    images = keras.ops.image.resize(
        images, (size, size), interpolation="bicubic", antialias=True, data_format="channels_last"
    )
    return keras.ops.clip(images, 0.0, 255.0)


def _matrix(values: Tensor, rows: int, name: str) -> np.ndarray:
    values = np.asarray(keras.ops.convert_to_numpy(values))
    if values.ndim != 2 or len(values) != rows:
        raise ValueError(f"The {name} must have the shape ({rows}, columns). Received: {values.shape}")
    if not np.isfinite(values).all():
        raise ValueError(f"The {name} must be finite. Received: NaN or infinite values")
    return values
