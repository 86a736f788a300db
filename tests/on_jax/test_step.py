import keras
import numpy as np
import pytest
from averaged_gan import averaging_gan, check_against_recursion, check_samples, own_averages_gan, train
from helpers import assert_bits_equal, set_back, small_critic, small_generator, state_of, values_of
from keras import ops
from linear_gan import check_training, linear_gan
from subclassed import subclassed_networks

from keras_gan import (
    GAN,
    WGAN,
    ExponentialAveraging,
    GradientPenalty,
    OutOfMemoryError,
    SampleGrid,
    StepSchedule,
    WeightClipping,
)
from keras_gan.losses import FlippedLabels, RelativisticAverage


@pytest.mark.parametrize("lipschitz", [WeightClipping(0.3), GradientPenalty(10.0)], ids=["clipping", "penalty"])
def test_step_matches_closed_form(lipschitz):
    check_training(linear_gan(lipschitz, 3, {}))


def test_eager_step_matches_closed_form():
    check_training(linear_gan(GradientPenalty(10.0), 2, {"run_eagerly": True}), epochs=2)


def test_step_reuses_the_memory_of_its_state(make_gan, float_images):
    gan = make_gan(GradientPenalty(), 2)
    before = [variable.value for variable in [*gan.variables, *gan.optimizer.variables]]
    gan.fit(float_images, batch_size=8, epochs=1, verbose=0)
    assert all(value.is_deleted() for value in before)


class Greedy(keras.layers.Layer):
    """Pass images on after a product of 256 TiB, which no machine has the memory for."""

    def call(self, images):
        row = ops.broadcast_to(ops.reshape(images, (2, -1))[:, :1], (2, 2**23))
        return images + 0 * ops.max(ops.sin(ops.matmul(ops.transpose(row), row)))


def test_step_without_memory_names_the_batch_size(make_gan, images):
    gan = make_gan(n_critic=1, critic=small_critic(Greedy()))
    with pytest.raises(OutOfMemoryError, match=r"step of batch size 9 .* The next smaller is 4$") as info:
        gan.fit(gan.batches(images, 9), steps_per_epoch=1, verbose=0)
    assert "Out of memory" in str(info.value.__cause__)


def test_step_is_traced_once(make_gan, float_images):
    gan = make_gan(n_critic=2)
    traces = []
    update = gan._critic_update
    gan._critic_update = lambda real: traces.append(real) or update(real)
    gan.fit(float_images, batch_size=8, epochs=3, verbose=0)
    gan.fit(float_images, batch_size=8, epochs=3, verbose=0)
    assert len(traces) == 1


def test_bytes_are_brought_into_range(make_gan, images, float_images):
    results = []
    for given in (images, float_images):
        history = make_gan(n_critic=1).fit(given, batch_size=16, shuffle=False, epochs=2, verbose=0).history
        results.append([history["d_loss_real"], history["wasserstein_distance"]])
    # XLA multiplies by the reciprocal of 127.5.
    np.testing.assert_allclose(*results, rtol=1e-4, atol=1e-7)


def test_a_frozen_network_does_not_move_but_its_seeds_do(float_images):
    generator, critic = small_generator(dropout=0.3), small_critic(keras.layers.Dropout(0.3, seed=9))
    gan = GAN(generator, critic, FlippedLabels(RelativisticAverage(0.9), 0.4, seed=5), None, 2, seed=1)
    gan.compile(keras.optimizers.SGD(1e-3), keras.optimizers.SGD(0.0))
    seeds = [variable for variable in gan.non_trainable_variables if "seed" in variable.path]
    before = values_of([*generator.trainable_weights, *seeds])
    gan.fit(float_images, batch_size=8, epochs=1, verbose=0)
    after = values_of([*generator.trainable_weights, *seeds])
    count = len(generator.trainable_weights)
    assert_bits_equal(after[:count], before[:count])
    assert len(seeds) == 4
    assert all(np.any(one != other) for one, other in zip(after[count:], before[count:]))


def test_activity_regularisation_is_part_of_the_loss(float_images):
    norms = []
    for factor in (0.0, 1.0):
        keras.utils.set_random_seed(2)
        regularised = keras.layers.Dense(4, activity_regularizer=keras.regularizers.L2(factor))
        gan = WGAN(small_generator(), small_critic(regularised), None, 1, seed=1)
        gan.compile("sgd", "sgd")
        norms.append(gan.fit(float_images, batch_size=64, verbose=0).history["critic_gradient_norm"][0])
    assert norms[1] > 2 * norms[0]


def test_float16_scales_both_losses(float_images):
    keras.config.set_dtype_policy("mixed_float16")
    try:
        gan = WGAN(small_generator(), small_critic(), WeightClipping(), 1, seed=1)
        gan.compile(keras.optimizers.RMSprop(1e-3), keras.optimizers.RMSprop(1e-3))
    finally:
        keras.config.set_dtype_policy("float32")
    kernels = gan.generator.trainable_weights[0], gan.critic.trainable_weights[0]
    before = values_of(kernels)
    history = gan.fit(float_images, batch_size=16, epochs=2, verbose=0).history
    assert isinstance(gan.critic_optimizer, keras.optimizers.LossScaleOptimizer)
    assert np.all(np.isfinite(history["critic_gradient_norm"]))
    assert all(np.any(one != other) for one, other in zip(values_of(kernels), before))


