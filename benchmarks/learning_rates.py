"""How the large networks train at the tuning guide's learning rates, and at equal rates.

The guide's generator has a tenth of the critic's rate: `wgan_large_guide`. In `wgan_large`, both have the critic's.
Each run is `keras-gan train` on 32×32 images with 16 feature maps and batches of 16. Call the command again to go on
with runs that were interrupted.

    python benchmarks/learning_rates.py PICTURES --folder runs/learning_rates --seeds 0 1
"""

import itertools
from pathlib import Path

import numpy as np
import tyro
from trained_runs import read_rows, train

PRESETS = ("wgan_large", "wgan_large_guide")

#: Steps of an epoch, and epochs from one measurement to the next.
EPOCH, MEASURED = 100, 5

FLAGS = (
    *("--size", 32, "--generator-feature-maps", 16, "--critic-feature-maps", 16, "--batch-size", 16),
    *("--steps-per-epoch", EPOCH, "--quality-every", MEASURED, "--quality-samples", 2000),
    *("--checkpoint-every", 1, "--sample-every", MEASURED, "--wandb", "off"),
)


def main(
    pictures: tyro.conf.Positional[Path],
    folder: Path = Path("runs/learning_rates"),
    seeds: tuple[int, ...] = (0, 1),
    steps: int = 1500,
) -> None:
    """Train the runs, and print their Fréchet distance to the images after each 500 steps.

    Args:
        pictures: Folder or archive of pictures, such as some thousand emoji.
        folder: Where the runs are kept.
        seeds: Seeds of the runs of each preset.
        steps: Steps of a run, a multiple of 500.
    """
    runs = {
        (preset, seed): train(
            *(preset, folder / f"{preset}_{seed}", "--data", pictures, "--seed", seed),
            *("--epochs", steps // EPOCH, *FLAGS),
        )
        for seed, preset in itertools.product(seeds, PRESETS)
    }
    for preset in PRESETS:
        chosen = [read_rows(run / "quality.csv") for (name, _), run in runs.items() if name == preset]
        for rows in zip(*chosen):
            distances = [float(row["fid_score"]) for row in rows]
            done = EPOCH * (int(rows[0]["epoch"]) + 1)
            print(f"{preset:<18}{done:6} steps  {np.mean(distances):6.1f}  ", *(f"{each:.1f}" for each in distances))
    print(f"The runs, with their samples, are in {folder}")


if __name__ == "__main__":
    tyro.cli(main, description=__doc__)
