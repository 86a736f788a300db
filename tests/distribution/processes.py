"""Processes that train together, started as a launcher starts them."""

import pathlib
import socket
import subprocess
import sys

from helpers import environment_of

#: Where plugins are found.
TESTS = str(pathlib.Path(__file__).parents[1])

#: Seconds in which the others end after one has died.
PATIENCE = 60


class Group:
    """Two processes of two devices each.

    Args:
        flags: Arguments of the command `train`.
        launcher: Variables for the number of processes and for that of each, and others with their values. Defaults to
            None, where flags tell the processes their places.
    """

    def __init__(self, *flags, launcher=None):
        with socket.create_server(("127.0.0.1", 0)) as server:
            address = f"127.0.0.1:{server.getsockname()[1]}"
        command = [sys.executable, "-m", "keras_gan", "train", *map(str, flags), "--coordinator", address]
        # As on two machines, their sets and dictionaries have other orders.
        alone = {**environment_of("jax"), "JAX_NUM_CPU_DEVICES": "2", "PYTHONUNBUFFERED": "1", "PYTHONPATH": TESTS}
        self.processes = []
        for index in range(2):
            place = ["--processes", "2", "--process", str(index)] if launcher is None else []
            own = {**alone, "PYTHONHASHSEED": str(index), **(launcher(index) if launcher else {})}
            pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
            self.processes.append(subprocess.Popen([*command, *place], env=own, **pipes))

    def read_until(self, start):
        """Read what the first process prints until a line begins with a text."""
        if not any(line.startswith(start) for line in self.processes[0].stdout):
            raise AssertionError(self.processes[0].stderr.read())

    def ended(self):
        """Return the exit codes, and what each has printed since: to standard output, and as errors."""
        printed = [process.communicate(timeout=PATIENCE) for process in self.processes]
        return [process.returncode for process in self.processes], *zip(*printed)

    def kill(self):
        """End what has not ended."""
        for process in self.processes:
            process.kill()
            process.communicate()
