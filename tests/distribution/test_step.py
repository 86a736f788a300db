"""A step on several devices: its program, and its numbers."""

import collections
import re

import keras
import numpy as np
import pytest
from helpers import assert_bits_equal, values_of

from keras_gan import GAN, AdaptiveAugmentation, DiffAugment, GradientPenalty, GuideAugmentation, WeightClipping, losses
from keras_gan.models import DRAGAN, R1, R2, Combined, Consistency, NormClipping, SpectralNormalization
from keras_gan.networks import convolutional_critic, upsampling_generator
from keras_gan.sharding import ShardedParameters

IMAGES = np.random.default_rng(0).integers(0, 256, (64, 16, 16, 3), dtype=np.uint8)
BATCH, N_CRITIC = 8, 2

#: Parts of a model, each of which a batch passes in its own way. Relativistic losses compare with means of the batch.
#: They are made when the devices are set, as their variables lie there.
MODELS = {
    "penalty": lambda: {"lipschitz": GradientPenalty(10.0)},
    "clipping": lambda: {"lipschitz": WeightClipping(0.05)},
    "relativistic": lambda: {"loss": losses.RelativisticAverage(), "lipschitz": None},
    "diffaugment": lambda: {"lipschitz": GradientPenalty(10.0), "augmentation": DiffAugment()},
    "ada": lambda: {"lipschitz": None, "augmentation": AdaptiveAugmentation(length=200, initial=0.5)},
    "guide": lambda: {"lipschitz": None, "augmentation": GuideAugmentation()},
    "pairing": lambda: {"loss": losses.RelativisticPairing(), "lipschitz": Combined([R1(0.1, every=2), R2(0.1)])},
    "dragan": lambda: {"loss": losses.NonSaturating(), "lipschitz": DRAGAN(1.0)},
    "consistency": lambda: {"loss": losses.Hinge(), "lipschitz": Consistency(1.0)},
    "spectral norm": lambda: {"loss": losses.Hinge(), "lipschitz": SpectralNormalization()},
    "norm clipping": lambda: {"loss": losses.LeastSquares(), "lipschitz": NormClipping(0.5)},
}

#: Those that are much like another one.
SIMILAR = (
    "clipping",
    "relativistic",
    "guide",
    "diffaugment",
    "dragan",
    "consistency",
    "spectral norm",
    "norm clipping",
)
CASES = [pytest.param(name, marks=pytest.mark.long if name in SIMILAR else ()) for name in MODELS]


def trained(name, epochs):
    """Return a model after so many epochs of a step, and the history of its training.

    The optimizers are those of plain gradient descent. Others divide by the gradient's size: they make whole steps of
    a gradient that is zero but for rounding, as that of a bias before a normalisation.
    """
    keras.utils.set_random_seed(0)
    parts = MODELS[name]()
    gan = GAN(
        upsampling_generator(latent_dim=8, filters=(8, 8, 3)),
        convolutional_critic(image_shape=(16, 16, 3), filters=(8, 8), strides=(2, 2)),
        parts.get("loss", losses.Wasserstein()),
        parts["lipschitz"],
        N_CRITIC,
        seed=0,
        augmentation=parts.get("augmentation"),
    )
    gan.compile(critic_optimizer=keras.optimizers.SGD(1e-3), generator_optimizer=keras.optimizers.SGD(1e-2))
    feed = gan.batches(IMAGES, batch_size=BATCH)
    history = gan.fit(feed, steps_per_epoch=1, epochs=epochs, verbose=0).history
    return gan, {name: np.array(values) for name, values in history.items() if name != "epoch_time"}


def collectives(program):
    """Return how often a program exchanges numbers between devices, by kind."""
    kinds = "all-reduce|all-to-all|all-gather|collective-permute|reduce-scatter"
    return collections.Counter(re.findall(rf" ({kinds})(?:-start)?\(", program))


def instructions(program):
    """Return the lines of a program that say what it computes, without names and places in the source."""
    return [re.sub(r", metadata=\{[^}]*\}", "", line) for line in program.splitlines() if not line[:1].isdigit()]


def convolved(program):
    """Return the images of each convolution, of the networks and of their gradients, but not of those of kernels."""
    shapes = re.findall(r"= f32\[([\d,]+)\]\S* convolution\(", program)
    sides = [shape.split(",") for shape in shapes]
    # The gradient of a kernel has its shape, in some order: both sides are 5 or 3.
    return [int(each[0]) for each in sides if sum(side in ("5", "3") for side in each) < 2]


