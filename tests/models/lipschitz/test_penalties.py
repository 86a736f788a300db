"""Penalties of a critic's gradients and scores, one value against NumPy in float64 for each policy."""

import keras
import numpy as np
import pytest
from keras import ops

from keras_gan import losses
from keras_gan.models import DRAGAN, R1, R2, Consistency, GradientPenalty, LipschitzPenalty, NormClipping

RNG = np.random.default_rng(0)
REAL, FAKE = (RNG.normal(size=(6, 8, 8, 3)).astype("float32") for _ in range(2))


class Recording:
    """The critic f(x) = ½‖x‖², whose gradient is x. It keeps what it is shown."""

    def __init__(self):
        self.seen = []

    def __call__(self, images):
        self.seen.append(images)
        return 0.5 * ops.sum(ops.square(images), axis=(1, 2, 3))


def penalty_of(policy, critic, update=None):
    tensors = ops.convert_to_tensor(REAL), ops.convert_to_tensor(FAKE)
    seed = keras.random.SeedGenerator(3)
    if update is None:
        return float(policy.penalty(critic, *tensors, seed))
    return float(policy.penalty_at(ops.convert_to_tensor(update, "int32"), critic, *tensors, seed))


def squared_norms(images):
    return (np.asarray(images, "float64") ** 2).sum(axis=(1, 2, 3))


@pytest.mark.parametrize(("policy", "images"), [(R1(2.0), REAL), (R2(2.0), FAKE)])
def test_zero_centred_penalties_are_half_the_squared_norm_at_their_images(policy, images):
    # Float32 sums of 192 squares.
    np.testing.assert_allclose(penalty_of(policy, Recording()), np.mean(squared_norms(images)) / 2, rtol=1e-5)


def test_the_lipschitz_penalty_is_one_sided_between_reals_and_fakes():
    critic, other = Recording(), Recording()
    found = penalty_of(LipschitzPenalty(), critic)
    norms = np.sqrt(squared_norms(critic.seen[0]))
    np.testing.assert_allclose(found, np.mean(np.maximum(norms - 1, 0) ** 2), rtol=1e-5)
    # A critic with a gradient of norm below 1 pays nothing, and that of the two-sided penalty pays.
    small = 1e-3
    assert penalty_of(LipschitzPenalty(), lambda images: small * other(images)) == 0
    assert penalty_of(GradientPenalty(), lambda images: small * other(images)) > 0.9


def test_dragan_looks_near_reals():
    critic = Recording()
    found = penalty_of(DRAGAN(spread=0.5), critic)
    places = np.asarray(critic.seen[0], "float64")
    np.testing.assert_allclose(found, np.mean((np.sqrt(squared_norms(places)) - 1) ** 2), rtol=1e-5)
    steps = (places - REAL) / (0.5 * REAL.astype("float64").std())
    # A share of the image's own, times a uniform number of each value.
    assert steps.min() >= -1e-6
    assert steps.max() <= 1
    assert (np.ptp(steps, axis=(1, 2, 3)) > 0).all()
    largest = steps.max(axis=(1, 2, 3))
    assert np.ptp(largest) > 0.2
    np.testing.assert_allclose(steps.mean(axis=(1, 2, 3)), largest / 2, rtol=0.15)


def test_consistency_compares_images_with_moved_ones():
    critic = Recording()

    def mean_of_left_half(images):
        critic.seen.append(images)
        return ops.mean(images[:, :, :4], axis=(1, 2, 3))

    found = penalty_of(Consistency(), mean_of_left_half)
    first, second = (np.asarray(seen, "float64")[:, :, :4].mean(axis=(1, 2, 3)) for seen in critic.seen)
    np.testing.assert_allclose(found, np.mean((first - second) ** 2), rtol=1e-4)
    np.testing.assert_array_equal(critic.seen[0], REAL)
    assert not np.array_equal(critic.seen[1], REAL)
    # Moved by one pixel at most: no value is new.
    for moved, image in zip(np.asarray(critic.seen[1]), REAL):
        assert set(moved.ravel()) <= {*image.ravel(), 0.0}


def test_consistency_of_a_critic_that_sees_means_alone_is_small():
    assert penalty_of(Consistency(), lambda images: ops.zeros(len(images))) == 0


@pytest.mark.parametrize(
    "policy", [R1(every=4), GradientPenalty(every=4), Consistency(every=4)], ids=lambda p: type(p).__name__
)
def test_lazy_penalties_count_as_often_as_they_are_left_out(policy):
    found = [penalty_of(policy, Recording(), update) for update in range(9)]
    whole = penalty_of(policy, Recording())
    assert [value > 0 for value in found] == [update % 4 == 0 for update in range(9)]
    np.testing.assert_allclose([found[0], found[4], found[8]], 4 * whole, rtol=1e-6)


def test_norms_of_weights_are_clipped_and_their_directions_kept():
    critic = keras.Sequential([keras.Input((3,)), keras.layers.Dense(4), keras.layers.Dense(1)])
    old = [np.asarray(weight) for weight in critic.trainable_weights]
    policy = NormClipping(0.7)
    policy.constrain(critic)
    for weight, before in zip(critic.trainable_weights, old):
        expected = before * min(1.0, 0.7 / max(np.linalg.norm(before.astype("float64")), 1e-9))
        np.testing.assert_allclose(weight, expected, rtol=1e-5, atol=1e-7)
    # Both kernels are at the bound, and no bias, which are zero.
    assert float(policy.clip_ratio(critic)) == 0.5


@pytest.mark.parametrize("policy", [R1, R2, GradientPenalty, LipschitzPenalty, DRAGAN])
def test_a_critic_of_whole_batches_is_refused_by_penalties_of_gradients(policy):
    critic = keras.Sequential([keras.Input((4, 4, 3)), keras.layers.BatchNormalization()])
    with pytest.raises(ValueError, match=f"BatchNormalization cannot be trained with {policy.__name__}"):
        policy().check_critic(critic)


def test_values_that_are_no_coefficients_are_refused():
    for policy in (R1, R2, LipschitzPenalty, DRAGAN, Consistency, GradientPenalty):
        with pytest.raises(ValueError, match="`weight` must be"):
            policy(weight=0.0)
        with pytest.raises(ValueError, match="`every` must be"):
            policy(every=0)
    with pytest.raises(ValueError, match="`spread` must be"):
        DRAGAN(spread=-1.0)
    with pytest.raises(ValueError, match="`norm` must be"):
        NormClipping(0.0)


def test_penalties_are_those_of_the_losses():
    gradients = ops.convert_to_tensor(REAL)
    np.testing.assert_allclose(penalty_of(R1(), Recording()), float(ops.mean(losses.r1_penalty(gradients))), rtol=1e-6)
