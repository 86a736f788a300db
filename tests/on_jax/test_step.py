import jax
import keras
import numpy as np
import pytest
from helpers import IMAGE_SHAPE, assert_bits_equal, small_critic, small_generator, values_of
from linear_gan import check_training, linear_gan

from keras_gan import GAN, WGAN, GradientPenalty, WeightClipping
from keras_gan.losses import FlippedLabels, RelativisticAverage


@pytest.mark.parametrize("lipschitz", [WeightClipping(0.3), GradientPenalty(10.0)], ids=["clipping", "penalty"])
def test_step_matches_closed_form(lipschitz):
    check_training(linear_gan(lipschitz, 3, {}))


def test_eager_step_matches_closed_form():
    check_training(linear_gan(GradientPenalty(10.0), 2, {"run_eagerly": True}), epochs=2)


def program(gan, batch):
    """Return the step's StableHLO."""
    gan.prepare_fit(1, [])
    gan.make_train_function()
    groups = gan.trainable_variables, gan.non_trainable_variables, gan.optimizer.variables, gan.metrics_variables
    state = tuple([variable.value for variable in group] for group in groups)
    images = np.zeros((gan.n_critic * batch, *IMAGE_SHAPE), "uint8")
    return jax.jit(gan.train_step, donate_argnums=0).lower(state, images).as_text(), len(jax.tree.leaves(state))


def test_step_is_one_program_that_reuses_its_state(make_gan):
    text, count = program(make_gan(GradientPenalty(), 2), 4)
    assert "callback" not in text
    donated = text.count("tf.aliasing_output") + text.count("jax.buffer_donor")
    # The last epoch's report is not read, only replaced.
    assert count - 1 <= donated <= count


def test_step_is_traced_once(make_gan, float_images):
    gan = make_gan(n_critic=2)
    traces = []
    update = gan._critic_update
    gan._critic_update = lambda real: traces.append(real) or update(real)
    gan.fit(float_images, batch_size=16, epochs=3, verbose=0)
    gan.fit(float_images, batch_size=16, epochs=3, verbose=0)
    assert len(traces) == 1


def test_bytes_are_brought_into_range(make_gan, images, float_images):
    results = []
    for given in (images, float_images):
        history = make_gan().fit(given, batch_size=16, shuffle=False, epochs=2, verbose=0).history
        results.append([history["d_loss_real"], history["wasserstein_distance"]])
    # XLA multiplies by the reciprocal of 127.5.
    np.testing.assert_allclose(*results, rtol=1e-4, atol=1e-7)


def test_a_frozen_network_does_not_move_but_its_seeds_do(float_images):
    generator, critic = small_generator(dropout=0.3), small_critic(keras.layers.Dropout(0.3, seed=9))
    gan = GAN(generator, critic, FlippedLabels(RelativisticAverage(0.9), 0.4, seed=5), None, 2, seed=1)
    gan.compile(keras.optimizers.SGD(1e-3), keras.optimizers.SGD(0.0))
    seeds = [variable for variable in gan.non_trainable_variables if "seed" in variable.path]
    before = values_of([*generator.trainable_weights, *seeds])
    gan.fit(float_images, batch_size=16, epochs=1, verbose=0)
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


def test_a_saved_model_goes_on_as_if_it_had_never_been_saved(make_gan, float_images, tmp_path):
    def fit(gan):
        history = gan.fit(float_images, batch_size=16, shuffle=False, epochs=2, verbose=0).history
        return {key: values for key, values in history.items() if key != "epoch_time"}

    gan = make_gan(GradientPenalty(7.0), critic=small_critic(keras.layers.Dropout(0.3, seed=9)))
    fit(gan)
    gan.save(tmp_path / "gan.keras")
    copy = keras.saving.load_model(tmp_path / "gan.keras")
    assert fit(copy) == fit(gan)
    assert_bits_equal(values_of(copy.variables), values_of(gan.variables))
    assert_bits_equal(values_of(copy.optimizer.variables), values_of(gan.optimizer.variables))
