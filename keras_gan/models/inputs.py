"""What a GAN is made of and fed with, checked before any work is lost."""

from typing import Any

import keras
from keras import layers, ops

from keras_gan.checks import check_count
from keras_gan.data.pipeline import ImageFeed
from keras_gan.losses import AdversarialLoss
from keras_gan.models.lipschitz import LipschitzPolicy
from keras_gan.models.shapes import image_shape, input_shape, latent_shape, output_shape
from keras_gan.tensors import Shape


def check_networks(generator: keras.Model, critic: keras.Model) -> None:
    """Refuse networks that cannot be traced on one tensor, or a critic that does not take the generator's images.

    Raises:
        ValueError: If a network is not built, takes or returns several tensors, or reads images as channels-first, or
            if the critic takes images of another shape.
    """
    latent_shape(generator)
    made, taken = image_shape(generator), input_shape(critic, "critic")
    if not _fits(taken, made):
        raise ValueError(f"`critic` must take the generator's images, of shape {made}. Received: a critic of {taken}")
    output_shape(critic, "critic")
    for name, network in (("generator", generator), ("critic", critic)):
        _check_data_format(network, name, made)


def _check_data_format(network: keras.Model, name: str, images: Shape) -> None:
    """Refuse layers that take the rows of images for channels, as those that were built by another keras.json."""
    for layer in network._flatten_layers(include_self=False):
        # Flattened images only have another order.
        is_first = getattr(layer, "data_format", None) == "channels_first" and not isinstance(layer, layers.Flatten)
        taken = (layer.get_build_config() or {}).get("input_shape") if is_first else None
        if taken is not None and any(_fits(shape[1:], images) for shape in (taken, layer.compute_output_shape(taken))):
            raise ValueError(
                f"`{name}` must treat images as channels-last, {images}: make its layers with "
                'data_format="channels_last", or call keras.config.set_image_data_format("channels_last") before. '
                f'Received: the layer {layer.name!r} of data_format="channels_first"'
            )


def _fits(shape: Shape, images: Shape) -> bool:
    return len(shape) == len(images) and all(given in (None, wanted) for given, wanted in zip(shape, images))


def check_alone(**given: Any) -> None:
    """Refuse what `fit` of other models takes besides inputs: a GAN trains on images alone.

    Args:
        **given: Arguments of `fit`, which must all be None.

    Raises:
        ValueError: If one of them is something else.
    """
    for name, value in given.items():
        if value is not None:
            raise ValueError(f"`{name}` must be None: a GAN trains on images alone. Received: {type(value).__name__}")


def check_parts(loss: Any, lipschitz: Any, n_critic: Any, seed: Any) -> None:
    """Refuse what is no loss, policy, number of critic updates or seed of a GAN.

    Args:
        loss: To be an adversarial loss with a reduction.
        lipschitz: To be a Lipschitz policy or None.
        n_critic: To be an integer of at least 1.
        seed: To be an integer of at least 0, or None.

    Raises:
        ValueError: If one of them is something else.
    """
    if seed is not None and (type(seed) is not int or seed < 0):
        raise ValueError(f"`seed` must be an integer of at least 0, or None. Received: seed={seed!r}")
    check_count(n_critic, "n_critic")
    if not isinstance(loss, AdversarialLoss) or loss.reduction in (None, "none"):
        raise ValueError(f"`loss` must be an adversarial loss with a reduction. Received: {loss!r}")
    if lipschitz is not None and not isinstance(lipschitz, LipschitzPolicy):
        raise ValueError(f"`lipschitz` must be a LipschitzPolicy or None. Received: {lipschitz!r}")


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


def check_endless(x: Any, steps_per_epoch: int | None) -> None:
    """Refuse a feed that never ends without a length of its epochs: `fit` would never come back.

    Args:
        x: What `fit` is given.
        steps_per_epoch: Steps in an epoch, or None.

    Raises:
        ValueError: If it is known to be endless, and there are no `steps_per_epoch`.
    """
    if steps_per_epoch is None and _is_endless(x):
        raise ValueError("`steps_per_epoch` must be given with an endless feed of images. Received: None")


def _is_endless(x: Any) -> bool:
    if isinstance(x, ImageFeed):
        return True
    if isinstance(x, keras.utils.PyDataset):
        return x.num_batches is None
    # TensorFlow's constant for an infinite dataset; one that may end has another, or its length.
    return hasattr(x, "cardinality") and int(x.cardinality()) == -1


def check_steps_per_execution(steps_per_execution: int, steps_per_epoch: int | None) -> None:
    """Refuse dispatches that do not end with an epoch: Keras would run steps on beyond it.

    Args:
        steps_per_execution: Steps in a dispatch.
        steps_per_epoch: Steps in an epoch, or None where the data's end decides.

    Raises:
        ValueError: If an epoch has no whole number of dispatches.
    """
    if steps_per_epoch is not None and steps_per_epoch % steps_per_execution:
        raise ValueError(
            "`steps_per_execution` must divide `steps_per_epoch`; on JAX, `steps_per_epoch=1` allows any. "
            f"Received: steps_per_execution={steps_per_execution}, steps_per_epoch={steps_per_epoch}"
        )


def split_images(data: Any, n_critic: int, image_shape: tuple[int, ...]) -> Any:
    """Check the images of a step and split them into its batches, when the step is traced.

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
    images, targets, weights = keras.utils.unpack_x_y_sample_weight(data)
    if targets is not None or weights is not None:
        raise ValueError("A GAN trains on images alone. Received: targets or sample weights")
    is_split = len(images.shape) == len(image_shape) + 2
    shape = tuple(images.shape[2 if is_split else 1 :])
    if shape != tuple(image_shape):
        raise ValueError(f"Images must have the generator's shape {image_shape}. Received: {shape}")
    if not (_is_uint8(images) or keras.backend.is_float_dtype(images.dtype)):
        raise ValueError(f"Images must be floats in [-1, 1] or uint8. Received: dtype={images.dtype}")
    if is_split:
        if images.shape[1] != n_critic:
            raise ValueError(
                f"A step must have one batch for each of the model's n_critic = {n_critic} critic updates: "
                f"`gan.batches(images, batch_size)` makes such a feed. Received: {images.shape[1]} batches"
            )
        return ops.moveaxis(images, 1, 0)
    count = images.shape[0]
    if count is not None and count % n_critic:
        raise ValueError(
            f"A step takes `n_critic` batches: the number of its images must be a multiple of {n_critic}. "
            f"Received: {count} images"
        )
    if count is None:
        given = ops.shape(images)[0]
        size = ops.maximum(given // n_critic, 1)
        # An empty batch would make weights NaN.
        images = ops.take(images, ops.arange(n_critic * size) % given, axis=0)
        return ops.reshape(images, (n_critic, size, *image_shape))
    return ops.reshape(images, (n_critic, count // n_critic, *image_shape))


def _is_uint8(images: Any) -> bool:
    return keras.backend.standardize_dtype(images.dtype) == "uint8"
