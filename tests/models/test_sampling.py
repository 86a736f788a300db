"""Latents, walks between them, and saved generators."""

import keras
import numpy as np
import pytest
import scipy.stats
from helpers import small_generator, values_of

import keras_gan as kg
from keras_gan.models import interpolate, load_generator
from keras_gan.models.sampling import draw_latents

LATENTS = np.random.default_rng(0).normal(size=(3, 8))


@pytest.fixture(scope="module")
def gan(make_gan):
    return make_gan()


def test_images_of_latents_are_the_generators(gan):
    shape = (5, *gan.latent_shape)
    latents = np.random.default_rng(1).normal(size=shape).astype("float32")
    expected = keras.ops.convert_to_numpy(gan.generator(latents, training=False))
    # Batches of other sizes may be summed in another order.
    np.testing.assert_allclose(gan.generate(latents=latents, batch_size=2), expected, rtol=1e-5, atol=1e-6)
    drawn = draw_latents(gan.generator, 5, seed=3)
    np.testing.assert_array_equal(gan.generate(latents=drawn), gan.generate(5, seed=3))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"n": 0}, "`n` must be an integer of at least 1"),
        ({"n": LATENTS}, "give latents as `latents=…`. Received: ndarray"),
        ({}, "`n` or `latents` must be given"),
        ({"latents": LATENTS, "n": 3}, "`n` must be left out with `latents`"),
        ({"latents": LATENTS, "seed": 3}, "`seed` must be left out with `latents`"),
        ({"latents": LATENTS[:, :3]}, r"`latents` must have the generator's shape \(n, \d+\)\. Received: \(3, 3\)"),
        ({"latents": LATENTS * np.nan}, "`latents` must be finite"),
        ({"latents": LATENTS[:0]}, "`latents` must be an array of numbers"),
        ({"latents": "text"}, "`latents` must be an array of numbers"),
        ({"n": 3, "truncation": 0}, "`truncation` must be a finite positive number"),
        ({"n": 3, "truncation": np.nan}, "`truncation` must be a finite positive number"),
    ],
)
def test_what_cannot_be_generated_is_refused(gan, arguments, message):
    with pytest.raises(ValueError, match=message):
        gan.generate(**arguments)


@pytest.mark.parametrize("bound", [0.3, 1.0, 3.0])
def test_truncated_latents_have_the_truncated_normal_distribution(bound):
    generator = small_generator()
    latents = np.asarray(draw_latents(generator, 4000, seed=0, truncation=bound)).ravel()
    assert np.abs(latents).max() <= bound
    # With these seeds, a correct distribution is not refused; a normal one is, at p < 1e-9.
    assert scipy.stats.kstest(latents, scipy.stats.truncnorm(-bound, bound).cdf).pvalue > 0.01
    if bound < 2:
        assert scipy.stats.kstest(latents, "norm").pvalue < 1e-9
    np.testing.assert_array_equal(latents, np.asarray(draw_latents(generator, 4000, 0, bound)).ravel())


def slerp(start, end, time):
    """The formula for two latents, in NumPy."""
    angle = np.arccos(start @ end / np.linalg.norm(start) / np.linalg.norm(end))
    return (np.sin((1 - time) * angle) * start + np.sin(time * angle) * end) / np.sin(angle)


def test_walk_is_spherical_and_passes_through_the_latents():
    path = interpolate(LATENTS, steps=4)
    assert path.shape == (9, 8)
    np.testing.assert_allclose(path[::4], LATENTS, rtol=1e-6)
    np.testing.assert_allclose(path[5], slerp(LATENTS[1], LATENTS[2], 0.25), rtol=1e-5)
    # On a sphere, the way keeps the norm.
    sphere = LATENTS / np.linalg.norm(LATENTS, axis=1, keepdims=True)
    np.testing.assert_allclose(np.linalg.norm(interpolate(sphere, 7), axis=1), 1, rtol=1e-6)


def test_closed_walk_returns_to_its_beginning():
    path = interpolate(LATENTS, steps=4, closed=True)
    assert path.shape == (12, 8)
    np.testing.assert_allclose(path[10], slerp(LATENTS[2], LATENTS[0], 0.5), rtol=1e-5)


def test_walk_between_equal_latents_stays_there():
    np.testing.assert_allclose(interpolate(LATENTS[[0, 0]], 3), LATENTS[[0] * 4], rtol=1e-6)
    np.testing.assert_array_equal(interpolate(np.zeros((2, 8)), 3), np.zeros((4, 8)))


def test_walks_that_cannot_be_are_refused():
    with pytest.raises(ValueError, match="`latents` must be at least two. Received: 1"):
        interpolate(LATENTS[:1], 3)
    with pytest.raises(ValueError, match="neighbours that are opposite"):
        interpolate(np.stack([LATENTS[0], -LATENTS[0]]), 3)
    with pytest.raises(ValueError, match="`steps` must be an integer of at least 1"):
        interpolate(LATENTS, 0)


def test_saved_generators_are_found(gan, tmp_path):
    assert kg.models.load_generator is load_generator
    with pytest.raises(FileNotFoundError, match="an .orbax folder, or a folder with a generator.keras"):
        load_generator(tmp_path)
    (tmp_path / "checkpoints").mkdir()
    for epoch in (9, 10):
        gan.save(tmp_path / "checkpoints" / f"epoch_{epoch:06d}.keras")
    for path in (tmp_path, tmp_path / "checkpoints", tmp_path / "checkpoints" / "epoch_000010.keras"):
        generator, file = load_generator(path)
        assert file == tmp_path / "checkpoints" / "epoch_000010.keras"
    for one, other in zip(values_of(generator.weights), values_of(gan.generator.weights), strict=True):
        np.testing.assert_array_equal(one, other)
    gan.generator.save(tmp_path / "generator.keras")
    assert load_generator(tmp_path)[1] == tmp_path / "generator.keras"
    assert load_generator(tmp_path, averaged=False)[1] == tmp_path / "checkpoints" / "epoch_000010.keras"
    with pytest.raises(ValueError, match="`path` must be a whole GAN"):
        load_generator(tmp_path / "generator.keras", averaged=False)
