"""The images of one step, checked and arranged when the step is traced."""

from typing import Any

import keras
from keras import ops

from keras_gan.data.images import is_image_dtype
from keras_gan.tensors import Tensor


def images_alone(data: Any, source: str = "The data") -> Any:
    """Return the images of an element of what `fit` is given, and refuse anything besides them.

    Args:
        data: Images, or a tuple of them alone.
        source: Name of the data in errors. Defaults to "The data".

    Raises:
        ValueError: If there are targets or sample weights.
    """
    images, targets, weights = keras.utils.unpack_x_y_sample_weight(data)
    if targets is not None or weights is not None:
        raise ValueError(
            f"{source} must hold images alone, because a GAN trains on images alone. Drop what comes with them: "
            "`image_dataset_from_directory(…, label_mode=None)`, or `dataset.map(lambda images, *others: images)`. "
            "Received: targets or sample weights"
        )
    return images


def check_format(images: Any, image_shape: tuple[int, ...], source: str = "Images") -> None:
    """Refuse images of another shape or dtype than a model takes.

    Args:
        images: A tensor, an array or a `tf.TensorSpec`: `(batch, height, width, channels)`, or `(batch, n_critic,
            height, width, channels)` as an `ImageFeed` has them.
        image_shape: Height, width and channels that the images must have.
        source: Name of the images in errors. Defaults to "Images".

    Raises:
        ValueError: If they are no array, have another shape, or are neither floats nor uint8.
    """
    if not hasattr(images, "shape"):
        raise ValueError(f"{source} must be one array. Received: {type(images).__name__}")
    shape = tuple(images.shape[2 if is_split(images, image_shape) else 1 :])
    if shape != tuple(image_shape):
        raise ValueError(f"{source} must have the generator's shape {image_shape}. Received: {shape}")
    if not is_image_dtype(images.dtype):
        raise ValueError(f"{source} must be floats in [-1, 1] or uint8. Received: dtype={images.dtype}")


def is_split(images: Any, image_shape: tuple[int, ...]) -> bool:
    """Return whether the images of a step come as its batches, as in an `ImageFeed`."""
    return len(images.shape) == len(image_shape) + 2


def check_division(count: int, n_critic: int) -> None:
    """Refuse the images of a step that are not `n_critic` equal batches.

    Args:
        count: Images of the step.
        n_critic: Critic updates in a step.

    Raises:
        ValueError: If the number of images is not a multiple of `n_critic`.
    """
    if count % n_critic:
        raise ValueError(
            f"A step takes `n_critic` batches: the number of its images must be a multiple of {n_critic}. The "
            f"elements of a dataset hold the images of a whole step, such as {n_critic * count} where each critic "
            f"update gets {count}. Received: {count} images"
        )


def split_images(data: Any, n_critic: int, image_shape: tuple[int, ...]) -> Tensor:
    """Check the images of a step and split them into its batches.

    Args:
        data: What `fit` hands to a step: images alone, floats in [−1, 1] or uint8, `(batch, n_critic, height, width,
            channels)` as an `ImageFeed` has them, or `(n_critic · batch, height, width, channels)`.
        n_critic: Critic updates in a step.
        image_shape: Height, width and channels that the images must have.

    Returns:
        Images `(n_critic, batch, height, width, channels)`, of the dtype they have. If their number is not known when
        the step is traced, as in the last element of a dataset, those that are left over are not used; fewer than
        `n_critic` are used more than once.

    Raises:
        ValueError: If there is more than images, or these are not as many or of such a shape and dtype.
    """
    images = images_alone(data)
    check_format(images, image_shape)
    if is_split(images, image_shape):
        if images.shape[1] != n_critic:
            raise ValueError(
                f"A step must have one batch for each of the model's n_critic = {n_critic} critic updates: "
                f"`gan.batches(images, batch_size)` makes such a feed. Received: {images.shape[1]} batches"
            )
        return ops.moveaxis(images, 1, 0)
    count = images.shape[0]
    if count is None:
        given = ops.shape(images)[0]
        size = ops.maximum(given // n_critic, 1)
        # An empty batch would make weights NaN.
        images = ops.take(images, ops.arange(n_critic * size) % given, axis=0)
        return ops.reshape(images, (n_critic, size, *image_shape))
    check_division(count, n_critic)
    return ops.reshape(images, (n_critic, count // n_critic, *image_shape))


def join_images(data: Any, image_shape: tuple[int, ...]) -> Tensor:
    """Check images that are only scored, and join those of several batches.

    Args:
        data: Images alone, in a form that `split_images` takes, but of any number.
        image_shape: Height, width and channels that the images must have.

    Returns:
        Images `(count, height, width, channels)`, of the dtype they have.

    Raises:
        ValueError: If there is more than images, or these are of another shape or dtype.
    """
    images = images_alone(data)
    check_format(images, image_shape)
    return ops.reshape(images, (-1, *image_shape)) if is_split(images, image_shape) else images
