"""Wasserstein GANs in Keras, with numbers that mean what they say."""

import importlib

#: Public names and the modules they come from, loaded when they are first used: none of them is needed to read a run's
#: files or to print a script's help.
_EXPORTS = {
    "Cifar10ResNet": "keras_gan.metrics",
    "DivergenceGuard": "keras_gan.callbacks",
    "EpochLog": "keras_gan.callbacks",
    "Evaluator": "keras_gan.metrics",
    "GAN": "keras_gan.models",
    "GanCheckpoint": "keras_gan.callbacks",
    "GradientPenalty": "keras_gan.models",
    "GracefulStop": "keras_gan.callbacks",
    "InceptionV3": "keras_gan.metrics",
    "LossCsv": "keras_gan.callbacks",
    "QualityMonitor": "keras_gan.callbacks",
    "Report": "keras_gan.training.report",
    "SampleGrid": "keras_gan.callbacks",
    "TensorBoardScalars": "keras_gan.callbacks",
    "UpsampleConv2D": "keras_gan.networks",
    "WGAN": "keras_gan.models",
    "WandbCharts": "keras_gan.callbacks",
    "WeightClipping": "keras_gan.models",
    "convolutional_critic": "keras_gan.networks",
    "define_wgan_charts": "keras_gan.callbacks",
    "finish_wandb": "keras_gan.callbacks",
    "image_batches": "keras_gan.data",
    "init_wandb": "keras_gan.callbacks",
    "upsampling_generator": "keras_gan.networks",
}

__all__ = sorted(_EXPORTS)


def __getattr__(name: str):
    if name not in _EXPORTS:
        raise AttributeError(f"module 'keras_gan' has no attribute {name!r}")
    return getattr(importlib.import_module(_EXPORTS[name]), name)


def __dir__() -> list[str]:
    return [*globals(), *__all__]
