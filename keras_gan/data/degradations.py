"""Known degradations of real images, which samples are compared with."""

import io

import numpy as np
import scipy.ndimage
from PIL import Image

from keras_gan.data.images import in_range, nearest_levels


def jpeg(images: np.ndarray, quality: int) -> np.ndarray:
    """Compress images by JPEG.

    Args:
        images: Images `(count, height, width, channels)`, uint8. Numbers of channels other than 3 are compressed
            channel by channel.
        quality: Quality of the compression, from 1 to 95.

    Returns:
        The images after decompression, uint8.
    """
    if images.shape[-1] == 3:
        return np.stack([_through_jpeg(image, quality) for image in images])
    channels = [np.stack([_through_jpeg(image, quality) for image in images[..., i]]) for i in range(images.shape[-1])]
    return np.stack(channels, axis=-1)


def blur(images: np.ndarray, sigma: float) -> np.ndarray:
    """Blur images by a Gaussian of a standard deviation of `sigma` pixels."""
    return nearest_levels(scipy.ndimage.gaussian_filter(in_range(images), (0, sigma, sigma, 0)))


def shuffle_patches(images: np.ndarray, patches: int, rng: np.random.Generator) -> np.ndarray:
    """Cut each image into `patches` × `patches` pieces and shuffle these, by another order for each image.

    Rows and columns that are left over at the lower and right edges stay in their place.
    """
    height, width = (size // patches for size in images.shape[1:3])
    result = images.copy()
    corners = [(row * height, column * width) for row in range(patches) for column in range(patches)]
    for old, new in zip(images, result):
        for (top, left), place in zip(corners, rng.permutation(len(corners))):
            from_top, from_left = corners[place]
            new[top : top + height, left : left + width] = old[
                from_top : from_top + height, from_left : from_left + width
            ]
    return result


def gaussian_noise(images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Draw noise that has the mean and the covariance of the images' pixels.

    Each image of noise is the mean image, plus a random combination of the images' deviations from it. So the
    covariance, which has a row for each pixel, is never computed.
    """
    pixels = in_range(images).reshape(len(images), -1)
    mean = pixels.mean(axis=0)
    weights = rng.standard_normal((len(images), len(images))) / np.sqrt(len(images))
    return nearest_levels((mean + weights @ (pixels - mean)).reshape(images.shape))


def principal_components(images: np.ndarray, count: int) -> np.ndarray:
    """Keep the `count` principal components of the images that have the largest variance."""
    pixels = in_range(images).reshape(len(images), -1)
    mean = pixels.mean(axis=0)
    centred = pixels - mean
    # The components come from the smaller matrix of products between images.
    _, vectors = np.linalg.eigh(centred @ centred.T)
    kept = vectors[:, -count:]
    return nearest_levels((mean + kept @ (kept.T @ centred)).reshape(images.shape))


def mean_image(images: np.ndarray) -> np.ndarray:
    """Replace each image by the mean of all of them."""
    mean = nearest_levels(in_range(images).mean(axis=0))
    return np.broadcast_to(mean, images.shape)


def _through_jpeg(image: np.ndarray, quality: int) -> np.ndarray:
    file = io.BytesIO()
    Image.fromarray(image).save(file, "JPEG", quality=quality)
    return np.asarray(Image.open(file))
