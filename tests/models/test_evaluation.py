"""Evaluation on held-out images: what it computes, in which forms, and that training goes on as if it had not been."""

import numpy as np
import pytest
from helpers import assert_bits_equal, set_back, small_critic, state_of
from image_feeds import Batches, dataset, generator
from linear_gan import IMAGE_SHAPE, linear_gan

from keras_gan import GradientPenalty, LossCsv, WeightClipping

KEYS = "wasserstein_distance", "d_loss"


@pytest.mark.parametrize("policy", [GradientPenalty(10.0), WeightClipping(9.0)], ids=["penalty", "clipping"])
def test_values_are_those_of_a_critic_update_weighted_by_images(policy):
    """F20: a linear critic w·x + b, and a generator of one image."""
    gan = linear_gan(policy, 2, {})
    kernel, image, w, _ = gan.trainable_weights
    kernel.assign(0 * kernel)
    image.assign([0.5, -0.25, 1.0, -1.0])
    # In batches of 8, 8 and 3.
    held_out = np.random.default_rng(4).uniform(-1, 1, (19, *IMAGE_SHAPE)).astype("float32")
    scores = held_out.reshape(19, -1).astype("float64") @ np.asarray(w, "float64")[:, 0]
    distance = scores.mean() - np.asarray(image, "float64") @ np.asarray(w, "float64")[:, 0]
    penalty = 10 * (np.linalg.norm(w) - 1) ** 2
    d_loss = -distance + penalty if isinstance(policy, GradientPenalty) else -distance / 2
    # Sums of a few numbers in float32.
    np.testing.assert_allclose(gan.evaluate(held_out, batch_size=8, verbose=0), [distance, d_loss], rtol=1e-5)
    np.testing.assert_allclose(gan.test_on_batch(held_out), [distance, d_loss], rtol=1e-5)


@pytest.fixture(scope="module")
def noisy(make_gan):
    """A GAN with noise of its own in the critic, and the state in which it was made."""
    from keras import layers

    gan = make_gan(GradientPenalty(), critic=small_critic(layers.Dropout(0.3, seed=9)))
    return gan, state_of(gan)


def test_validation_changes_no_bit_of_training(noisy, images, float_images):
    """F20."""
    gan, state = noisy
    results, histories = [], []
    for validation in ({}, {"validation_data": float_images[:20], "validation_batch_size": 8}):
        set_back(gan, state)
        history = gan.fit(gan.batches(images, 8), steps_per_epoch=2, epochs=3, verbose=0, **validation).history
        results.append(state_of(gan))
        histories.append({key: values for key, values in history.items() if key != "epoch_time"})
    assert_bits_equal(*results)
    validated = {key: histories[1].pop(f"val_{key}") for key in KEYS}
    assert histories[0] == histories[1]
    # After the last epoch, `evaluate` finds the same as the validation.
    last = gan.evaluate(float_images[:20], batch_size=8, verbose=0, return_dict=True)
    assert {key: values[-1] for key, values in validated.items()} == last
    assert len(set(validated["d_loss"])) == 3


def test_values_depend_on_the_weights_and_the_images_alone(noisy, images):
    gan, state = noisy
    set_back(gan, state)
    values = gan.evaluate(images, batch_size=16, verbose=0)
    gan.noise.state.assign([4, 17])
    after = state_of(gan)
    # Bytes, and elements of as many images.
    for given, steps in (
        (images, None),
        (dataset(images), None),
        (Batches(images), None),
        (dataset(images).repeat(), 4),
    ):
        assert gan.evaluate(given, batch_size=16, steps=steps, verbose=0) == values
    assert gan.evaluate(generator(images), batch_size=16, steps=4, verbose=0) == values
    assert_bits_equal(state_of(gan), after)


def test_feed_is_evaluated_from_where_it_is_and_stays_there(noisy, images):
    gan, _ = noisy
    feed = gan.batches(images, 8)
    first, second = (np.reshape(feed.step(index), (-1, *images.shape[1:])) for index in (0, 1))
    expected = gan.evaluate(np.concatenate([first, second]), batch_size=16, verbose=0)
    assert gan.evaluate(feed, batch_size=16, steps=2, verbose=0) == expected
    assert feed.position == 0


