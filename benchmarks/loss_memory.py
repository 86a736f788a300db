"""Peak memory of a contrastive loss with its gradient, in matrices of (2N)² floats. Linux only.

Each figure is of a process of its own: the most that it held during the call less what it held after a small one.
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import pathlib
import subprocess
import sys

import numpy as np
import tyro

STATUS = pathlib.Path("/proc/self/status")


def memory(field):
    """Return a field of the process's status, such as its peak resident memory, in bytes."""
    for line in STATUS.read_text(encoding="utf-8").splitlines():
        if line.startswith(field):
            return 1024 * int(line.split()[1])
    raise RuntimeError(f"{STATUS} has no {field}")


def gradient_of(name, way):
    """Return a function of stacked views that computes the loss's value and gradient."""
    import tensorflow as tf

    from keras_gan import losses

    loss = getattr(losses, name)()

    def step(views):
        with tf.GradientTape() as tape:
            tape.watch(views)
            value = loss(None, views)
        return value, tape.gradient(value, views)

    return step if way == "eager" else tf.function(step, jit_compile=way == "XLA")


def measure(name, way, samples, features):
    """Print the peak of one loss in one way of running."""
    import tensorflow as tf

    step = gradient_of(name, way)
    rng = np.random.default_rng(0)
    views = tf.constant(rng.normal(size=(samples, 2, features)).astype("float32"))
    [x.numpy() for x in step(views[:64])]
    before = memory("VmRSS")
    pathlib.Path("/proc/self/clear_refs").write_text("5", encoding="utf-8")  # starts the peak anew
    [x.numpy() for x in step(views)]
    peak = memory("VmHWM") - before
    matrix = 4 * (2 * samples) ** 2
    print(f"{name:<8} {way:<6} N={samples}: {peak / 2**20:7.0f} MiB, {peak / matrix:.2f} matrices of (2N)² floats")


def main(name: str = "", way: str = "", samples: int = 4096, features: int = 256):
    """Print the peaks of both losses, eagerly and compiled.

    Args:
        name: InfoNCE or NTXent; both if empty.
        way: eager, graph or XLA; all if empty.
        samples: N, the samples of two views each.
        features: Length of an embedding.
    """
    if name and way:
        return measure(name, way, samples, features)
    for one in [name] if name else ["InfoNCE", "NTXent"]:
        for how in [way] if way else ["eager", "graph", "XLA"]:
            command = [sys.executable, __file__, "--name", one, "--way", how]
            subprocess.run([*command, "--samples", str(samples), "--features", str(features)], check=True)
    return None


if __name__ == "__main__":
    tyro.cli(main)
