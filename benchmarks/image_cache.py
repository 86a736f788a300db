"""What a set of many images costs: start-up, feeding and memory, with all images in one mapped file.

The images are ellipses on plain grounds, drawn once straight into the file; a later call uses it again.

    python benchmarks/image_cache.py --count 1000000 --folder DIR

The step to compare with is that of `wgan_small`, batch 64, as `benchmarks/train_step.py` measured it on two cores.
"""

import time
from pathlib import Path

import numpy as np
import tyro

from keras_gan.data import fingerprint, image_batches, load_images
from keras_gan.data.image_cache import write_images
from keras_gan.data.records import stored_record, write_record
from keras_gan.files import whole_file

SIDE = 64
BLOCK = 1000


def blocks(count):
    """Yield blocks of images with one ellipse each, of random place, axes and colours."""
    rng = np.random.default_rng(0)
    places = np.arange(SIDE, dtype=np.float32)
    for start in range(0, count, BLOCK):
        size = min(BLOCK, count - start)
        centres, axes = rng.uniform(16, 48, (2, size, 1)), rng.uniform(6, 24, (2, size, 1))
        rows, columns = np.square((places - centres) / axes).astype(np.float32)
        inside = rows[:, :, None] + columns[:, None, :] < 1
        ground, colour = rng.integers(0, 256, (2, size, 1, 1, 3), dtype=np.uint8)
        yield np.where(inside[..., None], colour, ground)


def drawn(count, folder):
    """Return the file of a set, drawn if it is not there."""
    path = folder / f"ellipses_{count}.npy"
    if stored_record(path) is None:
        begun = time.perf_counter()
        folder.mkdir(parents=True, exist_ok=True)
        with whole_file(path) as partial:
            shape, sha256 = write_images(partial, blocks(count), (count, SIDE, SIDE, 3))
        write_record(path, shape=shape, sha256=sha256)
        print(f"{count} images drawn in {time.perf_counter() - begun:.0f} s: {path.stat().st_size / 1e9:.2f} GB")
    return path


def memory():
    """Return this process's memory in megabytes: all of it, and the part that is not of files; Linux only."""
    lines = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return [int(lines[name].split()[0]) / 1024 for name in ("VmRSS", "RssAnon")]


def main(
    count: int = 1_000_000,
    folder: Path = Path("runs/image_cache"),
    step_rate: float = 1 / 2.75,
    batch_size: int = 64,
    n_critic: int = 5,
    seconds: float = 20.0,
) -> None:
    """Draw the sets, and measure.

    Args:
        count: Images of the large set.
        folder: Where the files go.
        step_rate: Steps a second of the training to compare with.
        batch_size: Images of one critic update.
        n_critic: Critic updates in a step.
        seconds: Time to feed.
    """
    for size in dict.fromkeys((10_000, count)):
        path = drawn(size, folder)
        begun = time.perf_counter()
        images = load_images(path)
        fingerprint(images)
        feed = image_batches(images, batch_size, n_critic)
        opened = time.perf_counter()
        feed.step(0)
        first = time.perf_counter()
        print(f"{size} images: opened in {1e3 * (opened - begun):.1f} ms, first step {1e3 * (first - opened):.0f} ms")
    before, steps, most = memory(), 0, (0.0, 0.0)
    begun, used = time.perf_counter(), time.process_time()
    while time.perf_counter() - begun < seconds:
        feed.step(steps)
        steps += 1
        if steps % 10 == 0:
            most = tuple(map(max, most, memory()))
    used, elapsed = time.process_time() - used, time.perf_counter() - begun
    print(
        f"fed {steps / elapsed:.0f} steps/s, {steps / elapsed / step_rate:.0f}× the step; {steps / used:.0f}/s of CPU"
    )
    print(f"memory {before[0]:.0f} MB before; at most {most[0]:.0f} MB, of which {most[1]:.0f} MB not of files")


if __name__ == "__main__":
    tyro.cli(main)
