"""Augmentation of what the critic sees, inside the compiled step."""

from keras_gan.augmentation.adaptive import AdaptiveAugmentation
from keras_gan.augmentation.diff_augment import DiffAugment
from keras_gan.augmentation.guide import GuideAugmentation
from keras_gan.augmentation.policy import Augmentation

__all__ = ["AdaptiveAugmentation", "Augmentation", "DiffAugment", "GuideAugmentation"]
