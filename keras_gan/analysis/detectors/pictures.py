"""Detectors for the pictures of samples: artefacts, fine detail and colour, beside those of real images."""

import numpy as np
import scipy.ndimage

from keras_gan.analysis.detectors.findings import Diagnosis, Finding

#: Least side of images whose frequencies are compared.
LEAST_SIDE = 8

#: Ratio of the power of two-pixel patterns to that of slightly coarser ones, as a multiple of the real images' ratio.
CHECKERED = 4.0

#: Power of fine horizontal and vertical patterns over that of diagonal ones, as a multiple of the real images' ratio.
LATTICED = 1.6

#: Least side of images whose lines are compared, least frequency of a fine pattern, and half of the width of the
#: diagonals in the spectrum, in cycles a pixel.
LEAST_LATTICED, FINE, DIAGONAL = 16, 5 / 32, 3 / 32

#: Fine detail and colourfulness below which samples are blurred or pale, as shares of the real images' values.
SOFT, PALE = 0.25, 0.5


def checkerboard(samples: np.ndarray, real: np.ndarray) -> Finding | None:
    """Find patterns that repeat every two pixels and are stronger than in real images.

    Args:
        samples: Images `(count, height, width, channels)`.
        real: Real images of the same size.
    """
    if min(samples.shape[1:3]) < LEAST_SIDE:
        return None
    usual = _finest_share(real)
    # Real images without patterns of two pixels are no scale.
    ratio = _finest_share(samples) / usual if usual > 0 else 0.0
    if not ratio > CHECKERED:
        return None
    text = f"patterns of two pixels stand out {ratio:.1f} times as much as in real images"
    return Finding(Diagnosis.CHECKERBOARD, text)


def lattice(samples: np.ndarray, real: np.ndarray) -> Finding | None:
    """Find fine patterns of horizontal and vertical lines, which upsampling leaves behind.

    Their power lies on the axes of the spectrum. The power on the diagonals is the scale, as it is in real images.

    Args:
        samples: Images `(count, height, width, channels)`.
        real: Real images of the same size.
    """
    if min(samples.shape[1:3]) < LEAST_LATTICED:
        return None
    ratio, usual = _axis_share(samples), _axis_share(real)
    if not ratio > LATTICED * usual > 0:
        return None
    text = f"fine horizontal and vertical lines stand out {ratio / usual:.1f} times as much as in real images"
    return Finding(Diagnosis.LATTICE, text)


def blur(samples: np.ndarray, real: np.ndarray) -> Finding | None:
    """Find images without fine detail, by the mean square of their Laplacian.

    Args:
        samples: Images `(count, height, width, channels)`.
        real: Real images of the same size.
    """
    share = _detail(samples) / max(_detail(real), np.finfo(float).tiny)
    if not share < SOFT:
        return None
    return Finding(Diagnosis.BLUR, f"the samples have {share:.0%} of the real images' fine detail")


def washed_out_colour(samples: np.ndarray, real: np.ndarray) -> Finding | None:
    """Find images of pale colours, by the mean deviation of channels from grey.

    Args:
        samples: Images `(count, height, width, channels)`.
        real: Real images of the same size.
    """
    made, wanted = _colourfulness(samples), _colourfulness(real)
    if wanted == 0 or made >= PALE * wanted:
        return None
    text = f"the samples' colours are {made / wanted:.0%} as strong as the real images'"
    return Finding(Diagnosis.WASHED_OUT_COLOUR, text)


def _finest_share(images: np.ndarray) -> float:
    """Return the ratio of the power at the finest frequency of both axes to that at the next finest frequencies."""
    grey = images.mean(axis=-1)
    power = np.mean(np.abs(np.fft.fft2(grey - grey.mean(axis=(1, 2), keepdims=True))) ** 2, axis=0)
    height, width = (size // 2 for size in power.shape)
    finest = power[height].mean() + power[:, width].mean()
    next_finest = power[height - 3 : height].mean() + power[:, width - 3 : width].mean()
    return finest / max(next_finest, np.finfo(float).tiny)


def _axis_share(images: np.ndarray) -> float:
    """Return the ratio of the power of fine patterns on the axes of the spectrum to that on its diagonals."""
    grey = images.mean(axis=-1)
    height, width = grey.shape[1:]
    # Without a window, the edges of images are a cross of power on the axes.
    window = np.outer(np.hanning(height), np.hanning(width))
    grey = (grey - grey.mean(axis=(1, 2), keepdims=True)) * window
    power = np.mean(np.abs(np.fft.fft2(grey)) ** 2, axis=0)
    rows, columns = np.abs(np.fft.fftfreq(height))[:, None], np.abs(np.fft.fftfreq(width))
    is_fine = (np.hypot(rows, columns) >= FINE) & (np.hypot(rows, columns) <= 0.5)
    is_on_axis = is_fine & ((rows <= 1.5 / height) | (columns <= 1.5 / width))
    is_diagonal = is_fine & (np.abs(rows - columns) <= DIAGONAL)
    return float(power[is_on_axis].mean() / max(power[is_diagonal].mean(), np.finfo(float).tiny))


def _detail(images: np.ndarray) -> float:
    grey = images.mean(axis=-1)
    return float(np.mean(np.square([scipy.ndimage.laplace(image) for image in grey])))


def _colourfulness(images: np.ndarray) -> float:
    return float(np.mean(np.abs(images - images.mean(axis=-1, keepdims=True))))
