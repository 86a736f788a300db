"""Inception v3 as a feature extractor."""

import hashlib
from pathlib import Path

import keras
import numpy as np

from keras_gan.checks import checked_path
from keras_gan.metrics.extractors.extractor import FeatureExtractor, built_aside, resized, weights_digest
from keras_gan.reading import reading

INPUT_SIZE = 299

#: The file that `keras.applications` downloads, named in errors for machines that cannot download it.
WEIGHTS_URL = (
    "https://storage.googleapis.com/tensorflow/keras-applications/inception_v3/"
    "inception_v3_weights_tf_dim_ordering_tf_kernels.h5"
)

#: MD5 of that file; `keras.applications` checks it too.
WEIGHTS_MD5 = "9a0d58056eeedaa3f26cb7ebd46da564"


class InceptionV3(FeatureExtractor):
    """Inception v3 of `keras.applications`: 2048 features of its last pooling, and the logits of ImageNet's classes.

    Images are resized to 299×299 by antialiased bicubic interpolation and scaled to [−1, 1]. The weights are those of
    Keras, trained on ImageNet. Most published FIDs come from weights of another training. Published FIDs and these
    rank generators alike, but their values differ. If the weights are not those of Keras, the name of the extractor is
    added to the names of figures.

    Args:
        weights: A file with weights of the network and its classifier, in Keras's format. Defaults to None: Keras's
            weights are used, which are downloaded once (96 MB) into Keras's cache folder.

    Raises:
        FileNotFoundError: If the file does not exist.
        ValueError: If the file does not hold the network's weights.
        OSError: If no file is given, and the weights are neither cached nor can be downloaded. The error says what to
            do.

    Reference:
        - [Szegedy et al., 2015](https://arxiv.org/abs/1512.00567)
    """

    name = "inception"
    resize = f"bicubic, antialiased, to {INPUT_SIZE}×{INPUT_SIZE}"
    # A larger batch would take gigabytes.
    batch_size = 50

    def __init__(self, weights: str | Path | None = None) -> None:
        if weights is not None and not checked_path(weights, "weights").is_file():
            raise FileNotFoundError(f"No file {weights}: `weights` must be Inception v3's, as from {WEIGHTS_URL}")
        with built_aside():
            classifier = _download() if weights is None else _load(Path(weights))
        outputs = [classifier.get_layer("avg_pool").output, classifier.output]
        self.network = keras.Model(classifier.input, outputs, name="inception_v3")
        self.weights_hash = weights_digest(self.network)
        self.has_known_weights = weights is None or hashlib.md5(Path(weights).read_bytes()).hexdigest() == WEIGHTS_MD5

    @property
    def label(self) -> str:
        return "" if self.has_known_weights else super().label

    def compute(self, images: np.ndarray) -> list[np.ndarray]:
        return self.network.predict_on_batch(resized(images, INPUT_SIZE) / 127.5 - 1.0)


def _load(path: Path) -> keras.Model:
    network = keras.applications.InceptionV3(weights=None, classifier_activation=None)
    with reading(path, f"a file of Inception v3's weights, as from {WEIGHTS_URL}"):
        network.load_weights(path)
    return network


def _download() -> keras.Model:
    try:
        return keras.applications.InceptionV3(weights="imagenet", classifier_activation=None)
    except Exception as error:
        # Keras raises a bare Exception: only its message tells it apart from other errors.
        if "URL fetch failure" not in str(error):
            raise
        raise OSError(
            "Inception's weights are not cached and cannot be downloaded. On a machine with a network, download "
            f"{WEIGHTS_URL}; here, give that file with `--inception-weights FILE` or `InceptionV3(weights=FILE)`. "
            f"Or use the extractor that comes with the package, `cifar10-resnet`. ({error})"
        ) from error
