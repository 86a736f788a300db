import warnings

import keras
import numpy as np
import pytest
import scipy.stats
from helpers import IMAGE_SHAPE, small_critic, small_generator, values_of

from keras_gan import WGAN, GradientPenalty, WeightClipping
from keras_gan.models import autodiff


class RecordingCritic:
    """A critic whose gradient is one in each of the pixels, and that keeps what it is shown."""

    def __call__(self, images):
        self.images = images
        return keras.ops.sum(images, axis=(1, 2, 3))


def test_interpolates_are_uniform_with_one_weight_a_sample():
    critic = RecordingCritic()
    real, fake = keras.ops.ones((4096, 2, 2, 1)), keras.ops.zeros((4096, 2, 2, 1))
    GradientPenalty().penalty(critic, real, fake, keras.random.SeedGenerator(0))
    mixing = np.asarray(critic.images).reshape(4096, 4)
    np.testing.assert_array_equal(mixing, np.repeat(mixing[:, :1], 4, axis=1))
    assert scipy.stats.kstest(mixing[:, 0], "uniform").pvalue > 0.01


def test_penalty_takes_one_norm_a_sample():
    # f(x) = ½‖x‖² has the gradient x: with reals and fakes alike, the norms are those of the samples.
    def critic(images):
        return 0.5 * keras.ops.sum(keras.ops.square(images), axis=(1, 2, 3))

    images = np.random.default_rng(0).normal(size=(8, 2, 2, 3)).astype("float32")
    norms = np.sqrt((images.astype("float64") ** 2).sum(axis=(1, 2, 3)))
    tensor = keras.ops.convert_to_tensor(images)
    for one_sided, excess in ((False, norms - 3.0), (True, np.maximum(norms - 3.0, 0))):
        penalty = GradientPenalty(target=3.0, one_sided=one_sided).penalty(
            critic, tensor, tensor, keras.random.SeedGenerator(0)
        )
        np.testing.assert_allclose(penalty, np.mean(excess**2), rtol=1e-5)


def test_penalty_of_a_flat_critic_has_finite_gradients():
    weight = keras.Variable(np.zeros((4, 1), "float32"))

    def critic(images):
        return keras.ops.matmul(keras.ops.reshape(images, (-1, 4)), weight)

    def objective():
        images = keras.ops.ones((3, 2, 2, 1))
        return GradientPenalty().penalty(critic, images, -images, keras.random.SeedGenerator(0)), None

    (penalty, _), (gradient,) = autodiff.value_and_gradients(objective, [weight])
    np.testing.assert_allclose(penalty, 1.0, rtol=1e-5)
    assert np.all(np.isfinite(gradient))


def batch_norm_critic():
    return small_critic(keras.layers.BatchNormalization())


def test_clipping_bounds_trainable_weights_alone():
    with pytest.warns(UserWarning, match="BatchNormalization"):
        gan = WGAN(small_generator(), batch_norm_critic(), WeightClipping(0.01))
    before = values_of(gan.critic.non_trainable_weights)
    gan.lipschitz.constrain(gan.critic)
    for weight in values_of(gan.critic.trainable_weights):
        assert np.abs(weight).max() <= np.float32(0.01)
    for weight, old in zip(values_of(gan.critic.non_trainable_weights), before):
        np.testing.assert_array_equal(weight, old)
        assert weight.max() in (0.0, 1.0)


def test_every_critic_update_ends_clipped(make_gan, float_images):
    gan = make_gan(WeightClipping(0.02))
    gan.fit(float_images, batch_size=8, epochs=2, verbose=0)
    flat = np.concatenate([weight.ravel() for weight in values_of(gan.critic.trainable_weights)])
    assert np.abs(flat).max() == np.float32(0.02)


def test_batch_norm_critic_is_refused_with_a_penalty():
    with pytest.raises(ValueError, match="BatchNormalization cannot be trained with GradientPenalty"):
        WGAN(small_generator(), batch_norm_critic(), GradientPenalty())


def test_batch_norm_is_found_in_nested_models():
    nested = keras.Sequential([keras.Input(IMAGE_SHAPE), batch_norm_critic()])
    with pytest.raises(ValueError, match="BatchNormalization"):
        WGAN(small_generator(), nested, GradientPenalty())


