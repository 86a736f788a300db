"""Time and memory of a report, in a process of its own: of 12000 epochs, and of a million.

Each run has 120 grids of samples.
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import tyro

from keras_gan.data.grids import save_grid

#: What a run logs, and how many columns of quality it has that most rows leave empty.
COLUMNS = (
    *("clip_ratio", "critic_gradient_norm", "critic_learning_rate", "critic_weight_mean", "critic_weight_std"),
    *("d_loss", "d_loss_fake", "d_loss_real", "dg_ratio", "g_loss", "generator_gradient_norm"),
    *("generator_learning_rate", "generator_weight_mean", "generator_weight_std", "gradient_penalty"),
    *("loss_variance", "wasserstein_distance", "epoch_time"),
)
EMPTY = 15

#: What the measured process runs; it prints seconds from its start, and MB at its peak.
REPORT = """
import time; start = time.perf_counter()
import re, sys
from keras_gan.analysis.report.write import write_report
write_report(sys.argv[1])
# The peak since the process began, where that of `resource` has its parent's in it.
print(time.perf_counter() - start, int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1]) / 1024)
"""


def write_losses(path: Path, rows: int):
    """Write a `losses.csv` of noise around 1, in as many digits as float32 has."""
    rng = np.random.default_rng(0)
    empty = "," * EMPTY
    with open(path, "w", encoding="utf-8") as file:
        file.write(",".join(["epoch", *COLUMNS, *(f"figure_{index}" for index in range(EMPTY))]) + "\n")
        for first in range(0, rows, 10_000):
            block = rng.normal(1, 0.1, (min(10_000, rows - first), len(COLUMNS))).astype(np.float32)
            lines = (",".join(map(str, row)) for row in block)
            file.writelines(f"{first + index},{line}{empty}\n" for index, line in enumerate(lines))


def write_pictures(folder: Path, count: int):
    """Write grids of 64 samples of static, which compresses worst."""
    rng = np.random.default_rng(0)
    folder.mkdir()
    for index in range(count):
        save_grid(rng.uniform(-1, 1, (64, 32, 32, 3)), folder / f"epoch_{100 * (index + 1):06d}.png")


def main(rows: tuple[int, ...] = (12_000, 1_000_000), repeats: int = 3):
    """Print the median of some repeats for each number of rows.

    Args:
        rows: Epochs of the runs.
        repeats: How often each report is made.
    """
    for count in rows:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "losses.csv"
            write_losses(path, count)
            write_pictures(path.parent / "samples", 120)
            command = [sys.executable, "-c", REPORT, folder]
            outputs = [subprocess.run(command, capture_output=True, text=True, check=True) for _ in range(repeats)]
            seconds, memory = np.median([list(map(float, done.stdout.split())) for done in outputs], axis=0)
            size = os.path.getsize(path) / 1e6
        print(f"{count} epochs, {size:.0f} MB: {seconds:.1f} s, {memory:.0f} MB at the peak", flush=True)


if __name__ == "__main__":
    tyro.cli(main, description=__doc__)
