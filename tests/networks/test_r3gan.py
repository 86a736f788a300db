"""The networks of R3GAN."""

import keras
import numpy as np
import pytest

from keras_gan import GAN, losses
from keras_gan.models import R1, R2, Combined
from keras_gan.models.scoring import scores_each_alone
from keras_gan.networks import r3gan_critic, r3gan_generator

SMALL = {"widths": (8, 8, 6, 4), "blocks": 1, "group_size": 4}


def test_parameters_of_the_paper():
    """20.7 million in each network for CIFAR-10, with 64 numbers as a latent."""
    generator, critic = r3gan_generator(), r3gan_critic()
    blocks = 8 * (2 * 768 * 1536 + 9 * 16 * 1536 + 2 * 1536)
    assert generator.count_params() == blocks + 64 * 768 + 16 * 768 + 3 * 768 == 20_732_160
    assert critic.count_params() == blocks + 3 * 768 + 16 * 768 + 768 == 20_683_776 + 768 - 768


@pytest.mark.parametrize("image_shape", [(32, 32, 3), (64, 64, 4), (48, 64, 1)])
def test_images_and_scores_have_their_shapes(image_shape):
    options = {"widths": (8,), "blocks": 1, "group_size": 4}
    generator, critic = r3gan_generator(image_shape, latent_dim=6, **options), r3gan_critic(image_shape, **options)
    images = generator(np.random.default_rng(0).normal(size=(2, 6)).astype("float32"))
    assert images.shape == (2, *image_shape)
    assert critic(images).shape == (2, 1)
    assert scores_each_alone(critic)


def test_blocks_begin_as_the_identity_and_keep_the_variance():
    keras.utils.set_random_seed(0)
    critic = r3gan_critic(widths=(64,), blocks=1)
    names = [layer.name for layer in critic.layers if isinstance(layer, keras.layers.Add)]
    images = np.random.default_rng(0).normal(size=(64, 32, 32, 3)).astype("float32")
    first = critic.get_layer(names[0])
    before, after = keras.Model(critic.input, [first.input[0], first.output])(images)
    np.testing.assert_array_equal(before, after)
    np.testing.assert_allclose(np.std(before), 1.0, rtol=0.2)


def test_widths_may_differ_between_stages():
    generator, critic = r3gan_generator(**SMALL), r3gan_critic(**SMALL)
    assert [layer.output.shape[-1] for layer in generator.layers if isinstance(layer, keras.layers.Add)] == [8, 8, 6, 4]
    assert [layer.output.shape[-1] for layer in critic.layers if isinstance(layer, keras.layers.Add)] == [4, 6, 8, 8]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"widths": (8, 8)}, "`widths` must be one number, or 4 for images of this shape"),
        ({"widths": (9,)}, "`group_size` must be a divisor"),
        ({"widths": ()}, "`widths` must be"),
        ({"blocks": 0}, "`blocks` must be"),
        ({"group_size": 2.0}, "`group_size` must be"),
        ({"image_shape": (50, 64, 3)}, "`image_shape` must be of sides that are multiples"),
    ],
)
def test_values_that_do_not_fit_are_refused(options, message):
    for build in (r3gan_generator, r3gan_critic):
        with pytest.raises(ValueError, match=message):
            build(**options)


@pytest.mark.parametrize("precision", ["float32", pytest.param("mixed_bfloat16", marks=pytest.mark.long)])
def test_it_trains_with_its_objective_and_is_saved(tmp_path, precision):
    keras.config.set_dtype_policy(precision)
    try:
        networks = r3gan_generator(**SMALL), r3gan_critic(**SMALL)
    finally:
        keras.config.set_dtype_policy("float32")
    gan = GAN(*networks, losses.RelativisticPairing(), Combined([R1(0.1), R2(0.1)]), seed=0)
    gan.compile(keras.optimizers.Adam(2e-3, 0.0, 0.9), keras.optimizers.Adam(2e-3, 0.0, 0.9))
    images = np.random.default_rng(0).integers(0, 256, (64, 32, 32, 3)).astype("uint8")
    history = gan.fit(gan.batches(images, 8), steps_per_epoch=4, epochs=2, verbose=0).history
    assert np.isfinite(list(history.values())).all()
    samples = gan.generate(4, seed=0)
    assert samples.dtype == "float32"
    assert np.abs(samples).max() <= 1
    gan.save(tmp_path / "gan.keras")
    np.testing.assert_array_equal(keras.saving.load_model(tmp_path / "gan.keras").generate(4, seed=0), samples)
