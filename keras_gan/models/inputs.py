"""What a GAN is made of and fed with, checked before any work is lost."""

import keras
from keras import ops


def check_networks(generator, critic):
    """Refuse networks that are not built, or a critic that does not take the generator's images.

    Raises:
        ValueError: If a network is not built, or the critic takes images of another shape.
    """
    for name, network in (("generator", generator), ("critic", critic)):
        if not isinstance(network, keras.Model) or not network.built:
            raise ValueError(f"`{name}` must be a built keras.Model. Received: {network!r}")
    image_shape, critic_shape = generator.output_shape[1:], critic.input_shape[1:]
    if len(image_shape) != len(critic_shape) or any(
        given not in (None, wanted) for given, wanted in zip(critic_shape, image_shape)
    ):
        raise ValueError(
            f"`critic` must take the generator's images, of shape {image_shape}. Received: a critic of {critic_shape}"
        )


def check_step_sizes(count: int, batch_size: int, n_critic: int):
    """Refuse an array of images of which a step, or the rest for the last step, is not `n_critic` equal batches.

    Args:
        count: Images in the array.
        batch_size: Images in a step.
        n_critic: Batches in a step.

    Raises:
        ValueError: If a step cannot be split into `n_critic` equal batches.
    """
    for size in (min(batch_size, count), count % batch_size):
        if size % n_critic:
            raise ValueError(
                f"`batch_size` must split {count} images into steps of a multiple of n_critic = {n_critic} images. "
                f"Received: batch_size={batch_size}, a step of {size} images"
            )


def check_steps_per_execution(steps_per_execution: int, steps_per_epoch: int | None):
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


def split_images(data, n_critic, image_shape):
    """Check the images of a step and split them into its batches, when the step is traced.

    Args:
        data: What `fit` hands to a step: an array of images, alone, floats in [−1, 1] or uint8.
        n_critic: Batches in a step.
        image_shape: Height, width and channels that the images must have.

    Returns:
        Images `(n_critic, batch, height, width, channels)`, of the dtype they have.

    Raises:
        ValueError: If there is more than images, or these are not as many or of such a shape and dtype.
    """
    images, targets, weights = keras.utils.unpack_x_y_sample_weight(data)
    if targets is not None or weights is not None:
        raise ValueError("A GAN trains on images alone. Received: targets or sample weights")
    if tuple(images.shape[1:]) != tuple(image_shape):
        raise ValueError(f"Images must have the generator's shape {image_shape}. Received: {images.shape[1:]}")
    if not (_is_uint8(images) or keras.backend.is_float_dtype(images.dtype)):
        raise ValueError(f"Images must be floats in [-1, 1] or uint8. Received: dtype={images.dtype}")
    count = images.shape[0]
    if count is not None and count % n_critic:
        raise ValueError(
            f"A step takes `n_critic` batches: the number of its images must be a multiple of {n_critic}. "
            f"Received: {count} images"
        )
    return ops.reshape(images, (n_critic, -1 if count is None else count // n_critic, *image_shape))


def _is_uint8(images):
    return keras.backend.standardize_dtype(images.dtype) == "uint8"
