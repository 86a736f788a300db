import io
import random

import keras
import numpy as np
import pytest
from averaged_gan import averages_of, averaging_gan, check_samples, moving_statistics, statistics_of, train
from helpers import LATENT_DIM, assert_bits_equal, set_back, small_critic, small_generator, state_of, values_of

from keras_gan import WGAN, EpochLog, Evaluator, GanCheckpoint, QualityMonitor, SampleGrid, load_model
from keras_gan.callbacks import sample_batches
from keras_gan.metrics import CallableExtractor
from keras_gan.models import averaging
from keras_gan.models.batch_statistics import set_batch_statistics


@pytest.fixture(scope="module")
def trained():
    """A GAN with averages after eight steps, and the generator's weights after each; tests only look at it."""
    images = np.random.default_rng(0).integers(0, 256, (64, 4, 4, 3), dtype=np.uint8)
    gan = averaging_gan()
    return gan, train(gan, images)


@pytest.fixture(scope="module")
def compiled():
    """A GAN with averages, and its state before training."""
    gan = averaging_gan()
    return gan, state_of(gan)


@pytest.fixture
def untrained(compiled):
    """The GAN as it was before training. Tests share it, because TensorFlow takes a second to trace its step."""
    gan, state = compiled
    set_back(gan, state)
    return gan


def test_samples_are_of_the_averaged_generator(trained):
    """F15: against the average and the statistics in NumPy."""
    check_samples(*trained)


def test_the_sampling_generator_has_averages_and_their_statistics(trained):
    """F15."""
    gan, steps = trained
    averages = averages_of(steps)
    # Eight roundings of float32.
    for weight, average in zip(gan.sampling_generator.trainable_weights, averages):
        np.testing.assert_allclose(weight, average, rtol=2e-6, atol=1e-7)
    for value, expected in zip(moving_statistics(gan.sampling_generator), statistics_of(averages)):
        np.testing.assert_allclose(value, expected, rtol=1e-4, atol=1e-5)
    assert_bits_equal(values_of(gan.generator.trainable_weights), [value.astype("float32") for value in steps[-1]])


def test_samples_do_not_change_the_state_of_training(trained):
    """F15."""
    gan, _ = trained
    gan.averaged_generator._values = []
    before, numbers = state_of(gan), random.getstate()
    gan.generate(4, seed=0)
    assert_bits_equal(state_of(gan), before)
    assert random.getstate() == numbers
    random.seed(5)
    numbers = random.getstate()
    averaging.generator_of_optimizer(gan.generator, gan.generator_optimizer)
    assert random.getstate() == numbers


def test_samples_of_one_state_share_the_average(trained, monkeypatch):
    gan, _ = trained
    measured = []
    monkeypatch.setattr(averaging, "set_batch_statistics", lambda *given: measured.append(given))
    gan.averaged_generator._values = []
    for seed in range(3):
        gan.generate(4, seed=seed)
    assert len(measured) == 1
    average = gan.generator_optimizer._model_variables_moving_average[0]
    value = np.array(average)
    average.assign(value + 1)
    gan.generate(4, seed=0)
    average.assign(value)
    gan.generate(4, seed=0)
    assert len(measured) == 3
    gan.averaged_generator._values = []


def test_a_loaded_gan_makes_the_same_samples(trained, tmp_path):
    """F15."""
    gan, _ = trained
    gan.save(tmp_path / "gan.keras")
    gan.sampling_generator.save(tmp_path / "generator.keras")
    expected = gan.generate(4, seed=0)
    np.testing.assert_array_equal(load_model(tmp_path / "gan.keras").generate(4, seed=0), expected)
    generator = load_model(tmp_path / "generator.keras")
    assert_bits_equal(values_of(generator.weights), values_of(gan.sampling_generator.weights))
    assert [layer.get_config() for layer in generator.layers] == [layer.get_config() for layer in gan.generator.layers]


def make_evaluator(images, folder):
    extractor = CallableExtractor(lambda batch: batch.reshape(len(batch), -1)[:, ::12] / 255.0, weights_hash="one")
    return Evaluator(extractor, images, 40, cache_dir=folder)


def test_grids_figures_and_the_best_model_agree(untrained, compiled, images, tmp_path, capsys):
    """F15: all are of the averaged generator, as the log says once, and training is what it is without them."""
    evaluator = make_evaluator(images, tmp_path / "cache")
    gan, monitor = untrained, QualityMonitor(evaluator, 1)
    gan.fit(images, batch_size=8, epochs=2, shuffle=False, verbose=0)
    alone = state_of(gan)
    set_back(*compiled)
    watchers = [monitor, SampleGrid(tmp_path / "samples", 1), EpochLog(), GanCheckpoint(tmp_path, monitor="fid_score")]
    history = gan.fit(images, batch_size=8, epochs=2, shuffle=False, verbose=0, callbacks=watchers).history
    assert_bits_equal(state_of(gan), alone)
    output = capsys.readouterr().out
    said = "Samples and quality figures are of the averaged generator (exponential moving average of the weights, "
    assert output.startswith(f"{said}momentum 0.75).\n")
    assert output.count("averaged") == 1
    best = load_model(tmp_path / "best.keras")
    assert figure_of(best, evaluator) == min(history["fid_score"])
    last = load_model(tmp_path / "epoch_000002.keras")
    assert_bits_equal(state_of(last), state_of(gan))
    assert history["fid_score"][-1] == figure_of(last, evaluator) == figure_of(gan, evaluator)
    assert history["fid_score"][-1] != figure_of(gan, evaluator, averaged=False)
    again = SampleGrid(tmp_path / "again", 1)
    again.set_model(last)
    again.on_train_begin()
    again.act(1, {})
    name = "epoch_000002.png"
    assert (tmp_path / "again" / name).read_bytes() == (tmp_path / "samples" / name).read_bytes()


