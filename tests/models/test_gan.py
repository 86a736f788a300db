import re

import keras
import numpy as np
import pytest
from helpers import IMAGE_SHAPE, LATENT_DIM, assert_bits_equal, small_critic, small_generator, values_of
from subclassed import subclassed_networks

from keras_gan import GAN, WGAN, GradientPenalty, WeightClipping
from keras_gan.losses import (
    FlippedLabels,
    Hinge,
    LeastSquares,
    Minimax,
    NonSaturating,
    RelativisticAverage,
    Wasserstein,
)
from keras_gan.models.tracker import TRAINING_KEYS

BATCH = 8


def all_state(network):
    return values_of(network.weights)


# --- one network's update leaves the other alone -------------------------------------------------------------------


@pytest.mark.parametrize("lipschitz", [WeightClipping(0.01), GradientPenalty(10.0), None])
def test_generator_update_moves_no_bit_of_the_critic(make_gan, float_images, lipschitz):
    # Spectral normalisation and dropout: state of the critic that a forward pass in training mode would move.
    critic = keras.Sequential(
        [
            keras.Input(IMAGE_SHAPE),
            keras.layers.SpectralNormalization(keras.layers.Conv2D(8, 3)),
            keras.layers.Dropout(0.3, seed=1),
            keras.layers.Flatten(),
            keras.layers.Dense(1),
        ]
    )
    gan = make_gan(lipschitz, critic=critic)
    critic_before, generator_before = all_state(gan.critic), all_state(gan.generator)
    gan._generator_update(keras.ops.convert_to_tensor(float_images[:BATCH]))
    assert_bits_equal(all_state(gan.critic), critic_before)
    assert any(np.any(one != other) for one, other in zip(all_state(gan.generator), generator_before))


@pytest.mark.parametrize("lipschitz", [WeightClipping(0.01), GradientPenalty(10.0), None])
def test_critic_update_moves_no_bit_of_the_generator(make_gan, float_images, lipschitz):
    gan = make_gan(lipschitz)
    critic_before, generator_before = all_state(gan.critic), all_state(gan.generator)
    gan._critic_update(keras.ops.convert_to_tensor(float_images[:BATCH]))
    assert_bits_equal(all_state(gan.generator), generator_before)
    assert any(np.any(one != other) for one, other in zip(all_state(gan.critic), critic_before))


