"""What a loss costs, value and gradient, against the best of its peers on the same inputs.

Ours and Keras's are compiled, by XLA and as a plain graph; PyTorch's and MONAI's run eagerly,
as they usually do. All of a row take turns in one run. The ratios are of medians, to the fastest peer in any way. Needs
the bench extra:

    pip install -e '.[bench]' && python benchmarks/losses.py
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
# PyTorch's threads would otherwise spin after a call, in the way of whoever comes next.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import gc
import statistics
import time
import warnings

import tensorflow as tf
import torch
import tyro
from loss_rows import RNG, all_rows


def tensorflow_step(function, arrays, xla):
    """Return a call of the compiled value and gradient."""
    inputs = [tf.constant(array) for array in arrays]

    @tf.function(jit_compile=xla)
    def step(x, *others):
        with tf.GradientTape() as tape:
            tape.watch(x)
            loss = function(x, *others)
        return loss, tape.gradient(loss, x)

    return lambda: float(step(*inputs)[0])


def torch_step(function, arrays):
    """Return a call of the value and gradient in PyTorch."""
    x, *others = (torch.tensor(array) for array in arrays)
    x.requires_grad_()

    def step():
        x.grad = None
        loss = function(x, *others)
        loss.backward()
        return loss.item()

    return step


def measure(row, repeats):
    """Return the median seconds of ours and of each peer, alternating."""
    steps = {}
    for way, xla in (("XLA", True), ("graph", False)):
        for name, function in {"ours": row.ours, **row.keras}.items():
            steps[f"{name} {way}"] = tensorflow_step(function, row.inputs, xla)
    steps |= {name: torch_step(peer, row.inputs) for name, peer in row.torch.items()}
    times = {name: [] for name in steps}
    for name in steps:
        steps[name]()
    for _ in range(repeats):
        # In another order each time, so that none always finds the caches as the same other left them.
        for name in RNG.permutation(list(steps)):
            start = time.perf_counter()
            steps[name]()
            times[name].append(time.perf_counter() - start)
    return {name: statistics.median(values) for name, values in times.items()}


def main(repeats: int = 11, threads: int = 2, only: str = ""):
    """Print what each loss takes against its peers.

    Args:
        repeats: Timed calls of each.
        threads: Threads of each framework.
        only: Part of the names of the losses to measure.
    """
    torch.set_num_threads(threads)
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    warnings.filterwarnings("ignore", module="monai")
    print(f"{'loss':<30}{'XLA ms':>8}{'graph ms':>9}{'best peer ms':>24}{'ratio: XLA':>11}{'graph':>6}   others")
    ratios = {"compiled the better way": [], "in a plain graph": []}
    for row in (row for row in all_rows() if only.lower() in row.name.lower()):
        medians = {name: 1e3 * value for name, value in measure(row, repeats).items()}
        xla, graph = medians.pop("ours XLA"), medians.pop("ours graph")
        best = min(medians, key=medians.get)
        fastest = medians.pop(best)
        ratios["compiled the better way"].append(min(xla, graph) / fastest)
        ratios["in a plain graph"].append(graph / fastest)
        peer = f"{best} {fastest:.1f}"
        others = ", ".join(f"{name} {value:.1f}" for name, value in medians.items())
        print(f"{row.name:<30}{xla:8.1f}{graph:9.1f}{peer:>24}", end="")
        print(f"{xla / fastest:11.2f}{graph / fastest:6.2f}   {others}", flush=True)
        gc.collect()
    for way, values in ratios.items():
        faster = sum(ratio < 1 for ratio in values)
        print(f"{way}: at most {max(values):.2f} x the best peer; {faster} of {len(values)} are faster")


if __name__ == "__main__":
    tyro.cli(main)
