"""Evaluation between dispatches, and what is left of a model when it fails."""

import numpy as np
import pytest
from helpers import LATENT_DIM, assert_bits_equal, state_of


def train(gan, images, epochs, **kwargs):
    return gan.fit(gan.batches(images, 4), steps_per_epoch=1, epochs=epochs, verbose=0, **kwargs).history


def test_validation_of_a_dispatch_is_that_of_its_epoch(untrained, images, float_images):
    """F20: dispatches of up to four epochs of one step end where the model is validated."""
    gan = untrained(steps_per_execution=4)
    held_out = float_images[:20]
    validated = train(gan, images, 7, validation_data=held_out, validation_freq=3)
    state = state_of(gan)
    gan = untrained(steps_per_execution=4)
    expected = []
    for _ in range(2):
        train(gan, images, 3)
        expected.append(gan.evaluate(held_out, batch_size=4, verbose=0, return_dict=True))
    for key in ("wasserstein_distance", "d_loss"):
        assert validated[f"val_{key}"] == [values[key] for values in expected]
    train(gan, images, 1)
    assert_bits_equal(state_of(gan), state)


def interrupt(monkeypatch, gan, name):
    """Interrupt a function of Keras's as soon as it has run."""
    function = getattr(gan, name)

    def interrupted(*arguments):
        function(*arguments)
        raise KeyboardInterrupt

    monkeypatch.setattr(gan, name, interrupted)


def test_interrupted_evaluation_loses_no_weights(untrained, images, float_images, monkeypatch):
    gan = untrained()
    before = state_of(gan)
    gan.make_test_function()
    interrupt(monkeypatch, gan, "test_function")
    with pytest.raises(KeyboardInterrupt):
        gan.evaluate(float_images, verbose=0)
    assert_bits_equal(state_of(gan), before)
    with pytest.raises(KeyboardInterrupt):
        train(gan, images, 2, validation_data=float_images)
    validated = state_of(gan)
    gan = untrained()
    train(gan, images, 1)
    assert_bits_equal(validated, state_of(gan))


def test_failing_prediction_loses_no_weights(untrained, float_images, monkeypatch):
    gan = untrained()
    before = state_of(gan)
    with pytest.raises(ValueError, match="incompatible shape"):
        gan.predict(float_images, verbose=0)
    assert_bits_equal(state_of(gan), before)
    latents = np.random.default_rng(0).normal(size=(40, LATENT_DIM)).astype("float32")
    # Batches of 32 and 8; the compiled sums are rounded in another order.
    np.testing.assert_allclose(gan.predict(latents, verbose=0), gan(latents), rtol=1e-5, atol=1e-6)
    interrupt(monkeypatch, gan, "predict_function")
    with pytest.raises(KeyboardInterrupt):
        gan.predict(latents, verbose=0)
    assert_bits_equal(state_of(gan), before)
