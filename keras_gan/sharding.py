"""The batch axis of a step's tensors over several devices.

A distribution of Keras (`keras.distribution`) on JAX says which devices there are. Without one, these functions do
nothing. A step derives all else from its images and its noise: XLA lays that out in the same way, so that each device
computes its share of the batch, and adds up gradients and statistics where a sum runs over the batch.
"""

import contextlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_gan.processes import process_count, process_index
from keras_gan.tensors import Tensor


class ShardedParameters(keras.distribution.DataParallel):
    """`keras.distribution.DataParallel` that also divides weights and their optimizers' state among the devices.

    Each device stores its part of every array with at least two axes, along the longest axis that they divide. The
    weights are collected where a layer needs them, so that a model may be larger than the memory of one device.

    Args:
        devices: Names of the devices. Defaults to None, all of them.

    Reference:
        Rajbhandari et al., ZeRO: Memory Optimizations Toward Training Trillion Parameter Models, arXiv:1910.02054.
    """

    def __init__(self, devices: list[str] | None = None) -> None:
        super().__init__(devices=devices, auto_shard_dataset=False)

    def get_variable_layout(self, variable: keras.Variable) -> keras.distribution.TensorLayout:
        """Return how a variable lies on the devices."""
        names: list[str | None] = [None] * len(variable.shape)
        divisible = [axis for axis, size in enumerate(variable.shape) if size % _axis_size(self) == 0]
        if len(names) > 1 and divisible:
            names[max(divisible, key=lambda axis: variable.shape[axis])] = self.batch_dim_name
        return keras.distribution.TensorLayout(names, self.device_mesh)


def shards() -> int:
    """Return the number of parts that a batch is divided into: 1 without a distribution."""
    distribution = _distribution()
    return 1 if distribution is None else _axis_size(distribution)


def check_division(batch_size: int, devices: int) -> None:
    """Refuse a batch that devices cannot divide.

    Args:
        batch_size: Images of one critic update.
        devices: Number of devices.

    Raises:
        ValueError: If the batch size is no multiple of it.
    """
    if batch_size % devices:
        raise ValueError(
            f"`batch_size` must be a multiple of the {devices} devices, such as {-(-batch_size // devices) * devices}. "
            f"Received: batch_size={batch_size}"
        )


def own_rows(batch_size: int) -> slice:
    """Return the part of a batch that this process reads, of those that train together.

    Args:
        batch_size: Images of one critic update.
    """
    if shards() == 1:
        return slice(None)
    each = batch_size // process_count()
    return slice(each * process_index(), each * (process_index() + 1))


def shard_batch(x: Tensor, axis: int = 0) -> Tensor:
    """Lay the batch axis of a tensor over the devices.

    Args:
        x: A tensor, inside a compiled step or not.
        axis: Its batch axis, of a length that the number of devices divides. Defaults to 0.

    Returns:
        The same values.

    Raises:
        ValueError: If the devices cannot divide the batch.
    """
    distribution = _distribution()
    if distribution is None:
        return x
    check_division(x.shape[axis], shards())
    names = [None] * len(x.shape)
    names[axis] = distribution.batch_dim_name
    layout = keras.distribution.TensorLayout(names, distribution.device_mesh)
    return keras.distribution.distribute_tensor(x, layout)


@contextlib.contextmanager
def undivided() -> Iterator[None]:
    """Have each device compute whole batches inside, whatever their sizes, as the last one of an evaluation has."""
    distribution = keras.distribution.distribution()
    keras.distribution.set_distribution(None)
    try:
        yield
    finally:
        keras.distribution.set_distribution(distribution)


def to_numpy(values: keras.Variable | Tensor) -> np.ndarray:
    """Return values that may be divided among devices, also among those of several processes.

    Where several processes train together, all must call it at the same point.

    Args:
        values: A variable or a tensor, outside a compiled step.
    """
    tensor = values.value if isinstance(values, keras.Variable) else values
    if process_count() == 1 or tensor.is_fully_addressable or tensor.is_fully_replicated:
        return ops.convert_to_numpy(tensor)
    from jax.experimental import multihost_utils

    return np.asarray(multihost_utils.process_allgather(tensor, tiled=True))


