"""Detectors of pictures, on images that were spoilt by a known amount."""

import numpy as np
import pytest
import scipy.ndimage

from keras_gan.analysis.detectors import pictures
from keras_gan.analysis.detectors.findings import Diagnosis
from keras_gan.data import toy_horses

IMAGES = toy_horses(300) / 127.5 - 1.0
REAL, FRESH = IMAGES[:236], IMAGES[236:]


def blurred(images, sigma):
    return scipy.ndimage.gaussian_filter(images, (0, sigma, sigma, 0))


@pytest.mark.parametrize("detector", ["checkerboard", "lattice", "blur", "washed_out_colour"])
def test_nothing_is_found_in_fresh_images(detector):
    assert getattr(pictures, detector)(FRESH, REAL) is None


@pytest.mark.parametrize("axis", ["rows", "columns", "both"])
def test_patterns_of_two_pixels_are_a_checkerboard(axis):
    rows, columns = np.indices((32, 32))
    pattern = (-1.0) ** {"rows": rows, "columns": columns, "both": rows + columns}[axis]
    finding = pictures.checkerboard(FRESH + 0.2 * pattern[..., None], REAL)
    assert finding.diagnosis is Diagnosis.CHECKERBOARD
    assert pictures.checkerboard(FRESH + 0.001 * pattern[..., None], REAL) is None


def test_images_of_a_few_pixels_have_no_patterns():
    assert pictures.checkerboard(FRESH[:, :4, :4], REAL[:, :4, :4]) is None


@pytest.mark.parametrize("period", [3, 4, 5])
@pytest.mark.parametrize("axis", [0, 1])
def test_fine_lines_are_a_lattice(period, axis):
    lines = np.cos(2 * np.pi * np.indices((32, 32))[axis] / period)[..., None]
    # Each sample has the lines elsewhere and with another strength, as those of a generator have.
    strength = np.random.default_rng(0).uniform(0.1, 0.4, (len(FRESH), 1, 1, 1))
    assert pictures.lattice(FRESH + strength * lines, REAL).diagnosis is Diagnosis.LATTICE
    assert pictures.lattice(FRESH + 0.05 * strength * lines, REAL) is None


def test_slanted_lines_are_no_lattice():
    rows, columns = np.indices((32, 32))
    lines = np.cos(2 * np.pi * (rows + columns) / 6)[..., None]
    assert pictures.lattice(FRESH + 0.3 * lines, REAL) is None


def test_images_of_a_few_pixels_have_no_lines():
    assert pictures.lattice(FRESH[:, :12, :12], REAL[:, :12, :12]) is None


def test_noise_is_no_checkerboard():
    noise = np.random.default_rng(0).normal(0, 0.3, FRESH.shape)
    assert pictures.checkerboard(FRESH + noise, REAL) is None


@pytest.mark.parametrize(("sigma", "found"), [(0.3, False), (1.5, True)])
def test_images_without_detail_are_blurred(sigma, found):
    assert (pictures.blur(blurred(FRESH, sigma), REAL) is not None) == found


@pytest.mark.parametrize(("share", "found"), [(0.8, False), (0.3, True), (0.0, True)])
def test_pale_images_are_washed_out(share, found):
    grey = FRESH.mean(axis=-1, keepdims=True)
    finding = pictures.washed_out_colour(grey + share * (FRESH - grey), REAL)
    assert (finding is not None) == found


def test_grey_real_images_have_no_colour_to_lose():
    grey = REAL.mean(axis=-1, keepdims=True)
    assert pictures.washed_out_colour(grey, grey) is None
