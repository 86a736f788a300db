import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keras_gan.data import check_images, fingerprint, image_batches, step_indices


@given(st.integers(1, 50), st.integers(1, 60), st.integers(0, 20), st.integers(0, 2**31 - 1))
def test_consecutive_steps_are_shuffled_passes(count, size, step, seed):
    steps = [step_indices(count, size, index, seed) for index in range(step + 1)]
    assert {len(indices) for indices in steps} == {size}
    order = np.concatenate(steps)
    for start in range(0, len(order) - count + 1, count):
        np.testing.assert_array_equal(np.sort(order[start : start + count]), np.arange(count))


def test_order_is_a_function_of_seed_and_step():
    late = step_indices(100, 30, 7, seed=1)
    for step in (12, 0, 3):
        step_indices(100, 30, step, seed=2)
    np.testing.assert_array_equal(step_indices(100, 30, 7, seed=1), late)
    assert np.any(step_indices(100, 30, 7, seed=2) != late)
    assert np.any(step_indices(100, 30, 8, seed=1) != late)


def test_passes_are_shuffled_anew():
    assert np.any(step_indices(100, 100, 0, seed=1) != step_indices(100, 100, 1, seed=1))


def test_batches_are_the_steps_images(images):
    feed = image_batches(images, batch_size=5, n_critic=3, seed=4)
    assert feed.stream().element_spec.shape == (5, 3, *images.shape[1:])
    for step, pair in zip(range(6), zip(feed, feed.stream().as_numpy_iterator())):
        for batch in pair:
            assert batch.dtype == np.uint8
            # One batch of critic updates after another, as they follow each other in the order.
            order = np.concatenate([batch[:, update] for update in range(3)])
            np.testing.assert_array_equal(order, images[step_indices(len(images), 15, step, 4)])


def test_a_resumed_feed_goes_on_where_it_stopped(images):
    whole = image_batches(images, batch_size=5, n_critic=3, seed=4)
    rest = image_batches(images, batch_size=5, n_critic=3, seed=4, start=7)
    for one, other in zip(whole.stream().skip(7).take(5).as_numpy_iterator(), rest.stream().as_numpy_iterator()):
        np.testing.assert_array_equal(one, other)


def test_a_step_may_need_more_images_than_there_are(images):
    assert next(iter(image_batches(images[:5], batch_size=5, n_critic=3))).shape == (5, 3, *images.shape[1:])


@pytest.mark.parametrize("name", ["batch_size", "n_critic"])
def test_sizes_must_be_positive(images, name):
    for value in (0, -1, 1.5, "3", None):
        with pytest.raises(ValueError, match=f"`{name}` must be an integer of at least 1"):
            image_batches(images, **{"batch_size": 2, "n_critic": 2, name: value})


def test_fewer_images_than_a_batch_are_refused(images):
    with pytest.raises(ValueError, match=r"at least one batch of 65\. Received: 64 images"):
        image_batches(images, batch_size=65, n_critic=1)


@pytest.mark.parametrize(
    ("images", "message"),
    [
        (np.zeros((2, 4, 4, 3)), "must be uint8"),
        (np.zeros((2, 4, 4), "uint8"), "must have the shape"),
        (np.zeros((2, 5, 4, 3), "uint8"), r"must have the shape \(images, 4, 4, 3\)\. Received: \(2, 5, 4, 3\)"),
        (np.zeros((0, 4, 4, 3), "uint8"), "must hold at least one image"),
        ([[1]], "must be uint8"),
    ],
    ids=["dtype", "rank", "shape", "empty", "list"],
)
def test_arrays_that_are_no_images_are_refused(images, message):
    with pytest.raises(ValueError, match=f"some.npz {message}"):
        check_images(images, (4, 4, 3), source="some.npz")


def test_fingerprint_tells_pixels_and_shapes_apart(images):
    other = images.copy()
    other[-1, -1, -1, -1] ^= 1
    digests = {fingerprint(array) for array in (images, other, images.reshape(128, 2, 4, 3), images[:32])}
    assert len(digests) == 4
    assert fingerprint(np.asfortranarray(images)) == fingerprint(images)
