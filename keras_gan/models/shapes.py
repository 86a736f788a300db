"""Shapes of the tensors that a network takes and returns, also of networks that subclass `keras.Model`."""

from typing import Any

import keras

from keras_gan.tensors import Shape


def latent_shape(generator: keras.Model) -> tuple[int, ...]:
    """Return the shape of one latent of a generator.

    Args:
        generator: Built `keras.Model` from latents `(batch, ...)` to images.

    Raises:
        ValueError: If the generator is not built, takes several tensors, or takes latents of more than one shape.
    """
    return _known(input_shape(generator, "generator"), "take latents")


def image_shape(generator: keras.Model) -> tuple[int, ...]:
    """Return height, width and channels of a generator's images.

    Args:
        generator: Built `keras.Model` from latents to images `(batch, height, width, channels)`.

    Raises:
        ValueError: If the generator is not built, returns several tensors, or makes images of more than one shape.
    """
    return _known(output_shape(generator, "generator"), "make images")


def input_shape(network: keras.Model, name: str) -> Shape:
    """Return the shape of one sample of a network's input.

    Functional and sequential models know it. Any other model records it when it is called or built.

    Args:
        network: The network.
        name: Name of the argument that holds the network, for errors.

    Returns:
        The shape without the batch. Sizes that may vary are None.

    Raises:
        ValueError: If the network is not built, or takes several tensors.
    """
    return _batch_input_shape(network, name)[1:]


def output_shape(network: keras.Model, name: str) -> Shape:
    """Return the shape of a network's output for one sample.

    A model that is neither functional nor sequential is traced on a symbolic input. This creates weights that `build`
    has left out.

    Args:
        network: The network.
        name: Name of the argument that holds the network, for errors.

    Returns:
        The shape without the batch. Sizes that may vary are None.

    Raises:
        ValueError: If the network is not built, cannot be traced on one tensor, or returns several tensors.
    """
    taken = _batch_input_shape(network, name)
    shapes = network.output_shape if _knows_its_shapes(network) else _traced_output_shape(network, name, taken)
    return _of_one_tensor(shapes, name, "return")[1:]


def _batch_input_shape(network: keras.Model, name: str) -> Shape:
    if not isinstance(network, keras.Model) or not network.built:
        raise ValueError(
            f"`{name}` must be a built keras.Model: call it once on a batch of its inputs. Received: {network!r}"
        )
    if _knows_its_shapes(network):
        return _of_one_tensor(network.input_shape, name, "take")
    recorded = network.get_build_config() or {}
    if not recorded:
        raise ValueError(
            f"`{name}` must record the shape of its inputs: call it once on a batch of them, or define "
            f"`get_build_config`. Received: {network!r}"
        )
    return _of_one_tensor(recorded.get("input_shape", recorded.get("shapes_dict")), name, "take")


def _traced_output_shape(network: keras.Model, name: str, taken: Shape) -> Any:
    try:
        outputs = network.compute_output_spec(keras.KerasTensor(taken, network.input_dtype))
    except Exception as error:  # The code of a user's `call` may raise anything.
        raise ValueError(
            f"`{name}` must take one tensor of the shape {taken} that it was built with. "
            f"Received: {network!r}, which raises {type(error).__name__}: {error}"
        ) from error
    return outputs.shape if isinstance(outputs, keras.KerasTensor) else outputs


def _knows_its_shapes(network: keras.Model) -> bool:
    return isinstance(network, (keras.Function, keras.Sequential))


def _of_one_tensor(shape: Any, name: str, end: str) -> Shape:
    is_shape = isinstance(shape, (tuple, list)) and all(size is None or isinstance(size, int) for size in shape)
    if not is_shape:
        count = f"a model of {len(shape)}" if hasattr(shape, "__len__") else type(shape).__name__
        raise ValueError(f"`{name}` must {end} one tensor. Received: {count}, {shape}")
    return tuple(shape)


def _known(shape: Shape, verb: str) -> tuple[int, ...]:
    sizes = tuple(size for size in shape if size is not None)
    if len(sizes) < len(shape):
        raise ValueError(f"`generator` must {verb} of one shape. Received: {shape}, with sizes that may vary")
    return sizes
