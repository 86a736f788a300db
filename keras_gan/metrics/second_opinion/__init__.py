"""A second opinion: figures of an evaluation, computed by TF-GAN and torch-fidelity from the same features and logits.

TF-GAN and torch-fidelity are called peers here. TF-GAN needs TensorFlow and torch-fidelity needs PyTorch, but Keras may
run on any backend, because the peers get NumPy arrays.
"""

from keras_gan.metrics.second_opinion.compare import compare
from keras_gan.metrics.second_opinion.logits import collect_with_logits
from keras_gan.metrics.second_opinion.peers import PeerError, load_peers
from keras_gan.metrics.second_opinion.table import render

__all__ = ["PeerError", "collect_with_logits", "compare", "load_peers", "render"]