def test_batch_norm_moves_once_a_step_by_the_generator_updates_statistics(make_gan, float_images):
    gan = make_gan(n_critic=3, compile_options={"run_eagerly": True})
    normalisation, dense = gan.generator.layers[1], gan.generator.layers[0]
    seen = []
    draw = gan._latents
    gan._latents = lambda batch_size: seen.append(draw(batch_size)) or seen[-1]
    kernel, bias = values_of(dense.weights)
    gan.fit(float_images[: 3 * BATCH], batch_size=BATCH, epochs=1, verbose=0)
    features = np.asarray(seen[-1], "float64") @ kernel + bias
    # Float32 statistics of eight samples.
    np.testing.assert_allclose(normalisation.moving_mean, 0.2 * features.mean(0), rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(normalisation.moving_variance, 0.8 + 0.2 * features.var(0), rtol=1e-5)


def test_batch_norm_uses_batch_statistics_in_critic_updates(make_gan, float_images):
    gan = make_gan(None, n_critic=1)
    gan.compile(keras.optimizers.SGD(0.0), keras.optimizers.SGD(0.0), run_eagerly=True)
    # With these moving statistics every fake would be saturated.
    gan.generator.layers[1].moving_mean.assign(keras.ops.full((48,), 1e6))
    latents = []
    draw = gan._latents
    gan._latents = lambda batch_size: latents.append(draw(batch_size)) or latents[-1]
    history = gan.fit(float_images[:BATCH], batch_size=BATCH, epochs=1, verbose=0).history
    fakes = gan.generator(latents[0], training=True)
    # A float32 mean of eight scores of either sign.
    np.testing.assert_allclose(history["d_loss_fake"][0], np.mean(gan.critic(fakes)), rtol=1e-5, atol=1e-7)


# --- what each update sees -----------------------------------------------------------------------------------------


def test_every_update_draws_fresh_noise_and_reals(make_gan, float_images):
    gan = make_gan(n_critic=3, compile_options={"run_eagerly": True})
    latents, reals = [], []
    draw, update = gan._latents, gan._critic_update
    gan._latents = lambda batch_size: latents.append(np.asarray(draw(batch_size))) or latents[-1]
    gan._critic_update = lambda real: reals.append(np.asarray(real)) or update(real)
    gan.fit(float_images[: 6 * BATCH], batch_size=BATCH, epochs=1, shuffle=False, verbose=0)
    assert len(latents) == 2 * (3 + 1)
    assert len({array.tobytes() for array in latents}) == len(latents)
    np.testing.assert_array_equal(np.concatenate(reals), float_images[: 6 * BATCH])


def test_dropout_in_the_generator_is_drawn_afresh_in_every_critic_update(make_gan, float_images):
    generator = small_generator(batch_norm=False, dropout=0.5)
    gan = make_gan(n_critic=2, generator=generator, compile_options={"run_eagerly": True})
    gan._latents = lambda batch_size: keras.ops.ones((batch_size, LATENT_DIM))
    fakes, score = [], gan._score
    gan._score = lambda critic, real, fake: fakes.append(np.asarray(fake)) or score(critic, real, fake)
    gan.fit(float_images[: 2 * BATCH], batch_size=BATCH, epochs=1, verbose=0)
    first, second = fakes
    assert np.any(first != second)


# --- what an epoch reports -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("lipschitz", [WeightClipping(0.01), GradientPenalty(7.0), None])
def test_logs_are_complete_and_consistent(make_gan, float_images, lipschitz):
    history = make_gan(lipschitz).fit(float_images, batch_size=16, epochs=3, verbose=0).history
    assert set(history) == {*TRAINING_KEYS, "epoch_time", "steps", "kimg"}
    np.testing.assert_array_equal(history["steps"], [2, 4, 6])
    np.testing.assert_array_equal(history["kimg"], [0.064, 0.128, 0.192])
    values = {key: np.array(history[key]) for key in history}
    scale, weight = (0.5, 0.0) if isinstance(lipschitz, WeightClipping) else (1.0, getattr(lipschitz, "weight", 0.0))
    both = values["d_loss_real"] + values["d_loss_fake"]
    # Float32 sums of three terms.
    np.testing.assert_allclose(values["wasserstein_distance"], -both, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(
        values["d_loss"], scale * both + weight * values["gradient_penalty"], rtol=1e-5, atol=1e-6
    )
    assert np.all((values["gradient_penalty"] > 0) == (weight > 0))
    assert np.all(values["epoch_time"] > 0)


def test_weight_statistics_are_over_trainable_weights(untrained, float_images):
    gan = untrained()
    history = gan.fit(float_images, batch_size=8, epochs=2, verbose=0).history
    assert gan.generator.non_trainable_weights
    for name, network in (("critic", gan.critic), ("generator", gan.generator)):
        flat = np.concatenate([weight.ravel() for weight in values_of(network.trainable_weights)]).astype("float64")
        # The epoch's mean over four steps, of weights that move by 1e-3 a step.
        np.testing.assert_allclose(history[f"{name}_weight_mean"][-1], flat.mean(), atol=4e-3)
        np.testing.assert_allclose(history[f"{name}_weight_std"][-1], flat.std(), atol=4e-3)


def test_an_epochs_values_do_not_depend_on_earlier_epochs(untrained, float_images):
    # The learning rates are zero, so that every epoch is the same but for its noise; a running mean over the run would
    # drift. With reals alone there is no noise.
    gan = untrained()
    gan.critic_optimizer.learning_rate = gan.generator_optimizer.learning_rate = 0.0
    gan.fit(float_images[:16], batch_size=8, epochs=1, verbose=0)
    first = gan.fit(float_images[:16], batch_size=8, shuffle=False, epochs=1, verbose=0).history["d_loss_real"][0]
    other = gan.fit(-float_images[:16], batch_size=8, shuffle=False, epochs=5, verbose=0).history["d_loss_real"]
    again = gan.fit(float_images[:16], batch_size=8, shuffle=False, epochs=1, verbose=0).history["d_loss_real"][0]
    assert first == again
    assert first not in other


def test_epoch_of_several_steps_reports_their_mean(untrained, float_images):
    single = untrained().fit(float_images, batch_size=16, shuffle=False, epochs=1, verbose=0).history
    gan = untrained()
    halves = float_images[:32], float_images[32:]
    steps = [gan.fit(half, batch_size=16, shuffle=False, verbose=0).history for half in halves]
    for key in ("d_loss", "g_loss", "critic_gradient_norm", "generator_weight_std"):
        np.testing.assert_allclose(single[key][0], np.mean([step[key][0] for step in steps]), rtol=1e-5)


# --- one compiled graph --------------------------------------------------------------------------------------------


def traced_graph(gan, image_batch):
    import tensorflow as tf

    # Keras traces the step without AutoGraph, too.
    function = tf.function(gan.train_step, autograph=False)
    definition = function.get_concrete_function(tf.TensorSpec(image_batch, tf.float32)).graph.as_graph_def()
    return [
        node
        for part in (definition, *definition.library.function)
        for node in getattr(part, "node", None) or part.node_def
    ]


def test_step_is_traced_once(make_gan, float_images):
    gan = make_gan(n_critic=2)
    traces = []
    update = gan._critic_update
    gan._critic_update = lambda real: traces.append(real) or update(real)
    gan.fit(float_images[:32], batch_size=8, epochs=5, verbose=0)
    gan.fit(float_images[:32], batch_size=8, epochs=5, verbose=0)
    assert len(traces) == 1


def test_graph_has_no_host_round_trip_and_does_not_grow_with_n_critic(make_gan):
    sizes = []
    for n_critic in (2, 10):
        nodes = traced_graph(make_gan(GradientPenalty(), n_critic), (n_critic * 4, *IMAGE_SHAPE))
        assert not [node.op for node in nodes if re.search("PyFunc|HostCompute|XlaHost|Print", node.op)]
        sizes.append(len(nodes))
    assert sizes[0] == sizes[1]


def test_xla_is_for_accelerators_unless_asked_for(make_gan):
    import tensorflow as tf

    has_accelerator = bool(tf.config.list_physical_devices("GPU"))
    assert make_gan().jit_compile is has_accelerator
    assert make_gan(compile_options={"jit_compile": True}).jit_compile is True
    assert make_gan(compile_options={"jit_compile": False}).jit_compile is False


def test_steps_per_execution_takes_the_same_steps(untrained, float_images):
    gans = [untrained(steps_per_execution=steps) for steps in (1, 2)]
    for gan in gans:
        gan.fit(float_images, batch_size=8, shuffle=False, epochs=2, verbose=0)
    assert_bits_equal(all_state(gans[0]), all_state(gans[1]))


def test_bfloat16_keeps_weights_penalty_and_scores_in_float32(float_images):
    results = {}
    for policy in ("float32", "mixed_bfloat16"):
        keras.config.set_dtype_policy(policy)
        try:
            keras.utils.set_random_seed(7)
            gan = WGAN(small_generator(), small_critic(), GradientPenalty(), 2, seed=1)
        finally:
            keras.config.set_dtype_policy("float32")
        gan.compile(keras.optimizers.Adam(1e-3), keras.optimizers.Adam(1e-3))
        gradient = keras.ops.convert_to_tensor(float_images[:4])
        penalty = gan.lipschitz.penalty(gan.critic, gradient, -gradient, gan.noise)
        assert keras.backend.standardize_dtype(penalty.dtype) == "float32"
        results[policy] = gan.fit(float_images, batch_size=8, shuffle=False, epochs=2, verbose=0).history
        assert {weight.dtype for weight in gan.weights} == {"float32"}
    for key in ("gradient_penalty", "d_loss_real", "g_loss"):
        # bfloat16 has eight bits of mantissa: 0.4 % a rounding.
        np.testing.assert_allclose(results["mixed_bfloat16"][key], results["float32"][key], rtol=0.1, atol=0.02)


def test_float16_scales_both_losses(float_images):
    keras.config.set_dtype_policy("mixed_float16")
    try:
        gan = WGAN(small_generator(), small_critic(), WeightClipping(), 1, seed=1)
        gan.compile(keras.optimizers.RMSprop(1e-3), keras.optimizers.RMSprop(1e-3))
        history = gan.fit(float_images, batch_size=16, epochs=2, verbose=0).history
    finally:
        keras.config.set_dtype_policy("float32")
    assert isinstance(gan.critic_optimizer, keras.optimizers.LossScaleOptimizer)
    assert isinstance(gan.generator_optimizer, keras.optimizers.LossScaleOptimizer)
    assert np.all(np.isfinite(history["critic_gradient_norm"]))


def test_optimizer_that_scales_its_loss_is_not_wrapped_again():
    keras.config.set_dtype_policy("mixed_float16")
    try:
        gan = WGAN(small_generator(), small_critic(), WeightClipping(), 1, seed=1)
    finally:
        keras.config.set_dtype_policy("float32")
    scaling = keras.optimizers.LossScaleOptimizer(keras.optimizers.RMSprop(1e-3), initial_scale=8.0)
    gan.compile(scaling, keras.optimizers.RMSprop(1e-3))
    assert gan.critic_optimizer is scaling


# --- seeds and samples ---------------------------------------------------------------------------------------------


def test_bytes_are_brought_into_range(untrained, images, float_images):
    histories = [
        untrained().fit(given, batch_size=8, shuffle=False, epochs=2, verbose=0).history
        for given in (images, float_images)
    ]
    for key in ("d_loss_real", "g_loss"):
        # A compiled graph multiplies by the reciprocal of 127.5.
        np.testing.assert_allclose(histories[0][key], histories[1][key], rtol=1e-4, atol=1e-7)


def test_dispatches_must_end_with_an_epoch(make_gan, float_images):
    gan = make_gan(compile_options={"steps_per_execution": 2})
    with pytest.raises(ValueError, match="must divide .*Received: steps_per_execution=2, steps_per_epoch=3"):
        gan.fit(float_images, batch_size=8, steps_per_epoch=3, verbose=0)


def test_same_seed_gives_the_same_bits(make_gan, float_images):
    runs = []
    for _ in range(2):
        gan = make_gan(GradientPenalty())
        history = gan.fit(float_images, batch_size=8, shuffle=False, epochs=3, verbose=0).history
        del history["epoch_time"]
        runs.append((history, all_state(gan)))
    assert runs[0][0] == runs[1][0]
    assert_bits_equal(runs[0][1], runs[1][1])


def test_samples_depend_on_their_seed_alone(make_gan):
    gan = make_gan()
    before = values_of(gan.variables)
    samples = gan.generate(10, seed=3)
    assert samples.shape == (10, *IMAGE_SHAPE)
    assert samples.dtype == np.float32
    # Batches of another size may take another kernel: the last bit may differ.
    np.testing.assert_allclose(gan.generate(10, seed=3, batch_size=4), samples, rtol=1e-5, atol=1e-6)
    assert np.any(gan.generate(10, seed=4) != samples)
    assert np.any(gan.generate(10) != gan.generate(10))
    assert_bits_equal(values_of(gan.variables), before)
    with pytest.raises(ValueError, match="`n` must be an integer of at least 1"):
        gan.generate(0)
    with pytest.raises(ValueError, match="`batch_size` must be an integer of at least 1"):
        gan.generate(3, batch_size=0)


def test_call_is_the_generator(make_gan):
    gan = make_gan()
    latents = np.ones((3, LATENT_DIM), "float32")
    np.testing.assert_array_equal(gan(latents), gan.generator(latents))
    np.testing.assert_allclose(gan.predict(latents, verbose=0), gan.generator(latents), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("make", [small_generator, lambda: subclassed_networks()["generator"]])
def test_export_serves_the_generators_images(make, tmp_path):
    """F25."""
    import tensorflow as tf

    gan = WGAN(make(), small_critic())
    gan.export(tmp_path / "generator", verbose=False)
    latents = np.random.default_rng(0).normal(size=(3, LATENT_DIM)).astype("float32")
    exported = tf.saved_model.load(tmp_path / "generator")
    # A compiled graph of the same float32 operations.
    np.testing.assert_allclose(exported.serve(latents), gan(latents), rtol=1e-5, atol=1e-6)


# --- errors --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (np.zeros((16, *IMAGE_SHAPE), "int32"), "must be floats in"),
        (np.zeros((16, 5, 5, 3), "float32"), "must have the generator's shape"),
        ((np.zeros((16, *IMAGE_SHAPE), "float32"), np.zeros(16)), "trains on images alone"),
        (np.zeros((15, *IMAGE_SHAPE), "float32"), "must be a multiple of 2"),
    ],
    ids=["dtype", "shape", "targets", "count"],
)
def test_unusable_images_are_refused_when_traced(make_gan, data, message):
    import tensorflow as tf

    dataset = tf.data.Dataset.from_tensors(data)
    with pytest.raises(ValueError, match=message):
        make_gan().fit(dataset, verbose=0)


@pytest.mark.parametrize(("count", "batch_size"), [(63, 40), (127, 33), (7, 40), (65, None)])
def test_arrays_that_do_not_split_into_batches_are_refused_at_once(make_gan, float_images, count, batch_size):
    images = np.concatenate([float_images, float_images])[:count]
    with pytest.raises(ValueError, match="`batch_size` must split"):
        make_gan(n_critic=2).fit(images, batch_size=batch_size, verbose=0)


def test_rest_of_an_array_may_be_a_smaller_step(make_gan, float_images):
    gan = make_gan(n_critic=2)
    gan.fit(float_images[:44], batch_size=8, epochs=2, verbose=0)
    assert int(gan.generator_optimizer.iterations) == 6


@pytest.mark.parametrize("n_critic", [0, -1, 2.0, "5", None, float("nan")])
def test_n_critic_must_be_a_positive_integer(n_critic):
    with pytest.raises(ValueError, match="`n_critic` must be an integer of at least 1"):
        WGAN(small_generator(), small_critic(), n_critic=n_critic)


@pytest.mark.parametrize("value", [-1, 2.0, "5", float("nan"), True])
def test_seeds_must_be_integers(untrained, value):
    """F51."""
    with pytest.raises(ValueError, match="`seed` must be an integer of at least 0"):
        WGAN(small_generator(), small_critic(), seed=value)
    with pytest.raises(ValueError, match="`seed` must be an integer of at least 0"):
        untrained().generate(2, seed=value)


@pytest.mark.parametrize("value", [None, 2.0, "5", float("nan")])
def test_counts_of_samples_must_be_integers(untrained, value):
    """F51."""
    for name in ("n", "batch_size"):
        message = "`n` or `latents` must be given" if (name, value) == ("n", None) else f"`{name}` must be an integer"
        with pytest.raises(ValueError, match=message):
            untrained().generate(**{"n": 2, name: value})


def test_networks_must_fit_each_other():
    other = keras.Sequential([keras.Input((8, 8, 3)), keras.layers.Flatten(), keras.layers.Dense(1)])
    with pytest.raises(ValueError, match=r"must take the generator's images, of shape \(4, 4, 3\)"):
        WGAN(small_generator(), other)
    with pytest.raises(ValueError, match="`critic` must be a built"):
        WGAN(small_generator(), keras.Sequential([keras.layers.Dense(1)]))
    with pytest.raises(ValueError, match="`generator` must be a built"):
        WGAN("generator", small_critic())


def channels_first_generator():
    layers = [keras.Input((LATENT_DIM,)), keras.layers.Dense(12), keras.layers.Reshape((3, 2, 2))]
    return keras.Sequential([*layers, keras.layers.Conv2DTranspose(3, 3, 2, "same", name="last")])


def test_networks_that_take_rows_for_channels_are_refused(channels_first):
    """F17."""
    with pytest.raises(ValueError, match="`critic` must treat images as channels-last.*the layer 'conv2d"):
        WGAN(small_generator(), small_critic())
    critic = keras.Sequential([keras.Input((3, 4, 4)), keras.layers.Flatten(), keras.layers.Dense(1)])
    with pytest.raises(ValueError, match="`generator` must treat images as channels-last.*the layer 'last'"):
        WGAN(channels_first_generator(), critic)


def test_networks_that_turn_images_may_be_channels_first(channels_first):
    """F17."""
    turned = keras.Sequential([channels_first_generator(), keras.layers.Permute((2, 3, 1))])
    turned.build((None, LATENT_DIM))
    layers = [keras.Input(IMAGE_SHAPE), keras.layers.Permute((3, 1, 2)), keras.layers.Conv2D(8, 3)]
    for generator, first in ((turned, layers), (small_generator(), layers[:1])):
        gan = WGAN(generator, keras.Sequential([*first, keras.layers.Flatten(), keras.layers.Dense(1)]))
        assert gan.generate(2, seed=0).shape == (2, *IMAGE_SHAPE)


@pytest.mark.parametrize("name", ["optimizer", "loss", "metrics"])
def test_what_the_model_sets_itself_cannot_be_compiled(make_gan, name):
    with pytest.raises(ValueError, match=f"sets its own `{name}`"):
        make_gan(compile_options={name: "mse"})


def test_one_optimizer_cannot_serve_both_networks(make_gan):
    optimizer = keras.optimizers.RMSprop()
    with pytest.raises(ValueError, match="must be two instances"):
        make_gan().compile(optimizer, optimizer)


def test_fit_asks_for_a_compiled_model(float_images):
    gan = WGAN(small_generator(), small_critic())
    with pytest.raises(ValueError, match="compile"):
        gan.fit(float_images[:40], batch_size=10, verbose=0)


def test_optimizers_may_be_named(make_gan, float_images):
    gan = make_gan()
    gan.compile("rmsprop", "rmsprop")
    gan.fit(float_images, batch_size=8, epochs=1, verbose=0)
    assert int(gan.critic_optimizer.iterations) == 2 * int(gan.generator_optimizer.iterations) == 8


def test_gan_takes_a_loss_of_ones_own(float_images):
    class Doubled(Wasserstein):
        def generator(self, fake_scores):
            return 2.0 * super().generator(fake_scores)

    losses = []
    for loss in (Wasserstein(), Doubled()):
        keras.utils.set_random_seed(0)
        gan = GAN(small_generator(), small_critic(), loss, seed=1)
        gan.compile("rmsprop", "rmsprop")
        losses.append(float(gan._generator_update(keras.ops.convert_to_tensor(float_images[:BATCH]))["g_loss"]))
    assert losses[1] == 2.0 * losses[0]


@pytest.mark.parametrize(
    "loss",
    [NonSaturating(0.9), Minimax(), LeastSquares(), Hinge(), RelativisticAverage(), FlippedLabels(Hinge(), 0.3, 1)],
    ids=lambda loss: loss.name,
)
def test_step_reports_each_adversarial_loss(float_images, loss):
    keras.utils.set_random_seed(0)
    gan = GAN(small_generator(batch_norm=False), small_critic(), loss, n_critic=2, seed=1)
    gan.compile(keras.optimizers.SGD(0.0), keras.optimizers.SGD(0.0), run_eagerly=True)
    latents = []
    draw = gan._latents
    gan._latents = lambda batch_size: latents.append(draw(batch_size)) or latents[-1]
    reference = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(loss))
    images = float_images[: 2 * BATCH]
    logs = gan.fit(images, batch_size=BATCH, epochs=1, verbose=0, shuffle=False).history
    reals = [gan.critic(batch) for batch in np.split(images, 2)]
    *critic_fakes, generator_fake = (gan.critic(gan.generator(one)) for one in latents)
    # Each critic update flips labels of its own; the last one is reported, and the generator meets its reals.
    d_losses = [reference.discriminator(real, fake) for real, fake in zip(reals, critic_fakes, strict=True)]
    # The same float32 operations on the same scores.
    np.testing.assert_allclose(logs["d_loss"][0], d_losses[-1], rtol=1e-5)
    np.testing.assert_allclose(logs["g_loss"][0], reference.generator(generator_fake, reals[-1]), rtol=1e-5)


