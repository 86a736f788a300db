"""Held-out images, in any of the forms that `fit` and `evaluate` take, checked before any work is lost."""

import inspect
import itertools
import math
from collections.abc import Mapping
from typing import Any

import keras
import numpy as np

from keras_gan.checks import check_count
from keras_gan.data.pipeline import ImageFeed
from keras_gan.models.feeds import check_element, check_endless, check_is_feed
from keras_gan.models.inputs import check_alone


def held_out_images(
    x: Any, steps: int | None, image_shape: tuple[int, ...], name: str, steps_name: str
) -> tuple[Any, int | None]:
    """Check held-out images, an array whole and a dataset by its first element.

    Args:
        x: Images in a form that `fit` takes.
        steps: Elements that are to be taken from `x`, or None for all.
        image_shape: Height, width and channels that the images must have.
        name: Name of `x` in errors.
        steps_name: Name of `steps` in errors.

    Returns:
        Images that can be read more than once, and the steps to take from them. Those of a feed or a generator are
        taken now, as one array.

    Raises:
        ValueError: If they are no images that the model takes, or `steps` is missing.
    """
    check_is_feed(x, name)
    if steps is not None:
        check_count(steps, steps_name)
    if isinstance(x, ImageFeed) or inspect.isgenerator(x):
        if steps is None:
            raise ValueError(f"`{steps_name}` must be given with a feed or a generator. Received: None")
        return _joined(x, steps, image_shape, name), None
    check_endless(x, steps, steps_name)
    for first in _first(x):
        check_element(first, image_shape, 1, f"`{name}`")
    return x, steps


def with_validation(
    x: Any, arguments: Mapping[str, Any], batch_size: int, image_shape: tuple[int, ...]
) -> tuple[Any, dict[str, Any]]:
    """Check the validation data among the arguments of `fit`, or split it off.

    Args:
        x: Images to train on.
        arguments: Further arguments of `fit`.
        batch_size: Images of one critic update, which are also scored at a time unless `validation_batch_size` is
            given.
        image_shape: Height, width and channels that the images must have.

    Returns:
        The images to train on, and the arguments with validation data that can be read in each epoch.

    Raises:
        ValueError: If the validation data are no images that the model takes.
    """
    given = dict(arguments)
    share, data = given.pop("validation_split", None), given.pop("validation_data", None)
    if data is None and share:
        x, data = _split_off(x, share)
    if data is None:
        return x, given
    images, targets, weights = keras.utils.unpack_x_y_sample_weight(data)
    check_alone(**{"validation_data[1]": targets, "validation_data[2]": weights})
    if given.get("validation_batch_size") is None:
        given["validation_batch_size"] = batch_size
    check_count(given["validation_batch_size"], "validation_batch_size")
    names = "validation_data", "validation_steps"
    images, steps = held_out_images(images, given.get("validation_steps"), image_shape, *names)
    return x, {**given, "validation_data": images, "validation_steps": steps}


def _split_off(x: Any, share: float) -> tuple[Any, Any]:
    """Split the last images off an array, as Keras does."""
    if not hasattr(x, "shape"):
        raise ValueError(
            f"`validation_split` splits arrays: give `validation_data` with other feeds. Received: {type(x).__name__}"
        )
    first = math.floor(len(x) * (1.0 - share))
    if not 0 < first < len(x):
        raise ValueError(
            f"`validation_split` must leave images on both sides of {len(x)}. Received: validation_split={share}"
        )
    return x[:first], x[first:]


def _first(x: Any) -> list[Any]:
    """Return an array whole, or the first element of a dataset; nothing of a feed that Keras knows and we do not."""
    if hasattr(x, "shape"):
        return [x]
    if isinstance(x, keras.utils.PyDataset):
        return [x[0]]
    return list(itertools.islice(x, 1)) if hasattr(x, "element_spec") else []


def _joined(elements: Any, steps: int, image_shape: tuple[int, ...], name: str) -> np.ndarray:
    batches = []
    for element in itertools.islice(elements, steps):
        check_element(element, image_shape, 1, f"`{name}`")
        images = keras.utils.unpack_x_y_sample_weight(element)[0]
        batches.append(np.reshape(images, (-1, *image_shape)))
    if not batches:
        raise ValueError(f"`{name}` must hold at least one image. Received: none")
    return np.concatenate(batches)
