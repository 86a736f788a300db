"""Short training runs whose outcome is known from how they were made, as run folders.

Usage: python benchmarks/detector_runs.py FOLDER [--seeds 0 1 2]; what is there already stays.
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import itertools
import shutil
from pathlib import Path

import keras
import numpy as np
import tyro

from keras_gan import data
from keras_gan.analysis.run.saved_run import REAL_PICTURE
from keras_gan.callbacks import DivergenceGuard, LossCsv, QualityMonitor, SampleGrid
from keras_gan.console import say
from keras_gan.data.grids import save_grid
from keras_gan.metrics import Cifar10ResNet, Evaluator
from keras_gan.training import run_folder
from keras_gan.training.build import build_model
from keras_gan.training.changes import change
from keras_gan.training.presets import PRESETS

#: Seeds that the detectors' thresholds were chosen on, and seeds that they were not.
TUNING_SEEDS, HELD_OUT_SEEDS = (0, 1), (100, 101)

#: Images of the set, and of the set that is small enough to be learnt by heart.
IMAGES, FEW_IMAGES = 1000, 8

#: How often, and on how many samples, each run's quality is measured.
EVALUATIONS, QUALITY_SAMPLES = 6, 500

PENALTY = change(
    PRESETS["demo"],
    dataset="toy",
    epochs=300,
    n_critic=2,
    latent_dim=32,
    generator_filters=(32, 16, 8, 3),
    generator_kernel_size=3,
    critic_filters=(16, 32, 64),
    critic_kernel_size=3,
)

CLIPPING = change(
    PENALTY,
    clip_threshold=0.05,
    gradient_penalty=None,
    optimizer="rmsprop",
    critic_learning_rate=2e-4,
    generator_learning_rate=2e-4,
)

#: What is done to a run, by its outcome.
RECIPES = {
    "healthy_penalty": change(PENALTY, epochs=600, n_critic=3, critic_filters=(32, 64, 128)),
    "healthy_clipping": change(CLIPPING, epochs=600, n_critic=5),
    # The generator is trained far more than the critic can follow.
    "collapse": change(PENALTY, n_critic=1, critic_learning_rate=1e-4, generator_learning_rate=1e-2),
    # Scores of weights this small hardly depend on the image.
    "dead_critic": change(CLIPPING, clip_threshold=1e-4),
    "exploding": change(PENALTY, critic_learning_rate=0.1, generator_learning_rate=0.1),
    "weak_constraint": change(
        PENALTY, gradient_penalty=0.05, beta_1=0.9, critic_learning_rate=5e-3, generator_learning_rate=5e-3
    ),
    "oscillation": change(
        PENALTY,
        gradient_penalty=1.0,
        beta_1=0.9,
        n_critic=1,
        critic_learning_rate=1e-3,
        generator_learning_rate=4e-3,
    ),
    "critic_dominates": change(PENALTY, generator_learning_rate=1e-7),
    "generator_dominates": change(PENALTY, critic_learning_rate=1e-7, generator_learning_rate=1e-3),
    "memorisation": change(PENALTY, epochs=1500, n_critic=3, latent_dim=8),
}


def make(name: str, seed: int, folder: Path):
    """Train one run, and keep its files."""
    config = change(RECIPES[name], seed=seed)
    images = data.toy_horses(FEW_IMAGES if name == "memorisation" else IMAGES, seed=seed)
    keras.utils.set_random_seed(seed)
    model = build_model(config)
    # The evaluator needs twenty; every image is there several times.
    real = np.concatenate([images] * 8) if name == "memorisation" else images
    evaluator = Evaluator(Cifar10ResNet(), real, QUALITY_SAMPLES)
    partial = folder.with_name(f"partial_{folder.name}")
    # Of a run that was interrupted.
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    run_folder.write_config(partial, config)
    np.save(partial / "real.npy", images)
    (partial / "samples").mkdir()
    save_grid(images[:64] / 127.5 - 1.0, partial / "samples" / REAL_PICTURE)
    model.fit(
        data.image_batches(images, min(config.run.batch_size, len(images)), config.run.n_critic, seed),
        steps_per_epoch=1,
        epochs=config.run.epochs,
        verbose=0,
        callbacks=[
            DivergenceGuard(),
            LossCsv(partial / "losses.csv"),
            SampleGrid(partial / "samples", config.run.epochs // EVALUATIONS),
            QualityMonitor(evaluator, config.run.epochs // EVALUATIONS, partial / "quality.csv"),
        ],
    )
    partial.rename(folder)


def make_all(folder: Path, seeds: tuple[int, ...] = TUNING_SEEDS + HELD_OUT_SEEDS):
    """Train the runs that are not there yet.

    Args:
        folder: Where they go, one folder a run.
        seeds: Their seeds, one run of each recipe for each.
    """
    for seed, name in itertools.product(seeds, RECIPES):
        path = folder / f"{name}_{seed}"
        if not path.exists():
            say(f"--- {path.name}")
            make(name, seed, path)


if __name__ == "__main__":
    tyro.cli(make_all, config=(tyro.conf.PositionalRequiredArgs,), description=__doc__)
