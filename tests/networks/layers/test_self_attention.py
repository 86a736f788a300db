"""Self-attention beside its formula in NumPy."""

import keras
import numpy as np
import pytest
from helpers import values_of

from keras_gan.networks import SelfAttention2D, SpectralNorm, SpectralSelfAttention2D

MAPS = np.random.default_rng(0).normal(size=(2, 3, 5, 16)).astype("float32")


def attended(maps, query, key, value, output):
    """O(softmax(Q Kᵀ) V) for each map, in float64."""
    rows = maps.reshape(len(maps), -1, maps.shape[-1]).astype(np.float64)
    similarity = (rows @ query) @ (rows @ key).transpose(0, 2, 1)
    weights = np.exp(similarity - similarity.max(axis=-1, keepdims=True))
    weights /= weights.sum(axis=-1, keepdims=True)
    return (weights @ (rows @ value) @ output).reshape(maps.shape)


def kernels(layer):
    projections = (layer.query, layer.key, layer.value, layer.output_projection)
    plain = [getattr(each, "layer", each) for each in projections]
    return [values_of([each.kernel])[0][0, 0].astype(np.float64) for each in plain]


@pytest.mark.parametrize("kind", [SelfAttention2D, SpectralSelfAttention2D])
def test_layer_starts_as_the_identity(kind):
    np.testing.assert_array_equal(kind()(MAPS), MAPS)


@pytest.mark.parametrize("is_compiled", [False, True])
def test_outputs_are_the_formulas(is_compiled):
    layer = SelfAttention2D()
    layer.build(MAPS.shape)
    layer.gain.assign(0.7)
    call = layer
    if is_compiled:
        model = keras.Sequential([keras.Input(MAPS.shape[1:]), layer])
        model.compile()
        call = model.predict_on_batch
    expected = MAPS + 0.7 * attended(MAPS, *kernels(layer))
    # Float32 sums over sixteen channels and fifteen positions.
    np.testing.assert_allclose(call(MAPS), expected, rtol=1e-4, atol=1e-5)


def test_spectral_projections_have_singular_values_of_one():
    layer = SpectralSelfAttention2D()
    layer.build(MAPS.shape)
    layer.gain.assign(0.7)
    for _ in range(15):
        outputs = layer(MAPS, training=True)
    assert isinstance(layer.query, SpectralNorm)
    normalised = [kernel / np.linalg.svd(kernel, compute_uv=False)[0] for kernel in kernels(layer)]
    np.testing.assert_allclose(outputs, MAPS + 0.7 * attended(MAPS, *normalised), rtol=1e-3, atol=1e-3)


def test_each_map_is_attended_alone():
    layer = SelfAttention2D()
    layer.build(MAPS.shape)
    layer.gain.assign(1.0)
    np.testing.assert_allclose(layer(MAPS)[:1], layer(MAPS[:1]), rtol=1e-5, atol=1e-6)


def test_half_precision_keeps_its_dtype():
    layer = SelfAttention2D(dtype="mixed_bfloat16")
    outputs = layer(MAPS)
    assert keras.backend.standardize_dtype(outputs.dtype) == "bfloat16"
    layer.gain.assign(0.7)
    expected = MAPS + 0.7 * attended(MAPS, *kernels(layer))
    # bfloat16 has eight bits: 1/256 of each of the sums' terms.
    np.testing.assert_allclose(keras.ops.cast(layer(MAPS), "float32"), expected, rtol=0.03, atol=0.05)


def test_few_channels_are_refused():
    with pytest.raises(ValueError, match="SelfAttention2D needs at least 8 channels. Received: 4"):
        SelfAttention2D()(MAPS[..., :4])
