"""Measures of the quality of samples."""

from keras_gan.data.ranges import ImageError
from keras_gan.metrics.diversity import feature_diversity, pixel_variance
from keras_gan.metrics.evaluation import Evaluation, Provenance
from keras_gan.metrics.evaluator import Evaluator
from keras_gan.metrics.extractors.cifar10_resnet import Cifar10ResNet
from keras_gan.metrics.extractors.extractor import CallableExtractor, FeatureExtractor
from keras_gan.metrics.extractors.inception import InceptionV3
from keras_gan.metrics.frechet import bootstrap_frechet_distances, bootstrap_interval, fid_infinity, frechet_distance
from keras_gan.metrics.inception_score import RunningInceptionScore, inception_score
from keras_gan.metrics.kernel import kernel_distance
from keras_gan.metrics.precision_recall import density_coverage, precision_recall
from keras_gan.metrics.reference import SampleSet
from keras_gan.metrics.sliced_wasserstein import sliced_wasserstein
from keras_gan.metrics.statistics import FeatureStatistics, RunningCovariance, feature_statistics
from keras_gan.rating import Place

__all__ = [
    "CallableExtractor",
    "Cifar10ResNet",
    "Evaluation",
    "Evaluator",
    "FeatureExtractor",
    "FeatureStatistics",
    "ImageError",
    "InceptionV3",
    "Place",
    "Provenance",
    "RunningCovariance",
    "RunningInceptionScore",
    "SampleSet",
    "bootstrap_frechet_distances",
    "bootstrap_interval",
    "density_coverage",
    "feature_diversity",
    "feature_statistics",
    "fid_infinity",
    "frechet_distance",
    "inception_score",
    "kernel_distance",
    "pixel_variance",
    "precision_recall",
    "sliced_wasserstein",
]
