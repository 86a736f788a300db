"""F19: networks that subclass `keras.Model`."""

import keras
import numpy as np
import pytest
from helpers import IMAGE_SHAPE, LATENT_DIM, assert_bits_equal, small_critic, small_generator, state_of
from subclassed import IMAGES, LATENTS, Critic, Generator, built, subclassed_networks

from keras_gan import WGAN, GradientPenalty, load_model
from keras_gan.callbacks import GanCheckpoint, SampleGrid
from keras_gan.models.sampling import generate
from keras_gan.models.scoring import scores_each_alone


class TwoArguments(Generator):
    def call(self, latents, labels, training=None):
        return super().call(latents + labels, training)


class TwoInputs(Generator):
    def call(self, inputs, training=None):
        return super().call(inputs[0] + inputs[1], training)


class TwoOutputs(Critic):
    def call(self, images):
        return super().call(images), images


class Normalised(Critic):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.stages = [{"first": keras.layers.BatchNormalization()}]

    def call(self, images):
        return super().call(self.stages[0]["first"](images))


def test_they_train_as_sequential_ones(make_gan, float_images):
    sequential, subclassed = {"generator": small_generator(), "critic": small_critic()}, subclassed_networks()
    for name, network in sequential.items():
        subclassed[name].set_weights(network.get_weights())
    histories = []
    for networks in (sequential, subclassed):
        gan = make_gan(GradientPenalty(), **networks)
        assert (gan.latent_shape, gan.image_shape) == ((LATENT_DIM,), IMAGE_SHAPE)
        histories.append(gan.fit(float_images, batch_size=16, shuffle=False, epochs=2, verbose=0).history)
    for key in ("d_loss", "g_loss", "gradient_penalty", "generator_gradient_norm"):
        # A critic of unknown code scores reals and fakes in two passes: float32 sums in another order.
        np.testing.assert_allclose(histories[0][key], histories[1][key], rtol=1e-4, atol=1e-6)


def test_they_are_drawn_saved_and_loaded(make_gan, images, tmp_path):
    def fit(gan, callbacks=()):
        gan.fit(gan.batches(images, 8), steps_per_epoch=1, verbose=0, callbacks=list(callbacks))

    gan = make_gan(**subclassed_networks())
    fit(gan, [GanCheckpoint(tmp_path, every=1), SampleGrid(tmp_path, every=1)])
    assert (tmp_path / "epoch_000001.png").is_file()
    loaded = load_model(tmp_path / "epoch_000001.keras")
    assert_bits_equal(state_of(loaded), state_of(gan))
    gan.generator.save(tmp_path / "generator.keras")
    samples = generate(load_model(tmp_path / "generator.keras"), 3, seed=0)
    np.testing.assert_array_equal(samples, gan.generate(3, seed=0))
    for each in (gan, loaded):
        fit(each)
    assert_bits_equal(state_of(loaded), state_of(gan))


@pytest.mark.filterwarnings("ignore:`build.*was called on layer:UserWarning")
def test_weights_that_build_leaves_out_are_made():
    networks = {"generator": Generator(), "critic": Critic()}
    for network, inputs in zip(networks.values(), (LATENTS, IMAGES)):
        network.build((None, *inputs.shape[1:]))
        assert not network.weights
    gan = WGAN(**networks)
    assert [weight.shape for weight in gan.weights] == [
        weight.shape for weight in WGAN(**subclassed_networks()).weights
    ]


@pytest.mark.parametrize(
    ("name", "make", "message"),
    [
        ("generator", Generator, "`generator` must be a built keras.Model: call it once"),
        ("critic", Critic, "`critic` must be a built keras.Model: call it once"),
        ("generator", lambda: built(TwoInputs(), [LATENTS, LATENTS]), "`generator` must take one tensor.*a model of 2"),
        ("critic", lambda: built(TwoOutputs(), IMAGES), "`critic` must return one tensor.*a model of 2"),
        ("critic", lambda: built(Critic(), IMAGES[:, 1:]), "`critic` must take the generator's images"),
    ],
)
def test_what_cannot_work_is_refused_by_name(name, make, message):
    with pytest.raises(ValueError, match=message):
        WGAN(**{**subclassed_networks(), name: make()})


def test_a_network_of_two_arguments_is_refused_by_name():
    generator = TwoArguments()
    generator(LATENTS, LATENTS)
    with pytest.raises(ValueError, match=r"`generator` must take one tensor of the shape \(2, 5\)"):
        WGAN(generator, small_critic())


def test_latents_must_have_one_shape():
    latents = keras.Input((None, LATENT_DIM))
    generator = keras.Model(latents, small_generator()(keras.ops.mean(latents, axis=1)))
    with pytest.raises(ValueError, match=r"`generator` must take latents of one shape. Received: \(None, 5\)"):
        WGAN(generator, small_critic())


def test_layers_inside_them_are_found():
    critic = built(Normalised(), IMAGES)
    assert not scores_each_alone(critic)
    with pytest.raises(ValueError, match="A critic with BatchNormalization cannot be trained"):
        WGAN(small_generator(), critic, GradientPenalty())
