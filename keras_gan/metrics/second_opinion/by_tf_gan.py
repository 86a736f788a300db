"""Figures that TF-GAN's functions compute.

Some of TF-GAN's definitions differ from ours. Its functions therefore get inputs for which the values are comparable:

- TF-GAN's kernel distance is a mean over consecutive blocks, and ours is a mean over random subsets. TF-GAN gets each
  subset as one block.
- TF-GAN's Inception score is that of all samples at once, and ours is a mean over ten splits. TF-GAN gets each split.
- TF-GAN's sliced Wasserstein distance is that of normalised patches of images, along directions that it draws without a
  seed. Only its distance along one direction can be used for features. It is computed in float32, and the two sets must
  have equal numbers of rows.
"""

import itertools

import numpy as np
import tensorflow as tf

from keras_gan.metrics import tf_gan
from keras_gan.metrics.kernel import draw_subsets
from keras_gan.metrics.second_opinion.questions import Figures

_EVAL = tf_gan.load("eval")


def frechet_distance(real: np.ndarray, generated: np.ndarray) -> float:
    """Return the Fréchet distance of two sets of features `(samples, features)`."""
    return float(_EVAL.frechet_classifier_distance_from_activations(real, generated))


def kernel_distance(real: np.ndarray, generated: np.ndarray, subset_size: int) -> float:
    """Return the mean kernel distance over the subsets that `keras_gan.metrics.kernel_distance` draws."""
    pairs = draw_subsets(real, generated, subset_size=subset_size)
    return float(np.mean([_kernel_distance_of_block(*pair) for pair in pairs]))


def _kernel_distance_of_block(real: np.ndarray, generated: np.ndarray) -> float:
    tensors = tf.constant(real), tf.constant(generated)
    return float(_EVAL.kernel_classifier_distance_from_activations(*tensors, max_block_size=len(real)))


def inception_score(logits: np.ndarray, splits: int) -> float:
    """Return the mean Inception score over consecutive splits of logits `(samples, classes)`."""
    ends = np.arange(splits + 1) * len(logits) // splits
    parts = (tf.constant(logits[start:end]) for start, end in itertools.pairwise(ends))
    return float(np.mean([float(_EVAL.classifier_score_from_logits(part)) for part in parts]))


def sliced_wasserstein(real: np.ndarray, generated: np.ndarray, directions: np.ndarray) -> float:
    """Return the mean Wasserstein-1 distance along directions `(features, projections)` of two sets of equal size."""
    pairs = zip((real @ directions).T, (generated @ directions).T)
    return float(np.mean([_distance_along_line(*pair) for pair in pairs]))


def _distance_along_line(real: np.ndarray, generated: np.ndarray) -> float:
    # A GPU would round to TF32, which has ten bits.
    with tf.device("CPU"):
        columns = [tf.constant(values[:, None], tf.float32) for values in (real, generated)]
        # TF-GAN draws a direction. In one dimension it is 1 or −1, up to rounding, and the distance is the same.
        return float(_EVAL.sliced_wasserstein._sliced_wasserstein(*columns, 1, 1))


FIGURES: Figures = {
    "fid_score": frechet_distance,
    "kernel_distance": kernel_distance,
    "inception_score_mean": inception_score,
    "sliced_wasserstein": sliced_wasserstein,
}
