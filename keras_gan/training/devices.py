"""The devices of a run."""

import itertools
from typing import Any

import keras

from keras_gan.checks import check_count
from keras_gan.console import say
from keras_gan.processes import process_count
from keras_gan.sharding import ShardedParameters, check_division


def use_devices(count: int | None, batch_size: int, shard_parameters: bool = False) -> None:
    """Spread the batches of all models that are built from here on over several devices.

    Each device computes its share of every batch. Weights and optimizers are the same on all of them, and the numbers
    are those of one device, but for the order of sums.

    Args:
        count: Number of devices, in all processes; 1 for one alone; None for all devices of several processes, or for
            the distribution that Keras has, which is none by default.
        batch_size: Images of one critic update.
        shard_parameters: Whether each device also stores a part of the weights and of the optimizers' state alone.
            Defaults to False, all of them on each.

    Raises:
        ValueError: If the backend is not JAX or has fewer devices, or if the devices cannot divide the batch.
    """
    if count is None and process_count() > 1:
        count = len(keras.distribution.list_devices())
    if count is None:
        return
    check_count(count, "devices")
    if count == 1 and process_count() == 1:
        keras.distribution.set_distribution(None)
        return
    _check(count, batch_size)
    devices = _chosen(count)
    replicated = keras.distribution.DataParallel(devices=devices, auto_shard_dataset=False)
    keras.distribution.set_distribution(ShardedParameters(devices) if shard_parameters else replicated)
    places = ", ".join(devices) + (f" in {process_count()} processes" if process_count() > 1 else "")
    say(f"Devices: {places}. Each computes {batch_size // count} of the {batch_size} images of a batch.")


def _chosen(count: int) -> list[str]:
    """Return the names of so many devices, as many in each process, those of a process side by side."""
    import jax

    each = count // process_count()
    groups = itertools.groupby(sorted(jax.devices(), key=_place), lambda device: device.process_index)
    return [f"{device.platform}:{device.id}" for _, group in groups for device in itertools.islice(group, each)]


def _place(device: Any) -> tuple[int, int]:
    return device.process_index, device.id


def _check(count: int, batch_size: int) -> None:
    backend = keras.backend.backend()
    if backend != "jax":
        raise ValueError(
            f"`devices` must be 1 unless the Keras backend is jax (KERAS_BACKEND=jax). Received: {count} on {backend}"
        )
    available = keras.distribution.list_devices()
    if count > len(available):
        raise ValueError(
            f"`devices` must be at most the {len(available)} that JAX has: {', '.join(available)}. Received: {count}. "
            f"JAX_NUM_CPU_DEVICES={count} in the environment divides a processor into {count} devices"
        )
    if count % process_count():
        raise ValueError(f"`devices` must be a multiple of the {process_count()} processes. Received: {count}")
    check_division(batch_size, count)
