"""What augmentation gives a small set: samples of runs on 200 images, measured against images that no run has seen.

The images are drawn from a larger set, and all others are held out. Each run is `keras-gan train wgan_small` on 32×32
images with 32 feature maps: 4500 steps take some 15 minutes on two cores. Call the command again to go on with runs
that were interrupted.

    python benchmarks/small_sets.py PICTURES --folder runs/small_sets --seeds 0 1 2
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import itertools
import statistics
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import tyro
from scipy.spatial.distance import cdist
from trained_runs import add_row, read_rows, train

from keras_gan import load_images
from keras_gan.analysis.detectors.copies import find_originals
from keras_gan.data.images import in_range, to_uint8
from keras_gan.metrics import Cifar10ResNet, Evaluator
from keras_gan.models import load_generator
from keras_gan.models.sampling import generate

#: Images that are trained on, and the side of all images.
IMAGES, SIDE = 200, 32

#: Steps of an epoch.
EPOCH = 100

#: Samples that are compared with the training images.
COMPARED = 1000

#: Flags of each augmentation. The adaptive one may reach its full strength in a quarter of the run.
AUGMENTATIONS = {
    "none": [],
    "diffaugment": ["--augment", "diffaugment"],
    "ada": ["--augment", "ada", "--augmentation-length", "100000"],
}

FLAGS = (
    *("--generator-feature-maps", 32, "--critic-feature-maps", 32, "--batch-size", 32, "--steps-per-epoch", EPOCH),
    *("--checkpoint-every", 1, "--quality-every", 0, "--sample-every", 5, "--wandb", "off"),
)

FIGURES = ("fid_held_out", "fid_training", "copies", "near", "strength")


def split(pictures: Path) -> tuple[np.ndarray, np.ndarray]:
    """Return the images that are trained on, and the others."""
    images = load_images(pictures, size=SIDE)
    order = np.random.default_rng(0).permutation(len(images))
    return images[np.sort(order[:IMAGES])], images[np.sort(order[IMAGES:])]


def measure(run: Path, training: np.ndarray, held_out: np.ndarray) -> dict[str, float]:
    """Return the figures of a run's samples."""
    generator, _ = load_generator(run)
    samples = generate(generator, len(held_out), seed=0)
    figures = {}
    for name, real in (("fid_held_out", held_out), ("fid_training", training)):
        evaluator = Evaluator(Cifar10ResNet(), real, n_samples=len(samples))
        figures[name] = evaluator.evaluate(samples).fid_score
    compared = samples[:COMPARED]
    copies = float(np.mean(find_originals(in_range(compared), training).is_copy))
    strength = float(read_rows(run / "losses.csv")[-1].get("augmentation_strength") or 0.0)
    return {**figures, "copies": copies, "near": nearness(to_uint8(compared), training, held_out), "strength": strength}


def nearness(samples: np.ndarray, training: np.ndarray, held_out: np.ndarray) -> float:
    """Return the share of samples whose nearest image, of those trained on and as many held out, was trained on.

    It is a half where nothing is memorised. Images are compared by their features.
    """
    chosen = np.random.default_rng(0).permutation(len(held_out))[: len(training)]
    features = [Cifar10ResNet()(images)[0] for images in (samples, training, held_out[chosen])]
    to_training, to_held_out = (cdist(features[0], others).min(axis=1) for others in features[1:])
    return float(np.mean(to_training < to_held_out))


def summary(rows: list[dict[str, str]]) -> Iterator[str]:
    """Yield the lines of the table in docs/tuning.md."""
    yield "| Augmentation | Runs | FID to held-out images | FID to the training images | Copies | Nearer | Strength |"
    yield "| --- | --- | --- | --- | --- | --- | --- |"
    for name in AUGMENTATIONS:
        chosen = [row for row in rows if row["augmentation"] == name]
        if chosen:
            fids = " ".join(f"{float(row['fid_held_out']):.1f}" for row in chosen)
            means = {key: statistics.mean(float(row[key]) for row in chosen) for key in FIGURES}
            yield (
                f"| `{name}` | {len(chosen)} | {means['fid_held_out']:.1f} ({fids}) | {means['fid_training']:.1f} | "
                f"{means['copies']:.1%} | {means['near']:.1%} | {means['strength']:.2f} |"
            )


def main(
    pictures: tyro.conf.Positional[Path],
    folder: Path = Path("runs/small_sets"),
    seeds: tuple[int, ...] = (0, 1, 2),
    steps: int = 4500,
    only: tuple[str, ...] = tuple(AUGMENTATIONS),
) -> None:
    """Train the runs that are missing, measure them, and print the table.

    Args:
        pictures: Folder or archive of pictures, such as some thousand emoji.
        folder: Where the runs and the table are kept.
        seeds: Seeds of the runs with each augmentation.
        steps: Steps of a run, a multiple of 100.
        only: Augmentations to train with.
    """
    folder.mkdir(parents=True, exist_ok=True)
    training, held_out = split(pictures)
    images, table = folder / "training.npy", folder / "results.csv"
    np.save(images, training)
    for seed, name in itertools.product(seeds, only):
        if not any((row["augmentation"], row["seed"]) == (name, str(seed)) for row in read_rows(table)):
            flags = ("--data", images, "--seed", seed, "--epochs", steps // EPOCH, *FLAGS, *AUGMENTATIONS[name])
            run = train("wgan_small", folder / f"{name}_{seed}", *flags)
            figures = measure(run, training, held_out)
            add_row(table, {"augmentation": name, "seed": seed, "steps": steps, **figures})
    print("\n".join(summary(read_rows(table))))
    print(f"The table is in {table}")


if __name__ == "__main__":
    tyro.cli(main, description=__doc__)
