"""Images of another range, format or number than a model takes: refused before or at the first step, in every form."""

import numpy as np
import pytest
from helpers import assert_bits_equal, state_of
from image_feeds import BATCH, Batches, dataset, generator

from keras_gan.models.feeds import check_element, checked_feed

every_form = pytest.mark.parametrize("form", [np.asarray, Batches, generator, dataset])


@every_form
def test_images_of_another_range_are_refused(untrained, images, form):
    """F6."""
    gan = untrained()
    before = state_of(gan)
    for wrong, message in (
        (images.astype("float32"), r"`x` must .* \[0, 255\] as uint8, .* Received: values in \[0, 255\]"),
        ((images / 255).astype("float32"), r"`x` must .* look like \[0, 1\]: multiply them by 2"),
        (np.full_like(images, np.nan, "float32"), "`x` must be finite. Received: NaN"),
    ):
        with pytest.raises(ValueError, match=message):
            gan.fit(form(wrong), verbose=0)
    assert_bits_equal(state_of(gan), before)


@every_form
def test_check_takes_no_images_away(images, float_images, form):
    refusals = []
    feed = checked_feed(form(float_images), float_images.shape[1:], 2, refusals)
    elements = [np.squeeze(element) for element in ([feed] if hasattr(feed, "shape") else feed)]
    np.testing.assert_array_equal(np.concatenate(elements), float_images)


def test_check_leaves_the_order_of_a_shuffled_dataset(float_images):
    def epochs(wrap):
        shuffled = wrap(dataset(float_images).unbatch().shuffle(64, seed=3).batch(BATCH))
        return [np.asarray(batch) for _ in range(2) for batch in shuffled]

    checked = epochs(lambda feed: checked_feed(feed, float_images.shape[1:], 2, []))
    assert_bits_equal(checked, epochs(lambda feed: feed))


def test_only_the_first_images_of_training_are_looked_at(images, float_images):
    """Later epochs of a shuffled set may begin with bright images alone."""
    import tensorflow as tf

    sets = iter([float_images[:BATCH], images[:BATCH] / 255])
    signature = tf.TensorSpec((None, *images.shape[1:]), tf.float32)
    feed = tf.data.Dataset.from_generator(lambda: [next(sets)], output_signature=signature)
    feed = checked_feed(feed, images.shape[1:], 2, [])
    assert [float(tf.reduce_min(batch)) < 0 for _ in range(2) for batch in feed] == [True, False]


def test_bytes_and_what_may_be_in_range_pass(images):
    on_white = np.where(images < 100, 0.74, 1.0)
    for given in (images, np.eye(4, dtype="uint8")[:, :, None, None] * images[:4], on_white, np.zeros_like(on_white)):
        check_element(given, images.shape[1:], 1, "`x`")


def test_labels_and_sizes_of_datasets_are_refused_with_what_to_do(untrained, images, float_images):
    """F41."""
    gan = untrained()
    for labelled in (dataset((images, np.zeros(64))), dataset((float_images, np.zeros(64)))):
        with pytest.raises(ValueError, match="must hold images alone, .*label_mode=None.*dataset.map"):
            gan.fit(labelled, verbose=0)
    for odd in (dataset(images, 15), dataset(float_images, 15)):
        with pytest.raises(ValueError, match="multiple of 2. .* such as 30 where each critic update gets 15"):
            gan.fit(odd, verbose=0)


@pytest.mark.parametrize("x", [None, "images", [np.zeros((4, 4, 4, 3))], {}], ids=lambda x: type(x).__name__)
def test_what_is_no_feed_is_refused(make_gan, x):
    """F51."""
    with pytest.raises(ValueError, match=f"`x` must be images: an array.* Received: {type(x).__name__}"):
        make_gan().fit(x, verbose=0)
