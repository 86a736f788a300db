"""What deterministic ops cost: steps with and without them, in processes that alternate."""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import statistics
import subprocess
import sys
import time

import tyro

from keras_gan.training.changes import change
from keras_gan.training.presets import PRESETS


def step_times(preset: str, deterministic: bool, steps: int) -> list[float]:
    """Return the times of some steps in this process, in seconds."""
    import tensorflow as tf

    from keras_gan import image_batches
    from keras_gan.data import toy_horses
    from keras_gan.training.build import build_model
    from keras_gan.training.runtime import set_seeds

    config = change(PRESETS[preset], deterministic=deterministic)
    set_seeds(config.run.seed, deterministic)
    gan, run = build_model(config), config.run
    batch = next(iter(image_batches(toy_horses(max(64, run.batch_size)), run.batch_size, run.n_critic)))
    step = tf.function(gan.train_step, jit_compile=gan.jit_compile)
    times = []
    for _ in range(steps + 2):
        begin = time.perf_counter()
        step(batch)["d_loss"].numpy()
        times.append(time.perf_counter() - begin)
    return times[2:]


def main(preset: str = "horses_gp", rounds: int = 3, steps: int = 8, only: bool | None = None):
    """Print the medians and their ratio.

    Args:
        preset: Preset whose step is measured.
        rounds: Processes of each kind.
        steps: Steps in a process.
        only: Measure in this process, with deterministic ops or without, and print the times alone.
    """
    if only is not None:
        print(*step_times(preset, only, steps))
        return
    times = {"--only=True": [], "--only=False": []}
    for _ in range(rounds):
        for flag, measured in times.items():
            command = [sys.executable, __file__, "--preset", preset, "--steps", str(steps), *flag.split("=")]
            output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
            measured += map(float, output.splitlines()[-1].split())
    deterministic, free = (statistics.median(measured) for measured in times.values())
    print(
        f"{preset}: step {1e3 * free:.0f} ms, with deterministic ops {1e3 * deterministic:.0f} ms, "
        f"{deterministic / free:.2f} ×"
    )


if __name__ == "__main__":
    tyro.cli(main)