@pytest.mark.parametrize(
    ("optimizer", "warns"),
    [
        (keras.optimizers.Adam(), True),
        (keras.optimizers.Nadam(), True),
        (keras.optimizers.SGD(momentum=0.5), True),
        (keras.optimizers.RMSprop(momentum=0.5), True),
        (keras.optimizers.LossScaleOptimizer(keras.optimizers.Adam()), True),
        (keras.optimizers.Adam(beta_1=0.0), False),
        (keras.optimizers.SGD(), False),
        (keras.optimizers.RMSprop(), False),
    ],
    ids=lambda value: getattr(value, "name", value),
)
def test_momentum_is_warned_about_with_clipping(optimizer, warns):
    gan = WGAN(small_generator(), small_critic(), WeightClipping())
    if warns:
        with pytest.warns(UserWarning, match="has momentum"):
            gan.compile(optimizer, "rmsprop")
    else:
        gan.compile(optimizer, "rmsprop")


def test_momentum_is_fine_with_a_penalty():
    gan = WGAN(small_generator(), small_critic(), GradientPenalty())
    with warnings.catch_warnings(record=True) as caught:
        gan.compile("adam", "adam")
    assert caught == []


def test_policy_must_be_one():
    with pytest.raises(ValueError, match="`lipschitz` must be a LipschitzPolicy or None. Received: 'clip'"):
        WGAN(small_generator(), small_critic(), "clip")


#: F51: what is no number at all.
NO_NUMBERS = [float("nan"), float("inf"), None, "1.0", True]


@pytest.mark.parametrize("value", [0.0, -1.0, *NO_NUMBERS])
def test_threshold_and_weight_must_be_positive(value):
    with pytest.raises(ValueError, match="`threshold` must be a finite positive number. Received: threshold="):
        WeightClipping(value)
    with pytest.raises(ValueError, match="`weight` must be a finite positive number. Received: weight="):
        GradientPenalty(value)


@pytest.mark.parametrize("value", [-1.0, *NO_NUMBERS])
def test_target_must_not_be_negative(value):
    with pytest.raises(ValueError, match="`target` must be a finite number of at least 0. Received: target="):
        GradientPenalty(target=value)


def test_numbers_may_be_numpy_s():
    assert WeightClipping(np.float32(0.5)).threshold == 0.5
    assert GradientPenalty(np.int64(3), target=0).weight == 3


@pytest.mark.parametrize("policy", [WeightClipping(0.3), GradientPenalty(2.0, target=0.5, one_sided=True)])
def test_config_round_trip(policy):
    copy = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(policy))
    assert type(copy) is type(policy)
    assert vars(copy) == vars(policy)


def patch_critic(is_pooled):
    """A critic with 2×2 scores an image, or their mean, with the same weights."""
    keras.utils.set_random_seed(4)
    x = images = keras.Input(IMAGE_SHAPE)
    x = keras.layers.Conv2D(4, 3, strides=2, activation="tanh", padding="same")(x)
    x = keras.layers.Conv2D(1, 3, strides=IMAGE_SHAPE[0] // 4, padding="same")(x)
    return keras.Model(images, keras.layers.GlobalAveragePooling2D()(x) if is_pooled else x)


@pytest.mark.parametrize("options", [{}, {"run_eagerly": True}], ids=["compiled", "eager"])
def test_critic_of_patches_is_trained_as_the_mean_of_its_scores(float_images, options):
    """F4."""
    results = []
    for is_pooled in (False, True):
        critic = patch_critic(is_pooled)
        assert critic.output_shape == ((None, 1) if is_pooled else (None, 2, 2, 1))
        gan = WGAN(small_generator(), critic, GradientPenalty(10.0), 2, seed=1)
        gan.compile(keras.optimizers.SGD(0.05), keras.optimizers.SGD(0.05), **options)
        history = gan.fit(float_images, batch_size=16, epochs=2, verbose=0).history
        del history["epoch_time"]
        results.append((history, values_of(critic.weights)))
    (patches, weights), (pooled, pooled_weights) = results
    # The same sums in another order.
    for key in (
        "wasserstein_distance",
        "gradient_penalty",
        "critic_gradient_norm",
        "generator_gradient_norm",
        "d_loss",
    ):
        np.testing.assert_allclose(patches[key], pooled[key], rtol=1e-5, err_msg=key)
    for one, other in zip(weights, pooled_weights, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-6)
