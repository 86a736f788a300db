"""Feature extractors: from uint8 images to features, and to logits where there is a classifier."""

import abc
import contextlib
import hashlib
import json
import random
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeAlias

import keras
import numpy as np

from keras_gan.tensors import Tensor

#: What an extractor returns: features `(images, features)` and logits `(images, classes)`, or None for no classifier.
Features: TypeAlias = tuple[np.ndarray, np.ndarray | None]

#: The same before it is checked: features, or a pair of features and logits, in arrays or tensors.
Outputs: TypeAlias = Tensor | Sequence[Tensor]

#: A function that can be made an extractor: from uint8 images `(images, height, width, channels)` to outputs.
FeatureFunction: TypeAlias = Callable[[np.ndarray], Outputs]


class FeatureExtractor(abc.ABC):
    """What turns images into the features that distances are taken between.

    Attributes:
        name: Name that stands beside every figure.
        weights_hash: SHA-256 of what the features depend on, in hexadecimal; None where that is not known.
        resize: What is done to images of another size than the network's.
        batch_size: Images that pass through at a time.
    """

    name: str
    weights_hash: str | None
    resize: str
    batch_size: int = 250

    @property
    def label(self) -> str:
        """What stands after the names of figures: nothing for Keras's Inception alone, whose distance is plain FID."""
        return f"[{self.name}]"

    @abc.abstractmethod
    def compute(self, images: np.ndarray) -> Outputs:
        """Return features, or features and logits, of uint8 images `(images, height, width, channels)`."""

    def __call__(self, images: np.ndarray) -> Features:
        """Return features and logits of images, checked.

        Args:
            images: uint8 images `(images, height, width, channels)`.

        Returns:
            Features, and logits or None.

        Raises:
            ValueError: If what comes out is no finite matrix with a row an image.
        """
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
    """Any function of uint8 images as an extractor.

    Args:
        function: From uint8 images `(images, height, width, channels)` to features `(images, features)`, or to a pair
            of features and logits.
        name: Name that stands beside every figure. Defaults to None, the function's own.
        weights_hash: What changes whenever the function's values do, such as the hash of a file of weights. Defaults to
            None: a `keras.Model` is known by its layers and weights; another function is not known, so that nothing of
            it is kept on disk, and its figures compare within one evaluator only.

    Raises:
        TypeError: If `function` cannot be called.
    """

    def __init__(self, function: FeatureFunction, name: str | None = None, weights_hash: str | None = None) -> None:
        if not callable(function):
            raise TypeError(f"`function` must be callable. Received: {function!r}")
        self.function = function
        is_model = isinstance(function, keras.Model)
        own_name = getattr(function, "name" if is_model else "__name__", type(function).__name__)
        self.name = name or own_name
        self.weights_hash = weights_hash or (_model_digest(function) if is_model else None)
        self.resize = "by the extractor"

    def compute(self, images: np.ndarray) -> Outputs:
        if isinstance(self.function, keras.Model):
            return self.function.predict_on_batch(images)
        return self.function(images)


def as_extractor(extractor: FeatureExtractor | FeatureFunction) -> FeatureExtractor:
    """Return an extractor as it is, and any other callable as a `CallableExtractor`."""
    return extractor if isinstance(extractor, FeatureExtractor) else CallableExtractor(extractor)


def weights_digest(model: keras.Model) -> str:
    """Return the SHA-256 of all weights of a model, in hexadecimal: equal for models that are equal to the last bit."""
    digest = hashlib.sha256()
    for weight in model.weights:
        digest.update(keras.ops.convert_to_numpy(weight).tobytes())
    return digest.hexdigest()


def _model_digest(model: keras.Model) -> str:
    """Return the SHA-256 of what a model's layers are, but for their names, and of its weights."""
    layers = [[type(layer).__name__, layer.get_config()] for layer in model.layers]
    text = json.dumps(_without_names(layers), sort_keys=True, default=str)
    return hashlib.sha256((text + weights_digest(model)).encode()).hexdigest()


def _without_names(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_names(item) for key, item in value.items() if key != "name"}
    return [_without_names(item) for item in value] if isinstance(value, (list, tuple)) else value


@contextlib.contextmanager
def built_aside() -> Iterator[None]:
    """Build networks in float32, whatever the global policy, without drawing on the seed that Keras's layers use."""
    policy, state = keras.config.dtype_policy(), random.getstate()
    keras.config.set_dtype_policy("float32")
    try:
        yield
    finally:
        keras.config.set_dtype_policy(policy)
        random.setstate(state)


def resized(images: Tensor, size: int) -> Tensor:
    """Return float32 images in [0, 255] of another size, by antialiased bicubic interpolation; a tensor.

    Args:
        images: uint8 images `(images, height, width, channels)`; grey ones get three channels.
        size: Height and width to come.

    Raises:
        ValueError: If the images have neither one nor three channels.
    """
    images = keras.ops.cast(images, "float32")
    if images.shape[-1] not in (1, 3):
        raise ValueError(f"`images` must have 1 or 3 channels. Received: {images.shape[-1]}")
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