def test_gan_refuses_what_is_no_adversarial_loss():
    for loss in (keras.losses.MeanSquaredError(), Hinge(reduction=None), "hinge"):
        with pytest.raises(ValueError, match="`loss` must be an adversarial loss with a reduction"):
            GAN(small_generator(), small_critic(), loss)


@pytest.mark.parametrize(("name", "loss"), [("critic", "d_loss"), ("generator", "g_loss")])
def test_regularisation_of_a_network_is_descended_but_not_reported(float_images, name, loss):
    kernels, losses = [], []
    for factor in (0.0, 10.0):
        keras.utils.set_random_seed(3)
        gan = WGAN(small_generator(batch_norm=False), small_critic(), None, 1, seed=1)
        kernel = getattr(gan, name).trainable_weights[0]
        kernel.regularizer = keras.regularizers.L2(factor)
        before = np.array(kernel)
        gan.compile(keras.optimizers.SGD(0.01), keras.optimizers.SGD(0.01), run_eagerly=True)
        losses.append(gan.fit(float_images[:BATCH], batch_size=BATCH, verbose=0).history[loss])
        kernels.append(np.array(kernel))
    assert losses[0] == losses[1]
    # The gradient of 10·‖w‖² is 20·w; differences of float32 kernels of about 0.1.
    np.testing.assert_allclose(kernels[0] - kernels[1], 0.01 * 20 * before, rtol=1e-4, atol=1e-7)