@pytest.mark.parametrize("name", CASES)
def test_devices_share_the_work_and_give_the_numbers_of_one(devices, compiled_step, name):
    devices(1)
    gan, history = trained(name, 20)
    alone = compiled_step()
    assert not collectives(alone)
    devices(4)
    other, found = trained(name, 20)
    program = compiled_step()
    # Sums of gradients, statistics and what is reported.
    assert set(collectives(program)) == {"all-reduce"}
    assert sum(convolved(program)) == sum(convolved(alone)) / 4
    # A ratio to a loss that may be nearly zero.
    history.pop("dg_ratio")
    for key, values in history.items():
        # Float32 with sums in another order, over twenty steps.
        np.testing.assert_allclose(found[key], values, rtol=1e-5, atol=1e-6, err_msg=key)
    for one, two in zip(values_of(gan.variables), values_of(other.variables), strict=True):
        np.testing.assert_allclose(two, one, rtol=1e-5, atol=1e-6)


def test_the_same_number_of_devices_gives_the_same_bits(devices):
    devices(2)
    gans = [trained("diffaugment", 5)[0] for _ in range(2)]
    assert_bits_equal(*(values_of(gan.variables) for gan in gans))
    for weight in gans[0].trainable_variables:
        assert len(weight.value.sharding.device_set) == 2
        assert weight.value.sharding.is_fully_replicated


@pytest.mark.parametrize("name", ["penalty", pytest.param("ada", marks=pytest.mark.long)])
def test_the_program_does_not_depend_on_where_variables_lie_in_memory(devices, compiled_step, name):
    devices(4)
    trained(name, 1)
    program = instructions(compiled_step())
    holes = [keras.Variable(0.0) for _ in range(400)]
    np.random.default_rng(0).shuffle(holes)
    # The next variables fill these places, in another order than those before.
    del holes[:200]
    trained(name, 1)
    assert instructions(compiled_step()) == program


def test_parameters_are_divided_among_the_devices(devices, compiled_step, tmp_path):
    devices(1)
    gan, history = trained("penalty", 20)
    keras.distribution.set_distribution(ShardedParameters(keras.distribution.list_devices()[:4]))
    other, found = trained("penalty", 20)
    # Weights are collected, and gradients are summed.
    assert {"all-gather", "all-reduce"} <= set(collectives(compiled_step()))
    for weight in [*other.generator.trainable_weights, *other.critic.trainable_weights]:
        stored = weight.value.addressable_shards[0].data.size
        assert stored == weight.value.size // (4 if len(weight.shape) > 1 and max(weight.shape) % 4 == 0 else 1)
    np.testing.assert_allclose(found["d_loss"], history["d_loss"], rtol=1e-5, atol=1e-6)
    for one, two in zip(values_of(gan.variables), values_of(other.variables), strict=True):
        # Float32 with sums in another order, over twenty steps.
        np.testing.assert_allclose(two, one, rtol=1e-5, atol=1e-6)
    other.save(tmp_path / "gan.keras")
    keras.distribution.set_distribution(None)
    loaded = keras.saving.load_model(tmp_path / "gan.keras")
    assert_bits_equal(values_of(loaded.variables), values_of(other.variables))


@pytest.mark.long
def test_evaluation_and_prediction_take_batches_of_any_size(devices):
    found = {}
    for count in (1, 4):
        devices(count)
        gan, _ = trained("penalty", 1)
        history = gan.fit(IMAGES, batch_size=8, verbose=0, shuffle=False, validation_data=IMAGES[:30]).history
        scores = gan.evaluate(IMAGES[:30], batch_size=7, verbose=0)
        samples = gan.predict(np.ones((7, 8), "float32"), verbose=0)
        assert keras.distribution.distribution() is None or count > 1
        found[count] = [history["d_loss"], history["val_d_loss"], scores, samples, gan.generate(7, seed=0)]
    for one, four in zip(found[1], found[4], strict=True):
        # Float32 with sums in another order.
        np.testing.assert_allclose(four, one, rtol=1e-5, atol=1e-6)


def test_a_batch_that_devices_cannot_divide_is_refused(devices):
    devices(4)
    gan, _ = trained("clipping", 1)
    message = "`batch_size` must be a multiple of the 4 devices.* Received: batch_size=6"
    with pytest.raises(ValueError, match=message):
        gan.fit(gan.batches(IMAGES, batch_size=6), steps_per_epoch=1, verbose=0)
    with pytest.raises(ValueError, match=message):
        gan.fit(IMAGES, batch_size=6, verbose=0)
