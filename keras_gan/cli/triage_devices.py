"""The GPUs of a machine, and the runs of a grid that are trained on them at the same time."""

import queue
import subprocess
from collections.abc import Mapping

#: Variable that says which GPUs a process sees.
VISIBLE = "CUDA_VISIBLE_DEVICES"

#: Command that lists the GPUs of a machine, one number a line.
LIST_GPUS = ("nvidia-smi", "--query-gpu=index", "--format=csv,noheader")


def visible_devices(environment: Mapping[str, str]) -> list[str]:
    """Return the GPUs that this process sees, as `CUDA_VISIBLE_DEVICES` names them.

    Args:
        environment: The environment of the process.
    """
    named = environment.get(VISIBLE)
    if named is None:
        try:
            named = subprocess.run(LIST_GPUS, capture_output=True, text=True, check=True).stdout.replace("\n", ",")
        except (OSError, subprocess.CalledProcessError):
            return []
    return [name.strip() for name in named.split(",") if name.strip()]


def device_groups(per_run: int | None, environment: Mapping[str, str]) -> "queue.SimpleQueue[str | None]":
    """Return what runs take their devices from: names for `CUDA_VISIBLE_DEVICES`, or None for those of this process.

    Args:
        per_run: Devices of a run; None for one run at a time, on whatever devices there are.
        environment: The environment of the process.

    Raises:
        ValueError: If there are not so many devices.
    """
    groups: queue.SimpleQueue[str | None] = queue.SimpleQueue()
    if per_run is None:
        groups.put(None)
        return groups
    devices = visible_devices(environment)
    if len(devices) < per_run:
        raise ValueError(
            f"`devices_per_run` must be at most the number of GPUs that {VISIBLE} or nvidia-smi names. "
            f"Received: {per_run} with {len(devices)} GPUs"
        )
    for start in range(0, len(devices) - per_run + 1, per_run):
        groups.put(",".join(devices[start : start + per_run]))
    return groups
