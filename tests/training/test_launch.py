"""The place of a process among those of a run."""

import pytest

from keras_gan.training.launch import Launch, read_launch
from keras_gan.training.options import RunOptions

SLURM = {"SLURM_NTASKS": "4", "SLURM_PROCID": "3", "SLURM_STEP_NODELIST": "node[07-10]"}
TORCHRUN = {"WORLD_SIZE": "2", "RANK": "1", "MASTER_ADDR": "node07", "MASTER_PORT": "29500"}
OPEN_MPI = {"OMPI_COMM_WORLD_SIZE": "8", "OMPI_COMM_WORLD_RANK": "0"}
KERAS = {
    "KERAS_DISTRIBUTION_NUM_PROCESSES": "2",
    "KERAS_DISTRIBUTION_PROCESS_ID": "1",
    "KERAS_DISTRIBUTION_JOB_ADDRESSES": "a:1234,b:1234",
}
TPU = {"TPU_WORKER_HOSTNAMES": "10.0.0.1,10.0.0.2"}


@pytest.mark.parametrize(
    ("environment", "launch"),
    [
        (SLURM, Launch(None, 4, 3, is_known_to_jax=True)),
        (TORCHRUN, Launch("node07:29501", 2, 1)),
        # One process for each of two GPUs of a host, or one for both.
        ({**TORCHRUN, "LOCAL_WORLD_SIZE": "2", "LOCAL_RANK": "1"}, Launch("node07:29501", 2, 1, device=1)),
        ({**TORCHRUN, "LOCAL_WORLD_SIZE": "1", "LOCAL_RANK": "0"}, Launch("node07:29501", 2, 1)),
        (OPEN_MPI, Launch(None, 8, 0, is_known_to_jax=True)),
        (KERAS, Launch("a:1234", 2, 1)),
        (TPU, Launch(is_known_to_jax=True)),
        # The more explicit one.
        ({**SLURM, **TORCHRUN}, Launch("node07:29501", 2, 1)),
        ({}, None),
        # In the batch script itself.
        ({**SLURM, "SLURM_STEP_NODELIST": "", "SLURM_NTASKS": "1"}, None),
        ({name: SLURM[name] for name in ("SLURM_NTASKS", "SLURM_PROCID")}, None),
    ],
)
def test_launchers_say_where_a_process_stands(environment, launch):
    assert read_launch(RunOptions(devices=8), environment) == launch
    # Tasks without `--devices` are runs of their own, as those of a sweep.
    assert read_launch(RunOptions(), environment) is None
    assert read_launch(RunOptions(devices=1), environment) is None


def test_flags_win_over_launchers():
    options = RunOptions(coordinator="node07:1", processes=2, process=0)
    assert read_launch(options, SLURM) == Launch("node07:1", 2, 0, is_known_to_jax=True)
    assert read_launch(RunOptions(coordinator="node07:1"), SLURM) == Launch("node07:1", 4, 3, is_known_to_jax=True)


@pytest.mark.parametrize(
    ("options", "environment", "message"),
    [
        ({"coordinator": "node07:1"}, {}, "`processes` and `process` must say .* Received: processes=None, process=N"),
        ({"processes": 2, "process": 2}, {}, "`process` must be less than the 2 `processes`. Received: 2"),
        ({"devices": 2}, {**SLURM, "SLURM_PROCID": "x"}, "SLURM_PROCID in the environment must be .* Received: 'x'"),
    ],
)
def test_a_place_that_cannot_be_is_refused(options, environment, message):
    with pytest.raises(ValueError, match=message):
        read_launch(RunOptions(**options), environment)


@pytest.mark.parametrize(("name", "value"), [("coordinator", "node07"), ("processes", 0), ("process", -1)])
def test_flags_of_a_place_are_checked(name, value):
    with pytest.raises(ValueError, match=f"`{name}` must be"):
        RunOptions(**{name: value})
