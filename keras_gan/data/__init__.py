"""Image sets and how they are fed to a model."""

from keras_gan.data.cifar10 import CLASS_NAMES, DownloadError, load_cifar10
from keras_gan.data.folder import load_images
from keras_gan.data.horses import load_horses
from keras_gan.data.images import check_images, fingerprint, in_range, to_uint8
from keras_gan.data.pipeline import ImageFeed, image_batches, step_indices
from keras_gan.data.ranges import ImageError
from keras_gan.data.records import set_labels
from keras_gan.data.saved_images import save_images
from keras_gan.data.sources import find_source, load_source
from keras_gan.data.split import Split, hold_out
from keras_gan.data.toy import toy_horses

__all__ = [
    "CLASS_NAMES",
    "DownloadError",
    "ImageError",
    "ImageFeed",
    "Split",
    "check_images",
    "find_source",
    "fingerprint",
    "hold_out",
    "image_batches",
    "in_range",
    "load_cifar10",
    "load_horses",
    "load_images",
    "load_source",
    "save_images",
    "set_labels",
    "step_indices",
    "to_uint8",
    "toy_horses",
]
