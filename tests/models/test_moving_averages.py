"""Averages that the model keeps itself, against their recursion in NumPy."""

import keras
import numpy as np
import pytest
from averaged_gan import BATCH, check_against_recursion, own_averages_gan, train
from helpers import assert_bits_equal, small_critic, small_generator, state_of, values_of

from keras_gan import WGAN, EpochLog, ExponentialAveraging, GanCheckpoint, MomentumAveraging, load_model

POLICIES = [ExponentialAveraging(20.0, 0.5), ExponentialAveraging(20.0, 0.0), MomentumAveraging(0.75)]


@pytest.mark.parametrize("policy", POLICIES, ids=["ramp_up", "half_life", "momentum"])
def test_averages_are_those_of_the_recursion(images, policy, capsys):
    gan = own_averages_gan(policy)
    assert gan.sampling_generator is gan.generator
    steps = train(gan, images)
    check_against_recursion(gan, policy, steps)
    assert float(gan.moving_averages.images_seen) == BATCH * len(steps)


def test_half_life_is_the_images_after_which_a_weight_counts_half():
    rate = ExponentialAveraging(10_000.0, 0.0).rate(keras.ops.cast(10_000, "float32"), keras.ops.zeros(()))
    np.testing.assert_allclose(rate, 0.5, rtol=1e-6)
    # One rounding of float32, where 1 − 0.5^x would have lost five digits.
    small = ExponentialAveraging(1e8, 0.0).rate(keras.ops.cast(1, "float32"), keras.ops.zeros(()))
    np.testing.assert_allclose(small, -np.expm1(-np.log(2) * 1e-8), rtol=1e-6)


def test_a_resumed_run_has_the_averages_of_one_that_never_stopped(images, tmp_path):
    whole, part = (own_averages_gan(POLICIES[0]) for _ in range(2))
    train(whole, images, epochs=2)
    part.fit(images, batch_size=BATCH, shuffle=False, verbose=0, callbacks=[GanCheckpoint(tmp_path, every=1)])
    rest = load_model(tmp_path / "epoch_000001.keras")
    assert rest.averaging.get_config() == POLICIES[0].get_config()
    np.testing.assert_array_equal(rest.generate(4, seed=0), part.generate(4, seed=0))
    rest.fit(images, batch_size=BATCH, shuffle=False, verbose=0, initial_epoch=1, epochs=2)
    assert_bits_equal(state_of(rest), state_of(whole))


def test_training_itself_is_as_without_averages(images):
    with_averages, without = own_averages_gan(POLICIES[0]), own_averages_gan(None)
    train(with_averages, images)
    train(without, images)
    assert_bits_equal(values_of(with_averages.generator.weights), values_of(without.generator.weights))


def test_averages_are_in_float32_under_mixed_precision(images, capsys):
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        gan = own_averages_gan(POLICIES[0])
    finally:
        keras.config.set_dtype_policy("float32")
    gan.fit(images[:BATCH], batch_size=BATCH, verbose=0, callbacks=[EpochLog()])
    steps = train(gan, images[:BATCH], epochs=1)
    assert {average.dtype for average in gan.moving_averages.averages} == {"float32"}
    assert steps
    said = "(exponential moving average of the weights, half-life 20 images, at most 0.5 of those seen)"
    assert said in capsys.readouterr().out


def test_two_averages_are_refused():
    gan = WGAN(small_generator(), small_critic(), averaging=MomentumAveraging())
    with pytest.raises(ValueError, match="`generator_optimizer` must have `use_ema=False` if the model"):
        gan.compile("rmsprop", keras.optimizers.SGD(use_ema=True))


def test_layers_that_were_frozen_since_are_refused():
    gan = WGAN(small_generator(), small_critic(), averaging=MomentumAveraging())
    gan.generator.layers[0].trainable = False
    with pytest.raises(ValueError, match="`generator` must have the trainable weights that are averaged"):
        gan.compile("rmsprop", "rmsprop")


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: ExponentialAveraging(0.0), "`half_life` must be a finite positive number"),
        (lambda: ExponentialAveraging(ramp_up=-1.0), "`ramp_up` must be a finite number of at least 0"),
        (lambda: MomentumAveraging(1.0), r"`momentum` must be a number in \[0, 1\)"),
        (lambda: WGAN(small_generator(), small_critic(), averaging=0.999), "`averaging` must be an Exponential"),
    ],
)
def test_what_is_no_averaging_is_refused_by_name(make, message):
    with pytest.raises(ValueError, match=message):
        make()