@pytest.mark.parametrize(
    "networks",
    [lambda: {"critic": small_critic(keras.layers.Dropout(0.3, seed=9))}, subclassed_networks],
    ids=["sequential", "F19"],
)
def test_a_saved_model_goes_on_as_if_it_had_never_been_saved(make_gan, float_images, tmp_path, networks):
    def fit(gan):
        history = gan.fit(float_images, batch_size=8, shuffle=False, epochs=2, verbose=0).history
        return {key: values for key, values in history.items() if key != "epoch_time"}

    gan = make_gan(GradientPenalty(7.0), **networks())
    fit(gan)
    gan.save(tmp_path / "gan.keras")
    copy = keras.saving.load_model(tmp_path / "gan.keras")
    assert fit(copy) == fit(gan)
    assert_bits_equal(values_of(copy.variables), values_of(gan.variables))
    assert_bits_equal(values_of(copy.optimizer.variables), values_of(gan.optimizer.variables))


def test_averages_of_the_model_are_those_of_the_recursion_and_go_on(images, tmp_path):
    policy = ExponentialAveraging(20.0, 0.5)
    gan = own_averages_gan(policy)
    steps = train(gan, images, epochs=1)
    check_against_recursion(gan, policy, steps)
    gan.save(tmp_path / "gan.keras")
    copy = keras.saving.load_model(tmp_path / "gan.keras")
    assert_bits_equal(values_of(copy.variables), values_of(gan.variables))
    check_against_recursion(copy, policy, [*steps, *train(copy, images)])


def test_samples_are_of_the_averaged_generator(images):
    """F15: against the average and the statistics in NumPy."""
    gan = averaging_gan()
    steps = train(gan, images, epochs=2)
    check_samples(gan, steps)
    assert_bits_equal(values_of(gan.generator.trainable_weights), [value.astype("float32") for value in steps[-1]])


def test_grids_do_not_change_training_with_averages(images, tmp_path):
    """F15: nor do two calls of `fit`."""
    # One model, since XLA may round two programs of the same step differently.
    gan = averaging_gan()
    before = state_of(gan)
    set_back(gan, before)
    gan.fit(images, batch_size=8, epochs=2, shuffle=False, verbose=0)
    whole = state_of(gan)
    set_back(gan, before)
    for epoch in range(2):
        grid = SampleGrid(tmp_path / str(epoch), 1)
        gan.fit(images, batch_size=8, shuffle=False, verbose=0, callbacks=[grid])
    assert_bits_equal(state_of(gan), whole)
    gan.save(tmp_path / "gan.keras")
    copy = keras.saving.load_model(tmp_path / "gan.keras")
    np.testing.assert_array_equal(copy.generate(4, seed=0), gan.generate(4, seed=0))


def test_gradients_are_accumulated(make_gan, float_images):
    gan = make_gan(None, n_critic=1)
    gan.compile("sgd", keras.optimizers.SGD(1e-2, gradient_accumulation_steps=2))
    states = [values_of(gan.generator.trainable_weights)]
    for _ in range(2):
        gan.fit(float_images, batch_size=64, verbose=0)
        states.append(values_of(gan.generator.trainable_weights))
    assert_bits_equal(states[1], states[0])
    assert any(np.any(one != other) for one, other in zip(states[2], states[1]))


def test_fit_asks_for_a_compiled_model(float_images):
    gan = WGAN(small_generator(), small_critic())
    with pytest.raises(ValueError, match="compile"):
        gan.fit(float_images[:40], batch_size=10, verbose=0)


def test_a_model_is_compiled_anew(make_gan, float_images):
    gan = make_gan(n_critic=1)
    gan.fit(float_images, batch_size=16, verbose=0)
    gan.compile(keras.optimizers.SGD(0.5), keras.optimizers.SGD(0.25), steps_per_execution=2)
    history = gan.fit(float_images, batch_size=16, verbose=0).history
    assert history["critic_learning_rate"] == [0.5]
    assert history["generator_learning_rate"] == [0.25]


def test_an_optimizer_of_another_model_is_refused(make_gan):
    """F25: JAX would use the state that it has for the other model's weights."""
    used = make_gan().critic_optimizer
    with pytest.raises(ValueError, match="`critic_optimizer` must be a new optimizer.*built for other weights"):
        WGAN(small_generator(), small_critic()).compile(used, "rmsprop")


def test_scheduled_rates_are_those_of_the_steps(make_gan, float_images):
    gan = make_gan(n_critic=2)
    decay = keras.optimizers.schedules.PolynomialDecay(1e-2, 4, 1e-3)
    gan.compile(keras.optimizers.RMSprop(StepSchedule(decay, 2)), keras.optimizers.RMSprop(StepSchedule(decay)))
    history = gan.fit(float_images[:32], batch_size=16, epochs=3, verbose=0).history
    for name in ("critic_learning_rate", "generator_learning_rate"):
        np.testing.assert_allclose(history[name], 1e-2 - 9e-3 * np.arange(3) / 4, rtol=1e-5)
