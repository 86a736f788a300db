"""GANs in Keras, with numbers that mean what they say."""

import importlib
from typing import TYPE_CHECKING, Any

from keras_gan.serialization import register_with_keras

#: Public names and the modules that they come from. A module is imported when one of its names is first used: reading a
#: run's files and printing a command's help need none of them.
_EXPORTS = {
    "AdaptiveAugmentation": "keras_gan.augmentation",
    "Cifar10ResNet": "keras_gan.metrics",
    "DiffAugment": "keras_gan.augmentation",
    "DivergedError": "keras_gan.training.experiment",
    "DivergenceGuard": "keras_gan.callbacks",
    "EpochLog": "keras_gan.callbacks",
    "Evaluator": "keras_gan.metrics",
    "ExponentialAveraging": "keras_gan.models",
    "GAN": "keras_gan.models",
    "GanCheckpoint": "keras_gan.callbacks",
    "GracefulStop": "keras_gan.callbacks",
    "GradientPenalty": "keras_gan.models",
    "GuideAugmentation": "keras_gan.augmentation",
    "InceptionV3": "keras_gan.metrics",
    "LossCsv": "keras_gan.callbacks",
    "MomentumAveraging": "keras_gan.models",
    "OutOfMemoryError": "keras_gan.models",
    "QualityMonitor": "keras_gan.callbacks",
    "Report": "keras_gan.training.report",
    "SampleGrid": "keras_gan.callbacks",
    "StepSchedule": "keras_gan.models",
    "TensorBoardScalars": "keras_gan.callbacks",
    "TimeLimit": "keras_gan.callbacks",
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
    "interpolate": "keras_gan.models",
    "load_images": "keras_gan.data",
    "load_model": "keras_gan.models",
    "save_images": "keras_gan.data",
    "toy_horses": "keras_gan.data",
    "train": "keras_gan.training.train",
    "upsampling_generator": "keras_gan.networks",
}

#: Packages and modules that are public as a whole.
_MODULES = ("augmentation", "callbacks", "data", "losses", "metrics", "models", "networks", "parts")

__all__ = sorted(["__version__", *_EXPORTS, *_MODULES])

register_with_keras()

if TYPE_CHECKING:
    # The public names once more, because type checkers and editors cannot tell what `__getattr__` returns.
    from keras_gan import augmentation as augmentation
    from keras_gan import callbacks as callbacks
    from keras_gan import data as data
    from keras_gan import losses as losses
    from keras_gan import metrics as metrics
    from keras_gan import models as models
    from keras_gan import networks as networks
    from keras_gan import parts as parts
    from keras_gan.augmentation import AdaptiveAugmentation as AdaptiveAugmentation
    from keras_gan.augmentation import DiffAugment as DiffAugment
    from keras_gan.augmentation import GuideAugmentation as GuideAugmentation
    from keras_gan.callbacks import DivergenceGuard as DivergenceGuard
    from keras_gan.callbacks import EpochLog as EpochLog
    from keras_gan.callbacks import GanCheckpoint as GanCheckpoint
    from keras_gan.callbacks import GracefulStop as GracefulStop
    from keras_gan.callbacks import LossCsv as LossCsv
    from keras_gan.callbacks import QualityMonitor as QualityMonitor
    from keras_gan.callbacks import SampleGrid as SampleGrid
    from keras_gan.callbacks import TensorBoardScalars as TensorBoardScalars
    from keras_gan.callbacks import TimeLimit as TimeLimit
    from keras_gan.callbacks import WandbCharts as WandbCharts
    from keras_gan.callbacks import define_wgan_charts as define_wgan_charts
    from keras_gan.callbacks import finish_wandb as finish_wandb
    from keras_gan.callbacks import init_wandb as init_wandb
    from keras_gan.data import image_batches as image_batches
    from keras_gan.data import load_images as load_images
    from keras_gan.data import save_images as save_images
    from keras_gan.data import toy_horses as toy_horses
    from keras_gan.metrics import Cifar10ResNet as Cifar10ResNet
    from keras_gan.metrics import Evaluator as Evaluator
    from keras_gan.metrics import InceptionV3 as InceptionV3
    from keras_gan.models import GAN as GAN
    from keras_gan.models import WGAN as WGAN
    from keras_gan.models import ExponentialAveraging as ExponentialAveraging
    from keras_gan.models import GradientPenalty as GradientPenalty
    from keras_gan.models import MomentumAveraging as MomentumAveraging
    from keras_gan.models import OutOfMemoryError as OutOfMemoryError
    from keras_gan.models import StepSchedule as StepSchedule
    from keras_gan.models import WeightClipping as WeightClipping
    from keras_gan.models import interpolate as interpolate
    from keras_gan.models import load_model as load_model
    from keras_gan.networks import UpsampleConv2D as UpsampleConv2D
    from keras_gan.networks import convolutional_critic as convolutional_critic
    from keras_gan.networks import upsampling_generator as upsampling_generator
    from keras_gan.training.experiment import DivergedError as DivergedError
    from keras_gan.training.report import Report as Report
    from keras_gan.training.train import TrainedRun as TrainedRun
    from keras_gan.training.train import train as train

    __version__: str
else:

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