def test_validation_has_its_epochs_and_its_columns(noisy, images, tmp_path):
    gan, state = noisy
    set_back(gan, state)
    given = {"validation_data": gan.batches(images, 8), "validation_steps": 2, "validation_freq": 2}
    record = LossCsv(tmp_path / "losses.csv")
    history = gan.fit(gan.batches(images, 8), steps_per_epoch=1, epochs=3, verbose=0, callbacks=[record], **given)
    (value,) = history.history["val_d_loss"]
    header, *rows = (line.split(",") for line in (tmp_path / "losses.csv").read_text().splitlines())
    assert [row[header.index("val_d_loss")] for row in rows] == ["", str(np.float32(value)), ""]


def test_split_holds_out_the_last_images(noisy, float_images):
    gan, state = noisy
    results = []
    for train, arguments in (
        (float_images, {"validation_split": 0.25}),
        (float_images[:48], {"validation_data": (float_images[48:],)}),
    ):
        set_back(gan, state)
        history = gan.fit(train, batch_size=8, shuffle=False, verbose=0, **arguments).history
        results.append([history[key] for key in ("d_loss", "val_d_loss")])
    assert results[0] == results[1]


REFUSALS = {
    "labels": (lambda gan, x: {"validation_data": (x, x)}, r"`validation_data\[1\]` must be None"),
    "labelled": (lambda gan, x: {"validation_data": dataset((x, x))}, "`validation_data` must hold images alone"),
    "range": (lambda gan, x: {"validation_data": dataset(x / 255)}, r"`validation_data` must .* look like \[0, 1\]"),
    "shape": (lambda gan, x: {"validation_data": x[:, :3]}, "`validation_data` must have the generator's shape"),
    "none": (lambda gan, x: {"validation_data": x[:0]}, "`validation_data` must hold at least one image"),
    "form": (lambda gan, x: {"validation_data": "x"}, "`validation_data` must be images: an array.* Received: str"),
    "feed": (lambda gan, x: {"validation_data": gan.batches(x, 8)}, "`validation_steps` must be given with a feed"),
    "endless": (lambda gan, x: {"validation_data": dataset(x).repeat()}, "`validation_steps` must be given"),
    "freq": (lambda gan, x: {"validation_data": x, "validation_freq": 0}, "`validation_freq` must be an integer"),
    "size": (lambda gan, x: {"validation_data": x, "validation_batch_size": 0}, "`validation_batch_size` must be"),
    "split": (lambda gan, x: {"validation_split": 1.0}, "`validation_split` must leave images on both sides of 64"),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_validation_data_are_refused_before_training(noisy, images, case):
    """F20."""
    gan, state = noisy
    set_back(gan, state)
    make, message = REFUSALS[case]
    with pytest.raises(ValueError, match=message):
        gan.fit(images, batch_size=8, verbose=0, **make(gan, images))
    assert_bits_equal(state_of(gan), state)


def test_a_feed_cannot_be_split(noisy, images):
    gan, _ = noisy
    with pytest.raises(ValueError, match="`validation_split` splits arrays"):
        gan.fit(gan.batches(images, 8), steps_per_epoch=1, validation_split=0.5, verbose=0)


def test_doors_of_one_batch_take_images_alone(noisy, images):
    """F51."""
    gan, _ = noisy
    for door in (gan.train_on_batch, gan.test_on_batch, gan.evaluate):
        for name in ("y", "sample_weight"):
            with pytest.raises(ValueError, match=f"`{name}` must be None"):
                door(images, **{name: np.zeros(64)})
        with pytest.raises(ValueError, match=r"look like \[0, 1\]"):
            door(images / 255)
    with pytest.raises(ValueError, match="`class_weight` must be None"):
        gan.train_on_batch(images, class_weight={0: 1.0})
    with pytest.raises(ValueError, match="`steps` must be given with a feed or a generator"):
        gan.evaluate(generator(images))