@pytest.mark.parametrize("strategy", ["MirroredStrategy", "MultiWorkerMirroredStrategy", "OneDeviceStrategy"])
def test_strategies_of_tensorflow_are_refused(make_gan, strategy):
    tf = pytest.importorskip("tensorflow")
    chosen = getattr(tf.distribute, strategy)(*(["CPU:0"] if strategy == "OneDeviceStrategy" else []))
    with chosen.scope(), pytest.raises(ValueError, match=r"Use several devices on JAX: .*Received: \w+Strategy"):
        make_gan()


@pytest.mark.parametrize("loss", [NonSaturating(), RelativisticAverage(), FlippedLabels(Minimax(), 0.3, 1)])
def test_accuracies_are_reported_where_there_are_probabilities(float_images, tmp_path, loss):
    gan = GAN(small_generator(), small_critic(), loss, None, 2, seed=1)
    gan.compile("rmsprop", "rmsprop")
    history = gan.fit(float_images, batch_size=8, epochs=3, verbose=0).history
    for key in ("d_accuracy_real", "d_accuracy_fake"):
        # Means over four steps of shares of eight images.
        assert np.allclose(32 * np.array(history[key]) % 1, 0)
        assert 0 <= min(history[key]) <= max(history[key]) <= 1
    gan.save(tmp_path / "gan.keras")
    assert keras.saving.load_model(tmp_path / "gan.keras").tracker.keys == gan.tracker.keys


def test_wasserstein_has_no_accuracies(make_gan, float_images):
    assert not [key for key in make_gan().fit(float_images, batch_size=8, verbose=0).history if "accuracy" in key]
