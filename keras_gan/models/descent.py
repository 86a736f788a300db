"""Optimizer steps on a single network."""

from collections.abc import Callable
from typing import Any, TypeVar

import keras
from keras import ops

from keras_gan.models import autodiff
from keras_gan.models.tracker import global_norm
from keras_gan.tensors import Tensor

Values = TypeVar("Values")


def descend(
    objective: Callable[[], tuple[Tensor, Values]], network: keras.Model, optimizer: keras.optimizers.Optimizer
) -> tuple[Values, Tensor, Tensor]:
    """Take one optimizer step on a network.

    Args:
        objective: Function that returns the loss, which includes the regularisation, and the values to report.
        network: The model whose trainable weights are updated.
        optimizer: The optimizer of the network.

    Returns:
        The values to report, the global norm of the gradients, and the learning rate of this step.
    """

    def scaled_objective() -> tuple[Tensor, Values]:
        loss, values = objective()
        return optimizer.scale_loss(loss), values

    weights = network.trainable_weights
    (_, values), gradients = autodiff.value_and_gradients(scaled_objective, weights)
    norm = global_norm([gradient for gradient in gradients if gradient is not None]) / optimizer.scale_loss(1.0)
    learning_rate = ops.cast(ops.convert_to_tensor(optimizer.learning_rate), "float32")
    autodiff.apply_gradients(optimizer, gradients, weights)
    return values, norm, learning_rate


def build_optimizer(
    optimizer: keras.optimizers.Optimizer | str | dict[str, Any], network: keras.Model, name: str, auto_scale_loss: bool
) -> keras.optimizers.Optimizer:
    """Return an optimizer that is built for a network.

    Args:
        optimizer: An optimizer, or its name or config.
        network: The model whose trainable weights the optimizer will update.
        name: Name of the network, for errors.
        auto_scale_loss: Whether to scale the loss of a network that computes in float16.

    Raises:
        ValueError: If it is no optimizer, or one that was built for other weights.
    """
    if not isinstance(optimizer, (keras.optimizers.Optimizer, str, dict)):
        raise ValueError(f"`{name}_optimizer` must be an optimizer, or its name or config. Received: {optimizer!r}")
    try:
        optimizer = keras.optimizers.get(optimizer)
    except (ValueError, TypeError) as error:
        raise ValueError(f"`{name}_optimizer` must be one that Keras knows. Received: {error}") from error
    is_scaled = isinstance(optimizer, keras.optimizers.LossScaleOptimizer)
    if auto_scale_loss and network.compute_dtype == "float16" and not is_scaled:
        optimizer = keras.optimizers.LossScaleOptimizer(optimizer)
    # Built here, so that a saved state can be loaded and the compiled step does not create variables.
    if not optimizer.built:
        optimizer.build(network.trainable_weights)
    _check_weights(optimizer, network, name)
    return optimizer


def check_trained_weights(optimizer: keras.optimizers.Optimizer, network: keras.Model, name: str) -> None:
    """Refuse a network that is frozen, or whose layers were frozen or thawed after `compile`.

    Args:
        optimizer: The optimizer of the network, which is built.
        network: The model that it trains.
        name: Name of the network, for errors.

    Raises:
        ValueError: If there are no trainable weights, or the optimizer was built for others.
    """
    if not network.trainable_weights:
        raise ValueError(f"`{name}` must have trainable weights. Received: {network!r}, which has none or is frozen")
    _check_weights(optimizer, network, name)


def _check_weights(optimizer: keras.optimizers.Optimizer, network: keras.Model, name: str) -> None:
    # A traced step would go on training frozen weights, and JAX would use the state of another network's weights.
    if list(map(id, optimizer._trainable_variables)) != list(map(id, network.trainable_weights)):
        raise ValueError(
            f"`{name}_optimizer` must be a new optimizer, or one that was built for the trainable weights of this "
            f"{name}. After layers are frozen or thawed, call `compile` with new optimizers. "
            f"Received: {type(optimizer).__name__}, built for other weights"
        )
