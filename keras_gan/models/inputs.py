"""What a GAN is made of, and the arguments of `fit` that it refuses, checked before any work is lost."""

from typing import Any

import keras
from keras import layers

from keras_gan.augmentation import Augmentation
from keras_gan.checks import check_count, check_seed, require
from keras_gan.losses import AdversarialLoss
from keras_gan.models.lipschitz import LipschitzPolicy
from keras_gan.models.moving_averages import AveragingPolicy
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


def check_verbose(verbose: Any) -> None:
    """Refuse what says nothing of how much Keras prints.

    Args:
        verbose: The argument of `fit`.

    Raises:
        ValueError: If it is neither "auto" nor 0, 1 or 2.
    """
    is_known = isinstance(verbose, (str, int)) and verbose in ("auto", 0, 1, 2)
    require(is_known, "verbose", 'one of "auto", 0, 1 and 2', repr(verbose))


def check_parts(loss: Any, lipschitz: Any, n_critic: Any, seed: Any, averaging: Any = None) -> None:
    """Refuse what is no loss, policy, number of critic updates, seed or averaging of a GAN.

    Args:
        loss: To be an adversarial loss with a reduction.
        lipschitz: To be a Lipschitz policy or None.
        n_critic: To be an integer of at least 1.
        seed: To be an integer of at least 0, or None.
        averaging: To be an averaging policy or None. Defaults to None.

    Raises:
        ValueError: If one of them is something else.
    """
    if seed is not None and (type(seed) is not int or seed < 0):
        raise ValueError(f"`seed` must be an integer of at least 0, or None. Received: seed={seed!r}")
    if seed is not None:
        check_seed(seed)
    check_count(n_critic, "n_critic")
    if not isinstance(loss, AdversarialLoss) or loss.reduction in (None, "none"):
        raise ValueError(f"`loss` must be an adversarial loss with a reduction. Received: {loss!r}")
    if lipschitz is not None and not isinstance(lipschitz, LipschitzPolicy):
        raise ValueError(f"`lipschitz` must be a LipschitzPolicy or None. Received: {lipschitz!r}")
    if averaging is not None and not isinstance(averaging, AveragingPolicy):
        raise ValueError(
            f"`averaging` must be an ExponentialAveraging, a MomentumAveraging or None. Received: {averaging!r}"
        )


def check_single_average(of_optimizer: Any) -> None:
    """Refuse an optimizer that averages the generator's weights too.

    Args:
        of_optimizer: The averaged generator of the optimizer, to be None.

    Raises:
        ValueError: If it is something else.
    """
    if of_optimizer is not None:
        raise ValueError(
            "`generator_optimizer` must have `use_ema=False` if the model has `averaging`, because samples come from "
            "one average. Received: use_ema=True"
        )


def check_augmentation(augmentation: Any, images: Shape) -> None:
    """Refuse what augments no images, or cannot tell the colours of images from their alpha.

    Args:
        augmentation: To be an augmentation or None.
        images: Height, width and channels of the images.

    Raises:
        ValueError: If it is something else, or the images have more than four channels.
    """
    if augmentation is None:
        return
    if not isinstance(augmentation, Augmentation):
        raise ValueError(f"`augmentation` must be an Augmentation or None. Received: {augmentation!r}")
    if images[-1] not in (1, 2, 3, 4):
        raise ValueError(
            "`augmentation` must be None for images that are neither grey nor in colour, with or without alpha. "
            f"Received: {type(augmentation).__name__} and images of the shape {images}"
        )


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
