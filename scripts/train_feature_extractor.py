"""Train the network of `Cifar10ResNet` and write its weights and its card; an hour on two cores."""

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
import tyro

from keras_gan.data import load_cifar10
from keras_gan.metrics import cifar10_network as resnet


def main(
    config: tyro.conf.OmitArgPrefixes[resnet.TrainingConfig],
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
    resnet.train_network(network, train, test, config, out / "backup")
    weights = out / "cifar10_resnet.npz"
    resnet.save_weights(network, weights)

    keras.config.set_dtype_policy("float32")
    stored = resnet.cifar10_network()
    resnet.load_weights(stored, weights)
    card = {
        "data": "CIFAR-10" if archive is None else f"CIFAR-10, decoded from the JPEG copy {archive.name}",
        "classes": resnet.CLASSES,
        "features": resnet.FILTERS[-1],
        "parameters": stored.count_params(),
        "test_accuracy": resnet.accuracy(stored, *test),
        "date": datetime.datetime.now(datetime.timezone.utc).date().isoformat(),
        "command": shlex.join(["python", *sys.argv]),
        "versions": {package: metadata.version(package) for package in ("keras", "tensorflow")},
        "sha256": hashlib.sha256(weights.read_bytes()).hexdigest(),
    }
    (out / "cifar10_resnet.json").write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")
    print(f"Test accuracy {card['test_accuracy']:.2%}. In {out}: cifar10_resnet.npz, cifar10_resnet.json")


if __name__ == "__main__":
    tyro.cli(main)
