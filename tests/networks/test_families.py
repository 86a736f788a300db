"""The networks of `wgan_small` and `wgan_large`."""

import keras
import numpy as np
import pytest
from helpers import values_of

import keras_gan as kg
from keras_gan.models.scoring import scores_each_alone
from keras_gan.networks import (
    SelfAttention2D,
    SpectralNorm,
    layer_normalised_critic,
    residual_critic,
    residual_generator,
    transposed_generator,
)
from keras_gan.networks.layers.blocks import layer_normalisation
from keras_gan.networks.stages import base_size, stage_count, stage_widths

FAMILIES = {
    "small": (transposed_generator, layer_normalised_critic),
    "large": (residual_generator, residual_critic),
}


@pytest.mark.parametrize(
    ("image_shape", "count", "base"),
    [
        ((32, 32, 3), 3, (4, 4)),
        ((64, 64, 4), 4, (4, 4)),
        ((256, 256, 1), 6, (4, 4)),
        ((48, 64, 3), 3, (6, 8)),
        ((8, 8, 3), 1, (4, 4)),
    ],
)
def test_stages_halve_the_side_until_it_is_below_eight(image_shape, count, base):
    assert (stage_count(image_shape), base_size(image_shape)) == (count, base)


def test_widths_double_up_to_eight_times():
    assert stage_widths(6, 64) == [64, 128, 256, 512, 512, 512]


@pytest.mark.parametrize(
    ("image_shape", "message"),
    [
        ((50, 64, 3), "sides that are multiples of 8, such as 48x64"),
        ((4, 64, 3), "sides of at least 8"),
        ((64, 64), "height, width and channels"),
        ((64, 0, 3), "a tuple of integers of at least 1"),
    ],
)
def test_sides_that_do_not_fit_are_refused(image_shape, message):
    for build in (*FAMILIES["small"], *FAMILIES["large"]):
        with pytest.raises(ValueError, match=f"`image_shape` must be .*{message}"):
            build(image_shape)


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("image_shape", [(32, 32, 3), (24, 32, 4), (64, 64, 1)])
def test_networks_fit_the_images(family, image_shape):
    generator, critic = (build(image_shape, feature_maps=8) for build in FAMILIES[family])
    latents = np.random.default_rng(0).normal(size=(2, 128)).astype("float32")
    images = generator(latents)
    assert images.shape == (2, *image_shape)
    assert np.abs(images).max() <= 1
    assert critic(images).shape == (2, 1)
    # So that reals and fakes share a pass.
    assert scores_each_alone(critic)


def test_small_networks_are_the_guides():
    generator, critic = transposed_generator(), layer_normalised_critic()
    assert generator.input_shape == (None, 128)
    doubled = [layer for layer in generator.layers if isinstance(layer, keras.layers.Conv2DTranspose)]
    assert [layer.filters for layer in doubled] == [256, 128, 64, 3]
    halved = [layer for layer in critic.layers if isinstance(layer, keras.layers.Conv2D)]
    assert [layer.filters for layer in halved] == [64, 128, 256, 512]
    normalised = [layer for layer in critic.layers if isinstance(layer, keras.layers.GroupNormalization)]
    assert len(normalised) == 3
    assert not any("BatchNormalization" in type(layer).__name__ for layer in critic.layers)


@pytest.mark.parametrize(("side", "attended"), [(32, 0), (64, 1), (128, 1)])
def test_large_networks_attend_at_32_pixels(side, attended):
    for build in FAMILIES["large"]:
        network = build((side, side, 3), feature_maps=8)
        layers = [layer for layer in network.layers if isinstance(layer, SelfAttention2D)]
        assert [layer.output.shape[1:3] for layer in layers] == [(32, 32)] * attended


def test_every_kernel_of_the_large_critic_is_normalised():
    critic = residual_critic((64, 64, 3), feature_maps=8)
    wrapped = {id(layer.layer.kernel) for layer in critic._flatten_layers() if isinstance(layer, SpectralNorm)}
    kernels = {id(weight) for weight in critic.trainable_weights if weight.path.endswith("kernel")}
    assert wrapped == kernels


@pytest.mark.parametrize(("family", "policy"), [("small", "float32"), ("large", "mixed_bfloat16")])
def test_step_of_a_saved_model_goes_on_as_the_model(family, policy, tmp_path):
    """Spectral vectors and attention are state that a checkpoint holds."""
    keras.config.set_dtype_policy(policy)
    try:
        keras.utils.set_random_seed(0)
        generator, critic = (build((8, 8, 4), feature_maps=8) for build in FAMILIES[family])
    finally:
        keras.config.set_dtype_policy("float32")
    gan = kg.WGAN(generator, critic, kg.GradientPenalty(10.0), n_critic=1, seed=0)
    # The large networks take longer to compile than to train here.
    options = {"run_eagerly": family == "large"}
    gan.compile(keras.optimizers.Adam(1e-3, 0.0, 0.9), keras.optimizers.Adam(1e-3, 0.0, 0.9), **options)
    images = np.random.default_rng(0).integers(0, 256, (8, 8, 8, 4), dtype=np.uint8)
    gan.fit(gan.batches(images, 4), steps_per_epoch=2, epochs=1, verbose=0)
    gan.save(tmp_path / "gan.keras")
    loaded = kg.load_model(tmp_path / "gan.keras")
    for model in (gan, loaded):
        history = model.fit(model.batches(images, 4), steps_per_epoch=1, epochs=1, verbose=0).history
        assert np.isfinite(history["d_loss"]).all()
    for one, other in zip(values_of(gan.weights), values_of(loaded.weights), strict=True):
        np.testing.assert_array_equal(one, other)


def test_each_sample_is_normalised_over_its_whole_map():
    """Normalisation of each pixel alone, Keras's LayerNormalization, does not train: benchmarks/normalisations.py."""
    x = np.random.default_rng(0).normal(2.0, 3.0, (2, 4, 6, 5)).astype("float32")
    normalised = np.asarray(layer_normalisation(x))
    expected = (x - x.mean((1, 2, 3), keepdims=True)) / np.sqrt(x.var((1, 2, 3), keepdims=True) + 1e-5)
    # Values around 1 from sums of 120 float32 numbers.
    np.testing.assert_allclose(normalised, expected, rtol=0, atol=1e-5)
