"""Lookouts beside processes that do nothing, without JAX."""

import socket
import subprocess
import sys
import time

import pytest

#: A process with a lookout: what it is told on its own standard input, its lookout is told.
PROCESS = """
import subprocess, sys, threading
command = [sys.executable, "-m", "keras_gan.training.lookout", *sys.argv[1:]]
lookout = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
if len(sys.argv) == 3:
    print(lookout.stdout.readline(), end="", flush=True)
def forward():
    for line in sys.stdin:
        print(line, end="", file=lookout.stdin, flush=True)
threading.Thread(target=forward, daemon=True).start()
lookout.stdout.read()
sys.exit(7)
"""


@pytest.fixture
def started(tmp_path):
    processes = []

    def start(name, *hub):
        (tmp_path / name).mkdir()
        command = [sys.executable, "-c", PROCESS, name, str(tmp_path / name), *hub]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        processes.append(subprocess.Popen(command, **pipes))
        return processes[-1]

    yield start
    for process in processes:
        process.kill()
        process.communicate()


@pytest.fixture
def pair(started):
    """Return two processes, and the port of the first one's lookout."""
    first = started("process 0")
    port, token = first.stdout.readline().split()
    return first, started("process 1", "localhost", port, token), int(port)


def tell(process, line):
    print(line, file=process.stdin, flush=True)


def emptied(folder):
    """Wait until a folder is gone."""
    until = time.monotonic() + 20
    while folder.exists() and time.monotonic() < until:
        time.sleep(0.05)
    return not folder.exists()


@pytest.mark.parametrize("victim", [0, 1])
def test_the_death_of_one_ends_the_other(pair, tmp_path, victim):
    processes = pair[:2]
    for process in processes:
        tell(process, "advice Go on.")
    # The connection of both has been made once this is heard.
    time.sleep(1)
    processes[victim].kill()
    _, errors = processes[1 - victim].communicate(timeout=20)
    assert processes[1 - victim].returncode == 7
    assert errors == f"Process {victim} has ended, and ends this run. Go on.\n"
    # Nothing is left of either.
    assert all(emptied(tmp_path / f"process {index}") for index in (0, 1))


def test_processes_that_are_done_end_one_by_one(pair):
    first, second, _ = pair
    tell(second, "done")
    assert second.communicate(timeout=20)[1] == ""
    assert first.poll() is None
    tell(first, "done")
    assert first.communicate(timeout=20)[1] == ""


def test_a_process_that_has_failed_ends_the_other_alone(pair):
    first, second, _ = pair
    tell(second, "failed")
    assert first.communicate(timeout=20)[1] == "Process 1 has ended, and ends this run.\n"
    # This one has said why.
    assert second.communicate(timeout=20)[1] == ""


def test_whoever_looks_for_open_ports_ends_nothing(pair):
    first, second, port = pair
    for message in (
        b"",
        b"GET / HTTP/1.1\r\n\r\n",
        b"done\n",
        b"died\n",
        b"lost x\n",
        b"name 0 x\n",
        b"name",
        b"\xff\n",
    ):
        with socket.create_connection(("localhost", port)) as connection:
            connection.sendall(message)
    tell(second, "done")
    assert second.communicate(timeout=20)[1] == ""
    assert first.poll() is None


def test_a_process_that_jax_has_ended_says_why(pair, tmp_path):
    first, second, _ = pair
    log = "I1129 a\nF1129 08:01:40 client.h:80] Out of reach\n  what():  std::bad_cast\n    @ 0x7f\n"
    (tmp_path / "process 1" / "native.log").write_text(log)
    time.sleep(1)
    second.kill()
    # Its lookout goes on for a moment.
    lines = second.stderr.read().splitlines()
    assert lines == ["F1129 08:01:40 client.h:80] Out of reach", "  what():  std::bad_cast", lines[-1]]
    assert first.communicate(timeout=20)[1].splitlines() == [lines[-1]]
