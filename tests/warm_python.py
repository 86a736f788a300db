"""A Python that has loaded TensorFlow, and runs programs in its children.

Starting Python takes longer than most of these programs.
"""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile


def ends(name, file):
    """Return the descriptor that a program is given, and our end of the pipe if it is not that of a file."""
    if file is not None:
        return os.dup(file if isinstance(file, int) else file.fileno()), None
    reader, writer = os.pipe()
    return (reader, os.fdopen(writer, "w")) if name == "stdin" else (writer, os.fdopen(reader))


class Program:
    """A program that runs in a child of the warm Python; `stdin`, `stdout` and `stderr` are its files or its pipes."""

    def __init__(self, server, request, files):
        self._server = server
        given, ours = zip(*(ends(name, files.get(name)) for name in ("stdin", "stdout", "stderr")), strict=True)
        self.stdin, self.stdout, self.stderr = ours
        socket.send_fds(server, [json.dumps(request).encode()], given)
        for each in given:
            os.close(each)
        self.pid = json.loads(server.recv(64))
        self.returncode = None

    def poll(self):
        """Return the exit code, or None while the program runs."""
        with contextlib.suppress(TimeoutError, BlockingIOError):
            self.wait(0)
        return self.returncode

    def wait(self, seconds=120):
        """Return the exit code once the program has ended."""
        if self.returncode is None:
            self._server.settimeout(seconds)
            try:
                self.returncode = json.loads(self._server.recv(64))
            finally:
                self._server.settimeout(None)
        return self.returncode

    def send_signal(self, number):
        if self.poll() is None:
            os.kill(self.pid, number)

    def close(self):
        """End the program, if it still runs, and close its pipes."""
        self.send_signal(signal.SIGKILL)
        self.wait()
        for pipe in (self.stdin, self.stdout, self.stderr):
            with contextlib.suppress(BrokenPipeError):
                if pipe is not None:
                    pipe.close()


class WarmPython:
    """The process. It runs one program at a time."""

    def __init__(self):
        self._server, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        command = [sys.executable, __file__, str(theirs.fileno())]
        self._process = subprocess.Popen(command, pass_fds=[theirs.fileno()], stderr=subprocess.DEVNULL)
        theirs.close()

    def start(self, code, *arguments, env=None, cwd=None, **files):
        """Start a program. What is none of `stdin`, `stdout` and `stderr` becomes a pipe."""
        environment = dict(os.environ if env is None else env)
        request = {"code": code, "arguments": [str(each) for each in arguments], "env": environment}
        return Program(self._server, {**request, "cwd": str(cwd or os.getcwd())}, files)

    def run(self, code, *arguments, **options):
        """Run a program without input to its end; return its exit code and what it wrote."""
        with open(os.devnull) as nothing, tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as errors:
            program = self.start(code, *arguments, stdin=nothing, stdout=out, stderr=errors, **options)
            program.wait(300)
            out.seek(0)
            errors.seek(0)
            return subprocess.CompletedProcess(arguments, program.returncode, out.read(), errors.read())

    def close(self):
        self._server.close()
        self._process.wait(60)


def next_program(server):
    """Answer requests, and return the next one's code in a child of this process; None at the end."""
    while True:
        message, files, _, _ = socket.recv_fds(server, 2**20, 3)
        if not message:
            return None
        process = os.fork()
        if process == 0:
            server.close()
            return take_over(json.loads(message), files)
        for each in files:
            os.close(each)
        server.send(json.dumps(process).encode())
        server.send(json.dumps(os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])).encode())


def take_over(request, files):
    """Make this process that of the program, as if it had just been started."""
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    os.environ.clear()
    os.environ.update(request["env"])
    os.chdir(request["cwd"])
    sys.argv = ["-c", *request["arguments"]]
    sys.path[:1] = ["", *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
    return request["code"]


if __name__ == "__main__":
    import scipy.stats  # noqa: F401
    import tensorflow  # noqa: F401
    from PIL import Image

    import keras_gan.training.experiment
    import keras_gan.training.optimizers  # noqa: F401

    Image.init()

    code = next_program(socket.socket(fileno=int(sys.argv[1])))
    if code is not None:
        exec(compile(code, "<program>", "exec"), {"__name__": "__main__"})