def localise(variables: Iterable[keras.Variable]) -> None:
    """Put variables that lie on the devices of several processes on one device of this process.

    Args:
        variables: All variables of a model.
    """
    for variable in variables:
        if not variable.value.is_fully_addressable:
            # Not by `assign`, which lays values over the devices.
            variable._value = ops.convert_to_tensor(to_numpy(variable))


@contextlib.contextmanager
def whole(variables: Iterable[keras.Variable]) -> Iterator[None]:
    """Have variables that are divided among several processes read as they are in all, such as to save them.

    The whole values are in the memory of each host, not of its devices. All processes must enter it at the same point.

    Args:
        variables: Variables that are read inside.
    """
    divided = [each for each in variables if process_count() > 1 and not each.value.is_fully_replicated]
    kept = [(each, each.value) for each in divided]
    try:
        for variable in divided:
            # Not by `assign`, which divides values, nor in a `StatelessScope`, in which Keras cannot save.
            variable._value = to_numpy(variable)
        yield
    finally:
        for variable, value in kept:
            variable._value = value


def over_devices(function: Callable[[Tensor], Tensor], batch: Tensor) -> np.ndarray:
    """Return a function of each sample alone of a batch, of which each device computes a part.

    Where several processes train together, all must call it at the same point.

    Args:
        function: A function from a batch to a batch, of each sample alone, outside a compiled step.
        batch: A batch of any size, the same in all processes.
    """
    count, size = shards(), batch.shape[0]
    if count == 1:
        return ops.convert_to_numpy(function(batch))
    # Devices divide whole batches alone.
    filled = ops.take(batch, np.arange(-(-size // count) * count) % size, axis=0)
    return to_numpy(function(shard_batch(filled)))[:size]


def join_batches(one: Tensor, other: Tensor) -> Tensor:
    """Return one batch of two equal ones, in an order in which no image changes its device.

    Args:
        one: A batch, `(batch, ...)`.
        other: Another one, of the same shape.

    Returns:
        All samples, `(2·batch, ...)`, for a function of each sample alone. `split_batches` takes its results apart.
    """
    count = shards()
    if count == 1:
        return ops.concatenate([one, other])
    parts = [ops.reshape(each, (count, -1, *each.shape[1:])) for each in (one, other)]
    return ops.reshape(ops.concatenate(parts, axis=1), (-1, *one.shape[1:]))


def split_batches(joined: Tensor, size: int | Tensor) -> tuple[Tensor, Tensor]:
    """Return the two batches that `join_batches` has joined, or what was computed of them.

    Args:
        joined: Results, `(2·size, ...)`.
        size: Samples of each batch.
    """
    count = shards()
    if count == 1:
        return joined[:size], joined[size:]
    parts = ops.reshape(joined, (count, 2, -1, *joined.shape[1:]))
    one, other = (ops.reshape(parts[:, place], (-1, *joined.shape[1:])) for place in (0, 1))
    return one, other


def on_each_shard(function: Callable[..., Tensor], *batches: Tensor) -> Tensor:
    """Call a function of each sample alone on the samples of each device.

    XLA would collect the samples of all devices where it cannot tell that a function, such as one that gathers pixels
    by their number in the batch, uses only those of one.

    Args:
        function: A function from batches to a batch, of each sample alone.
        *batches: Its arguments, `(batch, ...)`.

    Returns:
        Its result, `(batch, ...)`.
    """
    distribution = _distribution()
    if distribution is None:
        return function(*batches)
    import jax

    axis = jax.sharding.PartitionSpec(distribution.batch_dim_name)
    mesh = distribution.device_mesh.backend_mesh
    return jax.shard_map(function, mesh=mesh, in_specs=axis, out_specs=axis)(*batches)


def _distribution() -> Any:
    return keras.distribution.distribution() if keras.backend.backend() == "jax" else None


def _axis_size(distribution: Any) -> int:
    mesh = distribution.device_mesh
    return mesh.shape[mesh.axis_names.index(distribution.batch_dim_name)]
