"""Intervals in epochs, steps and thousands of images."""

import numpy as np
import pytest

from keras_gan.intervals import Interval, read_interval


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1, Interval(1)),
        (np.int64(4), Interval(4)),
        ("20 epochs", Interval(20)),
        ("1 epoch", Interval(1)),
        ("500steps", Interval(500, "steps")),
        (" 3 kimg ", Interval(3, "kimg")),
    ],
)
def test_values_that_are_intervals(value, expected):
    assert read_interval(value, "every") == expected


@pytest.mark.parametrize("value", [0, -1, 2.5, True, None, "3", "0 steps", "-1 steps", "1.5 steps", "2 years", b"3"])
def test_values_that_are_none(value):
    with pytest.raises(ValueError, match=r"`sample_every` must be an integer of at least 1.*Received: sample_every="):
        read_interval(value, "sample_every")


@pytest.mark.parametrize(
    ("interval", "expected"),
    [
        # Seven steps of 64 images in an epoch: 448 images.
        (Interval(2), [1, 3, 5]),
        (Interval(14, "steps"), [1, 3, 5]),
        (Interval(10, "steps"), [1, 2, 4, 5]),
        (Interval(1, "steps"), [0, 1, 2, 3, 4, 5]),
        (Interval(1, "kimg"), [2, 4]),
        (Interval(100, "kimg"), []),
    ],
)
def test_epochs_in_which_a_multiple_is_reached(interval, expected):
    due = [epoch for epoch in range(6) if interval.is_due(epoch, steps=7, images=64)]
    counts = {"epochs": 1, "steps": 7, "kimg": 7 * 64 / 1000}
    done = counts[interval.unit] * np.arange(1, 7) / interval.count
    assert due == expected == [epoch for epoch in range(6) if int(done[epoch]) > (int(done[epoch - 1]) if epoch else 0)]
