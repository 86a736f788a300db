"""Images that are held out of training."""

import numpy as np
import pytest

from keras_gan.data import hold_out, image_batches, split

IMAGES = np.arange(200, dtype=np.uint8)[:, None, None, None] * np.ones((1, 2, 2, 1), np.uint8)


def test_split_is_disjoint_complete_and_the_same_for_a_seed():
    one, again, other = (hold_out(IMAGES, 0.1, seed) for seed in (3, 3, 4))
    held_out = one.held_out[:, 0, 0, 0]
    assert len(held_out) == 20
    assert sorted([*held_out, *one.training]) == list(range(200))
    np.testing.assert_array_equal(one.training, again.training)
    assert (one.training != other.training).any()
    assert one.shape == (180, 2, 2, 1)
    np.testing.assert_array_equal(one.trained_on(), IMAGES[one.training])


def test_nothing_is_held_out_by_default():
    whole = hold_out(IMAGES, 0.0, 3)
    assert whole.training is whole.held_out is None
    assert whole.trained_on() is IMAGES
    assert whole.shape == IMAGES.shape


def test_copies_of_large_sets_are_bounded(monkeypatch):
    monkeypatch.setattr(split, "MOST_COPIED", 15)
    few = hold_out(IMAGES, 0.1, 3)
    assert len(few.held_out) == 15
    assert len(few.training) == 180
    copied = few.trained_on()
    assert len(copied) == 15
    assert set(copied[:, 0, 0, 0]) <= set(few.training)


@pytest.mark.parametrize(
    ("share", "message"), [(-0.1, "at least 0"), (0.6, "a share in"), (0.05, "at least 20 images")]
)
def test_shares_that_do_not_work_are_refused(share, message):
    with pytest.raises(ValueError, match=f"`hold_out` must .*{message}"):
        hold_out(IMAGES, share, 3)


@pytest.mark.parametrize("count", [40, 161, 1610])
def test_share_that_is_advised_is_enough(count):
    images = np.zeros((count, 1, 1, 1), np.uint8)
    with pytest.raises(ValueError, match="at least 20 images, such as") as error:
        hold_out(images, 0.01, 3)
    advised = float(str(error.value).split("such as ")[1].split(" of ")[0])
    assert len(hold_out(images, advised, 3).held_out) >= 20


def test_nothing_is_held_out_of_a_set_that_is_too_small():
    with pytest.raises(ValueError, match="must be 0 for fewer than 40 images. .* 39 images"):
        hold_out(np.zeros((39, 1, 1, 1), np.uint8), 0.5, 3)


def test_feed_draws_the_chosen_images_alone_and_each_once_a_pass():
    chosen = hold_out(IMAGES, 0.1, 3).training
    feed = image_batches(IMAGES, 9, 2, seed=1, chosen=chosen)
    drawn = np.concatenate([feed.step(index)[..., 0, 0, 0].ravel() for index in range(10)])
    assert sorted(drawn) == sorted(chosen)


@pytest.mark.parametrize(
    "chosen", [np.array([0, 200]), np.array([-1]), np.array([]), np.array([0.5]), np.zeros((2, 2), int), [0, 1], "all"]
)
def test_indices_that_are_none_are_refused(chosen):
    with pytest.raises(ValueError, match="`chosen` must be a vector of indices of 200 images"):
        image_batches(IMAGES, 1, 1, chosen=chosen)
