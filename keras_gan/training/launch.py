"""How the processes of a run were started: by flags, or by a launcher that says so in the environment.

This module does not load Keras.
"""

import dataclasses
from collections.abc import Mapping

from keras_gan.training.options import RunOptions


@dataclasses.dataclass(frozen=True)
class Launcher:
    """Variables in which a launcher tells each process its place.

    Attributes:
        count: Number of processes.
        index: Number of this one, from 0.
        address: Host of the first process; empty if JAX finds it.
        port: Port of that host, or of the launcher, which has the port before that of the run.
        needs: Variable without which the process was started in another way.
        local_count: Number of processes on this host.
        local_index: Number of this one among them, which is that of its GPU.
        is_known_to_jax: Whether JAX finds the first process and the GPU of each by itself.
    """

    count: str
    index: str
    address: str = ""
    port: str = ""
    needs: str = ""
    local_count: str = ""
    local_index: str = ""
    is_known_to_jax: bool = False


#: Launchers, the more explicit ones first. A batch script of Slurm has all but the list of a step's nodes.
LAUNCHERS = (
    Launcher("KERAS_DISTRIBUTION_NUM_PROCESSES", "KERAS_DISTRIBUTION_PROCESS_ID", "KERAS_DISTRIBUTION_JOB_ADDRESSES"),
    Launcher(
        *("WORLD_SIZE", "RANK", "MASTER_ADDR", "MASTER_PORT", "MASTER_ADDR"),
        local_count="LOCAL_WORLD_SIZE",
        local_index="LOCAL_RANK",
    ),
    Launcher("SLURM_NTASKS", "SLURM_PROCID", needs="SLURM_STEP_NODELIST", is_known_to_jax=True),
    Launcher("OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_RANK", is_known_to_jax=True),
)

#: Hosts of a Cloud TPU, of which JAX finds all else.
TPU_HOSTS = "TPU_WORKER_HOSTNAMES"


@dataclasses.dataclass(frozen=True)
class Launch:
    """The place of this process among those of a run. What is None, JAX finds.

    Attributes:
        coordinator: `HOST:PORT` of the first process.
        count: Number of processes.
        index: Number of this one, from 0.
        device: Number of its GPU on this host; None for all.
        is_known_to_jax: Whether JAX knows the launcher.
    """

    coordinator: str | None = None
    count: int | None = None
    index: int | None = None
    device: int | None = None
    is_known_to_jax: bool = False


def read_launch(options: RunOptions, environment: Mapping[str, str]) -> Launch | None:
    """Return the place of this process among several, or None if it trains alone.

    A launcher's processes train together if the run is given `devices`, or a flag that is about processes. Otherwise
    each is a run of its own, as the many of a sweep are.

    Args:
        options: Options of the run.
        environment: The environment of the process.

    Raises:
        ValueError: If flags or variables do not make up a place.
    """
    given = options.coordinator, options.processes, options.process
    if given == (None, None, None) and options.devices in (None, 1):
        return None
    found = _from_launcher(environment)
    coordinator = options.coordinator or found.coordinator
    count = found.count if options.processes is None else options.processes
    index = found.index if options.process is None else options.process
    is_tpu = "," in environment.get(TPU_HOSTS, "")
    if given == (None, None, None) and count in (None, 1) and not is_tpu:
        return None
    if None in (count, index) and not is_tpu:
        raise ValueError(
            "`processes` and `process` must say how many processes there are and which one this is, unless a launcher "
            f"such as srun, mpirun or torchrun does. Received: processes={count}, process={index}"
        )
    if count is not None and index is not None and index >= count:
        raise ValueError(f"`process` must be less than the {count} `processes`. Received: {index}")
    if count == 1:
        return None
    return dataclasses.replace(
        found, coordinator=coordinator, count=count, index=index, is_known_to_jax=found.is_known_to_jax or is_tpu
    )


def _from_launcher(environment: Mapping[str, str]) -> Launch:
    for launcher in LAUNCHERS:
        wanted = [name for name in (launcher.count, launcher.index, launcher.needs) if name]
        if all(name in environment for name in wanted):
            count, index = (_number(environment, name) for name in (launcher.count, launcher.index))
            return Launch(
                _address(launcher, environment), count, index, _device(launcher, environment), launcher.is_known_to_jax
            )
    return Launch()


def _device(launcher: Launcher, environment: Mapping[str, str]) -> int | None:
    """Return the GPU of this process, if several on this host share them out."""
    if launcher.local_count not in environment or _number(environment, launcher.local_count) == 1:
        return None
    return _number(environment, launcher.local_index)


def _address(launcher: Launcher, environment: Mapping[str, str]) -> str | None:
    if launcher.address not in environment:
        return None
    host = environment[launcher.address].split(",")[0]
    # The launcher itself listens at its port.
    return f"{host}:{_number(environment, launcher.port) + 1}" if launcher.port else host


def _number(environment: Mapping[str, str], name: str) -> int:
    text = environment.get(name, "")
    if not text.isdecimal():
        raise ValueError(f"{name} in the environment must be a number. Received: {text[:80]!r}")
    return int(text)
