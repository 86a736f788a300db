"""Statistics of BatchNormalization, measured for the weights that a network has."""

import contextlib
from collections.abc import Iterator, Sequence

import keras
import numpy as np

from keras_gan.models.state import inner_scope
from keras_gan.sharding import to_numpy
from keras_gan.tensors import Tensor


def set_batch_statistics(network: keras.Model, batches: Sequence[Tensor]) -> None:
    """Set the moving statistics of a network's BatchNormalization layers to those of given inputs.

    The network runs in training mode. Each moving mean becomes the mean of the batches' means, and each moving variance
    the mean of their variances. Layers that are frozen keep their statistics, and all other state stays as it is.
    PyTorch's `torch.optim.swa_utils.update_bn` does the same with unbiased variances; Keras has biased ones.

    Args:
        network: A built network.
        batches: Inputs of the network, in batches of one size.
    """
    layers = [layer for layer in network._flatten_layers() if isinstance(layer, keras.layers.BatchNormalization)]
    statistics = [variable for layer in layers for variable in (layer.moving_mean, layer.moving_variance)]
    if not statistics:
        return
    with _without_memory(layers), inner_scope() as scope:
        measured = [_run(network, batch, statistics, scope) for batch in batches]
    for variable, values in zip(statistics, zip(*measured)):
        if values[0] is not None:
            variable.assign(np.mean(values, axis=0, dtype=np.float64))


def _run(
    network: keras.Model, batch: Tensor, statistics: Sequence[keras.Variable], scope: keras.StatelessScope
) -> list[np.ndarray | None]:
    """Return the statistics of one batch; None for those that the pass does not change."""
    network(batch, training=True)
    values = [scope.get_current_value(variable) for variable in statistics]
    return [None if value is None else to_numpy(value) for value in values]


@contextlib.contextmanager
def _without_memory(layers: Sequence[keras.layers.BatchNormalization]) -> Iterator[None]:
    """Have the layers' moving statistics be those of the last batch alone, which no correction changes."""
    settings = [(layer.momentum, getattr(layer, "renorm", False)) for layer in layers]
    try:
        for layer in layers:
            layer.momentum, layer.renorm = 0.0, False
        yield
    finally:
        for layer, (momentum, renorm) in zip(layers, settings):
            layer.momentum, layer.renorm = momentum, renorm
