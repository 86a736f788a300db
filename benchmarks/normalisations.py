"""What the critic of `wgan_small` learns without normalisation, and with that of each map or of each pixel.

Trains 600 steps on 200 images of 32×32 pixels with each, on which the gradients of the critic and the quality of the
samples are measured against the other images. Some six minutes on two cores.

    python benchmarks/normalisations.py PICTURES
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from pathlib import Path

import keras
import tyro
from small_sets import SIDE, split

from keras_gan import WGAN, GradientPenalty
from keras_gan.metrics import Cifar10ResNet, Evaluator
from keras_gan.networks import transposed, transposed_generator
from keras_gan.networks.layers.blocks import layer_normalisation

FEATURE_MAPS, BATCH, SEED = 32, 32, 0

NORMALISATIONS = {
    "none": lambda x: x,
    "each map": layer_normalisation,
    "each pixel": lambda x: keras.layers.LayerNormalization(epsilon=1e-5)(x),
}


def build(normalise):
    """Return the model of `wgan_small`, small, whose critic has a normalisation."""
    keras.utils.set_random_seed(SEED)
    shape = (SIDE, SIDE, 3)
    transposed.layer_normalisation = normalise
    critic = transposed.layer_normalised_critic(shape, FEATURE_MAPS)
    gan = WGAN(transposed_generator(shape, 128, FEATURE_MAPS), critic, GradientPenalty(10.0), n_critic=5, seed=SEED)
    gan.compile(*(keras.optimizers.Adam(1e-4, 0.0, 0.9) for _ in range(2)))
    return gan


def main(pictures: tyro.conf.Positional[Path], steps: int = 600) -> None:
    """Train with each normalisation, and print a row of each.

    Args:
        pictures: Folder or archive of pictures, such as some thousand emoji.
        steps: Steps of each, a multiple of 100.
    """
    training, held_out = split(pictures)
    evaluator = Evaluator(Cifar10ResNet(), held_out, n_samples=1000)
    print(f"{'normalisation':<15}{'FID to held-out images':>24}{'norm of the gradient of the critic':>37}")
    for name, normalise in NORMALISATIONS.items():
        gan = build(normalise)
        feed = gan.batches(training, BATCH)
        history = gan.fit(feed, steps_per_epoch=100, epochs=steps // 100, verbose=0).history
        distance = evaluator.evaluate(gan.generate(1000, seed=0)).fid_score
        print(f"{name:<15}{distance:24.1f}{history['critic_gradient_norm'][-1]:37.0f}", flush=True)


if __name__ == "__main__":
    tyro.cli(main, description=__doc__)
