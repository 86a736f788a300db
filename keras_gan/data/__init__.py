"""Image sets and how they are fed to a model."""

from keras_gan.data.horses import DownloadError, load_horses
from keras_gan.data.pipeline import check_images, fingerprint, image_batches, step_indices
from keras_gan.data.toy import toy_horses

__all__ = [
    "DownloadError",
    "check_images",
    "fingerprint",
    "image_batches",
    "load_horses",
    "step_indices",
    "toy_horses",
]