def figure_of(gan, evaluator, **options):
    def generate(count, seed):
        return gan.generate(count, seed=seed, **options)

    return evaluator.evaluate(sample_batches(generate, evaluator.n_samples, 0)).figures()["fid_score"]


def test_training_goes_on_from_the_weights_themselves(untrained, compiled, images):
    """F15: two calls of `fit` are one, because the averages do not overwrite the weights."""
    train(untrained, images, epochs=2)
    whole = state_of(untrained)
    set_back(*compiled)
    for _ in range(2):
        train(untrained, images)
    assert_bits_equal(state_of(untrained), whole)


def test_the_monitor_alone_says_what_its_figures_are_of(untrained, images, tmp_path):
    stream = io.StringIO()
    monitor = QualityMonitor(make_evaluator(images, tmp_path), stream=stream)
    untrained.fit(images, batch_size=8, verbose=0, callbacks=[monitor])
    assert stream.getvalue().startswith("Samples and quality figures are of the averaged generator")
    assert stream.getvalue().count("averaged") == 1


def test_without_averages_there_is_one_generator_and_nothing_is_said(make_gan, float_images, capsys):
    gan = make_gan()
    gan.fit(float_images, batch_size=16, verbose=0, callbacks=[EpochLog()])
    assert gan.averaged_generator is None
    assert gan.sampling_generator is gan.generator
    assert "averaged" not in capsys.readouterr().out


def test_before_the_first_step_samples_are_of_the_generator_itself(untrained):
    assert untrained.sampling_generator is untrained.generator


def test_an_optimizer_of_float16_has_averages_too(float_images):
    """F15."""
    keras.config.set_dtype_policy("mixed_float16")
    try:
        gan = averaging_gan()
    finally:
        keras.config.set_dtype_policy("float32")
    steps = train(gan, float_images)
    assert isinstance(gan.generator_optimizer, keras.optimizers.LossScaleOptimizer)
    for weight, average in zip(gan.sampling_generator.trainable_weights, averages_of(steps)):
        np.testing.assert_allclose(weight, average, rtol=2e-6, atol=1e-7)
    for value, expected in zip(moving_statistics(gan.sampling_generator), statistics_of(averages_of(steps))):
        # Layers compute in float16, which has 11 bits.
        np.testing.assert_allclose(value, expected, rtol=0.01, atol=2e-3)


def test_swapped_weights_are_refused(untrained, images):
    """F15."""
    for callbacks in (keras.callbacks.SwapEMAWeights(), [EpochLog(), keras.callbacks.SwapEMAWeights(True)]):
        with pytest.raises(ValueError, match="averaged generator by themselves: leave it out"):
            untrained.fit(images, batch_size=8, callbacks=callbacks)


@keras.saving.register_keras_serializable("tests")
class Unnamed(keras.layers.Layer):
    """A layer that Keras cannot copy, because it does not know its argument."""

    def __init__(self, function):
        super().__init__()
        self.function = function

    def call(self, inputs):
        return self.function(inputs)


def test_a_generator_that_cannot_be_copied_is_refused_before_training():
    generator = keras.Sequential([keras.Input((LATENT_DIM,)), *small_generator().layers, Unnamed(lambda x: x)])
    gan = WGAN(generator, small_critic())
    gan.compile("rmsprop", "rmsprop")
    with pytest.raises(ValueError, match="`generator` must be a network that Keras can copy.*get_config"):
        gan.compile("rmsprop", keras.optimizers.SGD(use_ema=True))


def test_statistics_are_those_of_the_batches_and_nothing_else_changes():
    frozen = keras.layers.BatchNormalization(momentum=0.5)
    measured = keras.layers.BatchNormalization(momentum=0.5)
    corrected = keras.layers.BatchNormalization(momentum=0.5, center=False, **RENORM)
    network = keras.Sequential([keras.Input((3,)), frozen, keras.layers.Dropout(0.5, seed=1), measured, corrected])
    network.layers[1].rate = 0.0
    frozen.trainable = False
    frozen.moving_mean.assign([1.0, 2.0, 3.0])
    batches = np.random.default_rng(0).normal(2.0, 3.0, (4, 32, 3)).astype("float32")
    own = (*measured.variables, *corrected.variables)
    others = [variable for variable in network.variables if all(variable is not one for one in own)]
    before = values_of(others)
    set_batch_statistics(network, list(map(keras.ops.convert_to_tensor, batches)))
    assert_bits_equal(values_of(others), before)
    inputs = (batches.astype("float64") - [1.0, 2.0, 3.0]) / np.sqrt(1.0 + 1e-3)
    np.testing.assert_allclose(measured.moving_mean, inputs.mean((0, 1)), rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(measured.moving_variance, inputs.var(1).mean(0), rtol=1e-5)
    normal = (inputs - inputs.mean(1, keepdims=True)) / np.sqrt(inputs.var(1, keepdims=True) + 1e-3)
    np.testing.assert_allclose(corrected.moving_mean, normal.mean((0, 1)), atol=1e-6)
    np.testing.assert_allclose(corrected.moving_variance, normal.var(1).mean(0), rtol=1e-5)
    assert measured.momentum == corrected.momentum == 0.5
    assert corrected.get_config().get("renorm", True)


#: Keras before 3.15 has no batch renormalization.
RENORM = {"renorm": True} if hasattr(keras.layers.BatchNormalization(), "renorm") else {}
