"""Feature extractors, a file each."""

from keras_gan.metrics.extractors.cifar10_resnet import Cifar10ResNet
from keras_gan.metrics.extractors.extractor import CallableExtractor, FeatureExtractor
from keras_gan.metrics.extractors.inception import InceptionV3

__all__ = ["CallableExtractor", "Cifar10ResNet", "FeatureExtractor", "InceptionV3"]
