"""Samples of known making, their grids and their figures, for `quality_words.py`.

The sets are CIFAR-10's horses, drawn horses and emoji. Of each there are samples of two runs of every length, of a run
that collapses, and images that are copied, blurred, compressed or mixed. About half an hour on two cores.

Usage: python benchmarks/quality_words_samples.py SAMPLES EMOJI; what is there already stays. SAMPLES takes the
samples as .npy files; the grids and the figures go to benchmarks/quality_words.
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import csv
import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path

import keras
import numpy as np
import tyro
from PIL import Image

from keras_gan import data
from keras_gan.console import say
from keras_gan.data import degradations
from keras_gan.data.grids import save_grid
from keras_gan.data.images import in_range, nearest_levels
from keras_gan.metrics import Cifar10ResNet, density_coverage, frechet_distance, precision_recall
from keras_gan.metrics.ladder import Ladder, extract, measure_ladder
from keras_gan.metrics.statistics import feature_statistics
from keras_gan.training.build import build_model
from keras_gan.training.changes import change
from keras_gan.training.presets import PRESETS

FOLDER = Path(__file__).parent / "quality_words"

#: Images of a grid, and samples that are measured.
TILES, COUNT = 36, 1000

PENALTY = PRESETS["demo"]
CLIPPING = change(
    PENALTY,
    clip_threshold=0.03,
    gradient_penalty=None,
    optimizer="rmsprop",
    critic_learning_rate=2e-4,
    generator_learning_rate=2e-4,
)
COLLAPSE = change(PENALTY, n_critic=1, critic_learning_rate=1e-4, generator_learning_rate=1e-2)

#: Runs, and the steps after which samples are taken.
RUNS = {
    "penalty": (PENALTY, (0, 10, 25, 50, 100, 200, 400, 700)),
    "clipping": (CLIPPING, (30, 100, 300, 500)),
    "collapse": (COLLAPSE, (40, 100)),
}


def read_emoji(folder: Path) -> np.ndarray:
    """Return the pictures of a folder on white, 32×32."""
    images = []
    for path in sorted(folder.rglob("*.png")):
        picture = Image.open(path).convert("RGBA")
        white = Image.new("RGBA", picture.size, "white")
        white.alpha_composite(picture)
        images.append(np.asarray(white.convert("RGB").resize((32, 32), Image.Resampling.LANCZOS)))
    return np.stack(images)


def changed_images(images: np.ndarray) -> dict[str, np.ndarray]:
    """Return images that are copied, blurred, compressed or mixed, by what was done to them."""
    base, others = images[:COUNT], images[COUNT : 2 * COUNT]
    rng = np.random.default_rng(7)
    noise = degradations.gaussian_noise(base, rng)
    is_copied = (np.arange(COUNT) % 2 == 0)[:, None, None, None]
    return {
        "copied": base,
        "copied_few": images[rng.integers(0, 8, COUNT)],
        "blurred_0.7": degradations.blur(base, 0.7),
        "blurred_1.5": degradations.blur(base, 1.5),
        "compressed_20": degradations.jpeg(base, 20),
        "averaged_pairs": nearest_levels((in_range(base) + in_range(others)) / 2),
        "half_noise": np.where(is_copied, base, noise),
    }


def trained_samples(images: np.ndarray, name: str) -> Iterator[tuple[str, np.ndarray]]:
    """Train a run, and yield its samples at each of its steps."""
    config, stops = RUNS[name]
    keras.utils.set_random_seed(3)
    gan = build_model(change(config, seed=3))
    feed = gan.batches(images, config.run.batch_size)
    for before, stop in zip((0, *stops), stops):
        if stop > before:
            gan.fit(feed, steps_per_epoch=stop - before, verbose=0)
        yield f"{name}_{stop:04d}", nearest_levels(gan.generate(COUNT, seed=11))


def make_samples(folder: Path, name: str, images: np.ndarray) -> None:
    """Write the samples of a set that are not there yet."""
    images = images[np.random.default_rng(7).permutation(len(images))]
    for kind, changed in changed_images(images).items():
        _save(folder / f"{name}_{kind}.npy", changed)
    for run, (_, stops) in RUNS.items():
        if not (folder / f"{name}_{run}_{stops[-1]:04d}.npy").exists():
            for kind, samples in trained_samples(images, run):
                _save(folder / f"{name}_{kind}.npy", samples)


def _save(path: Path, images: np.ndarray) -> None:
    if not path.exists():
        np.save(path, images)
        say(f"{path.stem}")


def measure(folder: Path, name: str, images: np.ndarray) -> tuple[Ladder, list[dict[str, float | str]]]:
    """Return the ladder of a set, and the figures of all of its samples."""
    extractor = Cifar10ResNet()
    images = images[np.random.default_rng(0).permutation(len(images))]
    middle = len(images) // 2
    reference = extract(extractor, images[:middle])
    ladder = measure_ladder(extractor, images[middle : middle + COUNT], reference)
    save_grid(in_range(images[middle : middle + TILES]), FOLDER / "grids" / f"{name}.png")
    rows = []
    for path in sorted(folder.glob(f"{name}_*.npy")):
        samples = np.load(path)
        save_grid(in_range(samples[:TILES]), FOLDER / "grids" / f"{path.stem}.png")
        features = extract(extractor, samples)
        distance = frechet_distance(feature_statistics(features), feature_statistics(reference))
        figures = (*precision_recall(reference, features), *density_coverage(reference, features))
        rows.append({"grid": path.stem, "distance": distance, **dict(zip(ladder.unseen, figures))})
    return ladder, rows


def main(samples: Path, emoji: Path, data_dir: Path | None = None) -> None:
    """Make the samples, and measure them.

    Args:
        samples: Folder for the samples.
        emoji: Folder of emoji as PNG files.
        data_dir: Folder with cifar10_horses.npz, instead of Keras's copy of CIFAR-10.
    """
    sets = {"horses": data.load_horses(data_dir)[0], "toy": data.toy_horses(4000, seed=0), "emoji": read_emoji(emoji)}
    samples.mkdir(parents=True, exist_ok=True)
    (FOLDER / "grids").mkdir(parents=True, exist_ok=True)
    ladders, rows = {}, []
    for name, images in sets.items():
        make_samples(samples, name, images)
        ladder, measured = measure(samples, name, images)
        ladders[name] = dataclasses.asdict(ladder)
        rows += measured
    (FOLDER / "ladders.json").write_text(json.dumps(ladders, indent=2) + "\n", encoding="utf-8")
    with open(FOLDER / "figures.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    say(f"Grids and figures in {FOLDER}")


if __name__ == "__main__":
    tyro.cli(main, config=(tyro.conf.PositionalRequiredArgs,), description=__doc__)
