"""GANs in Keras, with numbers that mean what they say."""

import importlib
from typing import Any

from keras_gan.serialization import register_with_keras

#: Public names and the modules they come from, loaded when they are first used: none of them is needed to read a run's
#: files or to print a command's help.
_EXPORTS = {
    "Cifar10ResNet": "keras_gan.metrics",
    "DivergedError": "keras_gan.training.experiment",
    "DivergenceGuard": "keras_gan.callbacks",
    "EpochLog": "keras_gan.callbacks",
    "Evaluator": "keras_gan.metrics",
    "GAN": "keras_gan.models",
    "GanCheckpoint": "keras_gan.callbacks",
    "GracefulStop": "keras_gan.callbacks",
    "GradientPenalty": "keras_gan.models",
    "InceptionV3": "keras_gan.metrics",
    "LossCsv": "keras_gan.callbacks",
    "QualityMonitor": "keras_gan.callbacks",
    "Report": "keras_gan.training.report",
    "SampleGrid": "keras_gan.callbacks",
    "TensorBoardScalars": "keras_gan.callbacks",
    "TrainedRun": "keras_gan.training.train",
    "UpsampleConv2D": "keras_gan.networks",
    "WGAN": "keras_gan.models",
    "WandbCharts": "keras_gan.callbacks",
    "WeightClipping": "keras_gan.models",
    "convolutional_critic": "keras_gan.networks",
    "define_wgan_charts": "keras_gan.callbacks",
    "finish_wandb": "keras_gan.callbacks",
    "image_batches": "keras_gan.data",
    "init_wandb": "keras_gan.callbacks",
    "load_images": "keras_gan.data",
    "load_model": "keras_gan.models",
    "toy_horses": "keras_gan.data",
    "train": "keras_gan.training.train",
    "upsampling_generator": "keras_gan.networks",
}

#: Packages and modules that are public as a whole.
_MODULES = ("callbacks", "data", "losses", "metrics", "models", "networks", "parts")

__all__ = sorted(["__version__", *_EXPORTS, *_MODULES])

register_with_keras()


def __getattr__(name: str) -> Any:
    if name in _EXPORTS:
        return getattr(importlib.import_module(_EXPORTS[name]), name)
    if name in _MODULES:
        return importlib.import_module(f"keras_gan.{name}")
    if name == "__version__":
        from importlib import metadata

        return metadata.version("keras-gan")
    raise AttributeError(f"module 'keras_gan' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
