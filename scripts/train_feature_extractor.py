"""Train the network of `Cifar10ResNet` and write its weights and its card; two hours on two cores."""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import datetime
import hashlib
import json
import shlex
import sys
from importlib import metadata
from pathlib import Path

import keras
import numpy as np
import tyro

from keras_gan.data import load_cifar10
from keras_gan.metrics.extractors import cifar10_network as resnet
from keras_gan.metrics.extractors import cifar10_training as training
from keras_gan.metrics.extractors.cifar10_resnet import CARD, WEIGHTS

#: Sum of the features' variances over the test images, so that distances come in numbers that are easy to read.
TOTAL_VARIANCE = 100.0


def main(
    config: tyro.conf.OmitArgPrefixes[training.TrainingConfig],
    archive: Path | None = None,
    out: Path = Path("runs/feature_extractor"),
    dtype_policy: str = "float32",
):
    """Train, and write cifar10_resnet.npz and cifar10_resnet.json. Run again, it goes on where it was stopped.

    Args:
        config: How to train.
        archive: An .npz file of CIFAR-10's images as JPEG, instead of Keras's copy.
        out: Where the files go.
        dtype_policy: Keras's dtype policy in training, such as mixed_bfloat16. The weights are stored as float16.
    """
    train, test = load_cifar10(archive)
    out.mkdir(parents=True, exist_ok=True)
    keras.utils.set_random_seed(config.seed)
    keras.config.set_dtype_policy(dtype_policy)
    network = resnet.cifar10_network()
    training.whiten(network, train[0])
    training.train_network(network, train, test, config, out / "backup")
    data = "CIFAR-10" if archive is None else f"CIFAR-10, decoded from the JPEG copy {archive.name}"
    card = write(network, test, out, data)
    print(f"Test accuracy {card['test_accuracy']:.2%}. In {out}: {WEIGHTS}, {CARD}")


def write(network, test, out, data):
    """Write the weights with the scale of their features, and what is known of them; return the latter."""
    path = out / WEIGHTS
    resnet.save_network(network, path)
    keras.config.set_dtype_policy("float32")
    features, logits = resnet.outputs(resnet.load_network(path), test[0])
    scale = np.sqrt(TOTAL_VARIANCE / features.var(axis=0, ddof=1, dtype=np.float64).sum())
    resnet.save_network(network, path, scale)
    card = {
        "data": data,
        "classes": resnet.CLASSES,
        "features": resnet.FILTERS[-1],
        "parameters": network.count_params(),
        "test_accuracy": float(np.mean(logits.argmax(-1) == test[1])),
        "date": datetime.datetime.now(datetime.timezone.utc).date().isoformat(),
        "command": shlex.join(["python", *sys.argv]),
        "versions": {package: metadata.version(package) for package in ("keras", "tensorflow")},
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
    }
    (out / CARD).write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")
    return card


if __name__ == "__main__":
    tyro.cli(main)
