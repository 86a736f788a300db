"""Checks of a `tf.data.Dataset`: of what it says of its elements, and of the first of them as it passes."""

import contextlib
import functools
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from keras_gan.models.step_images import check_format, images_alone, is_split


def checked_dataset(
    dataset: Any, image_shape: tuple[int, ...], check: Callable[..., None], refusals: list[ValueError]
) -> Any:
    """Check the format of a dataset's images now, and their number and range when the first of them are read.

    Args:
        dataset: The `tf.data.Dataset`.
        image_shape: Height, width and channels that the images must have.
        check: Check of the images of one element. Its argument `n_critic` is the number of equal batches that they are
            to be split into.
        refusals: List that gets the error of `check`.

    Returns:
        A dataset of the same elements. It is the dataset itself where its format leaves nothing to check.

    Raises:
        ValueError: If the dataset holds more than images, or these are of another shape or dtype.
    """
    images = images_alone(dataset.element_spec, "`x`")
    shape = images.shape
    if shape.rank is not None and None not in shape[1:]:
        check_format(images, image_shape, "`x`")
    has_known_count = shape.rank is not None and (is_split(images, image_shape) or shape[0] is not None)
    if images.dtype == "uint8" and has_known_count:
        return dataset
    if int(dataset.cardinality()) == 1:
        # The only element is also the last, whose rest may be left over.
        check = functools.partial(check, n_critic=1)
    return _with_first_checked(dataset, check, refusals)


def _with_first_checked(dataset: Any, check: Callable[..., None], refusals: list[ValueError]) -> Any:
    """Check the first element inside the input pipeline: to take it out would move the dataset's shuffling on."""
    import tensorflow as tf

    is_checked = False

    def look(images: np.ndarray) -> bool:
        nonlocal is_checked
        # Later epochs may begin with images that look like another range: no training ends by them.
        if not is_checked:
            try:
                check(images)
            except ValueError as error:
                refusals.append(error)
                raise
        is_checked = True
        return True

    def passed(index: Any, data: Any) -> Any:
        images = images_alone(data)
        looked = tf.cond(index == 0, lambda: tf.numpy_function(look, [images], tf.bool), lambda: True)
        with tf.control_dependencies([looked]):
            return tf.nest.map_structure(tf.identity, data)

    return dataset.enumerate().map(passed)


@contextlib.contextmanager
def refusing(refusals: list[ValueError]) -> Iterator[None]:
    """Raise the error that `checked_dataset` has found, in place of that of the input pipeline it was found in."""
    try:
        yield
    except Exception:
        if refusals:
            raise refusals[0] from None
        raise
