"""Batch normalisation on several devices: by the statistics of all of them, or of each."""

import jax
import keras
import numpy as np
import pytest

from keras_gan.networks.layers.batch_norm import FusedBatchNormalization, local_statistics
from keras_gan.sharding import shard_batch
from keras_gan.training.build import build_model
from keras_gan.training.changes import change
from keras_gan.training.presets import PRESETS

IMAGES = np.random.default_rng(0).normal(size=(8, 3, 5, 2)).astype("float32") * [3.0, 0.5] + [1.0, -2.0]


def normalised(layer, gamma, beta):
    """Return outputs of a layer in training, its moving statistics, and the text of its program."""
    layer.build((None, 3, 5, 2))
    layer.set_weights([gamma, beta, np.zeros(2), np.ones(2)])

    def run(state, inputs):
        outputs, state = layer.stateless_call(*state, shard_batch(inputs), training=True)
        return outputs, state

    state = (
        [weight.value for weight in layer.trainable_variables],
        [weight.value for weight in layer.non_trainable_variables],
    )
    program = jax.jit(run).lower(state, IMAGES.astype("float32")).compile()
    outputs, moving = program(state, IMAGES.astype("float32"))
    return np.asarray(outputs), [np.asarray(each) for each in moving], program.as_text()


@pytest.mark.parametrize("parts", [1, 4])
def test_statistics_are_those_of_all_devices_or_of_each(devices, parts):
    devices(4)
    gamma, beta = np.array([2.0, 0.5]), np.array([0.1, -0.3])
    with local_statistics(parts == 4):
        layer = FusedBatchNormalization(momentum=0.9, epsilon=1e-3)
    outputs, (mean, variance), program = normalised(layer, gamma, beta)
    groups = IMAGES.astype("float64").reshape(parts, -1, 3, 5, 2)
    means, variances = (function(groups, axis=(1, 2, 3), keepdims=True) for function in (np.mean, np.var))
    expected = gamma * (groups - means) / np.sqrt(variances + 1e-3) + beta
    # Float32 against float64.
    np.testing.assert_allclose(outputs, expected.reshape(IMAGES.shape), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(mean, 0.1 * means.mean(axis=0).ravel(), rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(variance, 0.9 + 0.1 * variances.mean(axis=0).ravel(), rtol=1e-4)
    # The outputs of a part need nothing of other devices; moving statistics are sums over all.
    assert ("all-reduce" in program, "all-gather" in program, "all-to-all" in program) == (True, False, False)


def test_the_choice_is_a_setting_of_the_run_and_is_saved(tmp_path):
    config = change(PRESETS["demo"], sync_batch_norm=False)
    gan = build_model(config)
    gan.save(tmp_path / "gan.keras")
    loaded = keras.saving.load_model(tmp_path / "gan.keras")
    for each, is_local in ((gan, True), (loaded, True), (build_model(PRESETS["demo"]), False)):
        found = [layer for layer in each.generator.layers if isinstance(layer, FusedBatchNormalization)]
        assert {layer.is_local for layer in found} == {is_local}
