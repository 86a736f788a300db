"""What `fit` is fed with, in any of the forms that Keras takes, checked before any work is lost."""

import functools
import inspect
import itertools
import numbers
from typing import Any

import keras
import numpy as np

from keras_gan.checks import check_count
from keras_gan.data.pipeline import ImageFeed
from keras_gan.data.ranges import check_range
from keras_gan.models.datasets import checked_dataset
from keras_gan.models.step_images import check_division, check_format, images_alone, is_split


def check_step_sizes(count: int, batch_size: int, n_critic: int) -> None:
    """Refuse an array of images of which the last step is not `n_critic` equal batches.

    Args:
        count: Images in the array.
        batch_size: Images of one critic update.
        n_critic: Critic updates in a step.

    Raises:
        ValueError: If the batch size is no positive integer, or the last step cannot be split.
    """
    check_count(batch_size, "batch_size")
    if count == 0:
        raise ValueError("`x` must hold at least one image. Received: none")
    rest = count % (n_critic * batch_size)
    if rest % n_critic:
        raise ValueError(
            f"`batch_size` must split {count} images into steps of n_critic = {n_critic} equal batches. "
            f"Received: batch_size={batch_size}, which leaves a last step of {rest} images"
        )


def check_endless(x: Any, steps: int | None, name: str = "steps_per_epoch") -> None:
    """Refuse a feed that never ends without a number of steps: `fit` would never come back.

    Args:
        x: What `fit` is given.
        steps: Number of steps to take from it, or None.
        name: Name of this argument. Defaults to "steps_per_epoch".

    Raises:
        ValueError: If the feed is known to be endless, and there is no number of steps.
    """
    if steps is None and _is_endless(x):
        raise ValueError(f"`{name}` must be given with an endless feed of images. Received: None")


def _is_endless(x: Any) -> bool:
    if isinstance(x, ImageFeed):
        return True
    if isinstance(x, keras.utils.PyDataset):
        return x.num_batches is None
    # TensorFlow's constant for an infinite dataset; one that may end has another, or its length.
    return hasattr(x, "cardinality") and int(x.cardinality()) == -1


def check_is_feed(x: Any, name: str) -> None:
    """Refuse what is no feed of images in any form.

    Args:
        x: What a model is given.
        name: Name of the argument.

    Raises:
        ValueError: If it is None, a number, a text or a container of arrays.
    """
    if x is None or isinstance(x, (numbers.Number, str, list, tuple, dict)):
        raise ValueError(
            f"`{name}` must be images: an array, the result of `gan.batches`, a `tf.data.Dataset`, a `PyDataset` or a "
            f"generator. Received: {type(x).__name__}"
        )


def check_element(data: Any, image_shape: tuple[int, ...], n_critic: int, source: str) -> None:
    """Check the images of one step, or of a whole array, on the host.

    Args:
        data: Images, or a tuple of them alone.
        image_shape: Height, width and channels that the images must have.
        n_critic: Number of equal batches that the images are to be split into.
        source: Name of the images in errors.

    Raises:
        ValueError: If there is more than images, or these are none, not as many, or of another shape, dtype or range.
    """
    images = images_alone(data, source)
    check_format(images, image_shape, source)
    if images.shape[0] == 0:
        raise ValueError(f"{source} must hold at least one image. Received: none")
    check_range(np.asarray(images), source)
    if not is_split(images, image_shape):
        check_division(len(images), n_critic)


def checked_feed(x: Any, image_shape: tuple[int, ...], n_critic: int, refusals: list[ValueError]) -> Any:
    """Check an array of images, or the first images of another feed, without a change to what is trained on.

    Args:
        x: What `fit` is given.
        image_shape: Height, width and channels that the images must have.
        n_critic: Critic updates in a step.
        refusals: List that gets the error about a dataset, whose first images are only seen in training: `refusing`
            raises it.

    Returns:
        A feed of the same images. That of a generator or a dataset replaces it.

    Raises:
        ValueError: If the images are none that the model can be trained on.
    """
    check_is_feed(x, "x")
    check = functools.partial(check_element, image_shape=image_shape, n_critic=n_critic, source="`x`")
    if hasattr(x, "shape"):
        # The last step of an array may be smaller: `check_step_sizes` has looked at it.
        check(x, n_critic=1)
    elif hasattr(x, "element_spec"):
        return checked_dataset(x, image_shape, check, refusals)
    elif isinstance(x, keras.utils.PyDataset):
        check(x[0])
    elif inspect.isgenerator(x):
        first = list(itertools.islice(x, 1))
        for element in first:
            check(element)
        # Keras takes no iterators but generators.
        return (element for element in itertools.chain(first, x))
    return x
