import keras
import numpy as np
import pytest
from helpers import assert_bits_equal, small_critic, small_generator, values_of

from keras_gan import GAN, WGAN, GanCheckpoint, GradientPenalty, WeightClipping
from keras_gan.losses import FlippedLabels, RelativisticAverage


def fit(gan, images, epochs=1):
    history = gan.fit(images, batch_size=8, shuffle=False, epochs=epochs, verbose=0).history
    del history["epoch_time"]
    return history


def dropout_gan(make_gan, lipschitz):
    return make_gan(
        lipschitz,
        generator=small_generator(dropout=0.3),
        critic=small_critic(keras.layers.Dropout(0.3, seed=9)),
    )


def everything(gan):
    parts = (gan, gan.critic_optimizer, gan.generator_optimizer, gan.tracker)
    return [value for part in parts for value in values_of(part.variables)]


@pytest.mark.parametrize("lipschitz", [WeightClipping(0.03), GradientPenalty(7.0, 0.5, True), None])
def test_a_saved_model_goes_on_as_if_it_had_never_been_saved(make_gan, float_images, tmp_path, lipschitz):
    gan = dropout_gan(make_gan, lipschitz)
    fit(gan, float_images, epochs=2)
    gan.save(tmp_path / "gan.keras")
    copy = keras.saving.load_model(tmp_path / "gan.keras")
    assert_bits_equal(everything(copy), everything(gan))
    assert fit(copy, float_images, epochs=2) == fit(gan, float_images, epochs=2)
    assert_bits_equal(everything(copy), everything(gan))


def test_flips_of_labels_go_on_where_they_were(float_images, tmp_path):
    gan = GAN(small_generator(), small_critic(), FlippedLabels(RelativisticAverage(0.9), 0.4, seed=5), None, 2, seed=1)
    gan.compile("rmsprop", "rmsprop")
    fit(gan, float_images, epochs=2)
    gan.save(tmp_path / "gan.keras")
    copy = keras.saving.load_model(tmp_path / "gan.keras")
    assert copy.adversarial_loss.get_config() == gan.adversarial_loss.get_config()
    assert fit(copy, float_images, epochs=2) == fit(gan, float_images, epochs=2)
    assert_bits_equal(everything(copy), everything(gan))


def test_non_default_arguments_survive(float_images, tmp_path):
    gan = WGAN(small_generator(), small_critic(), WeightClipping(0.3), n_critic=4, seed=11, name="mine")
    gan.compile(
        keras.optimizers.RMSprop(1e-2, rho=0.5, epsilon=1e-5),
        keras.optimizers.SGD(1e-3, clipnorm=1.0),
        jit_compile=False,
        steps_per_execution=3,
    )
    gan.save(tmp_path / "gan.keras")
    copy = keras.saving.load_model(tmp_path / "gan.keras")
    assert type(copy) is WGAN
    assert (copy.name, copy.n_critic, copy.seed, copy.lipschitz.threshold) == ("mine", 4, 11, 0.3)
    assert copy.get_compile_config() == gan.get_compile_config()
    assert copy.steps_per_execution == 3


def test_automatic_xla_stays_automatic(make_gan, tmp_path):
    # Saved on an accelerator and loaded on a CPU, where XLA would be slower.
    gan = make_gan()
    gan.save(tmp_path / "gan.keras")
    assert "jit_compile" not in gan.get_compile_config()


def test_model_without_compile_is_saved_without(tmp_path):
    WGAN(small_generator(), small_critic()).save(tmp_path / "gan.keras")
    assert not keras.saving.load_model(tmp_path / "gan.keras").compiled


def test_weights_file_holds_the_whole_state(make_gan, float_images, tmp_path):
    gan = dropout_gan(make_gan, GradientPenalty())
    fit(gan, float_images)
    gan.save_weights(tmp_path / "gan.weights.h5")
    copy = dropout_gan(make_gan, GradientPenalty())
    copy.load_weights(tmp_path / "gan.weights.h5")
    assert fit(copy, float_images) == fit(gan, float_images)


def test_training_with_averages_goes_on_from_the_weights_themselves(make_gan, float_images, tmp_path):
    def averaging_gan():
        gan = make_gan()
        gan.compile(keras.optimizers.RMSprop(1e-3), keras.optimizers.SGD(0.1, use_ema=True, ema_momentum=0.5))
        return gan

    whole = averaging_gan()
    whole.fit(float_images[:16], batch_size=8, shuffle=False, epochs=6, verbose=0)
    part = averaging_gan()
    checkpoint = GanCheckpoint(tmp_path, every=100)
    part.fit(float_images[:16], batch_size=8, shuffle=False, epochs=3, verbose=0, callbacks=[checkpoint])
    rest = keras.saving.load_model(tmp_path / "epoch_000003.keras")
    rest.fit(float_images[:16], batch_size=8, shuffle=False, initial_epoch=3, epochs=6, verbose=0)
    assert_bits_equal(everything(rest), everything(whole))


def test_summary_and_clone(make_gan):
    gan = make_gan()
    lines = []
    gan.summary(print_fn=lines.append)
    assert "generator" in "\n".join(lines)
    copy = WGAN.from_config(gan.get_config())
    assert copy.generator is not gan.generator
    assert [weight.shape for weight in copy.weights] == [weight.shape for weight in gan.weights]
    assert np.any(copy.generate(2, seed=0) != gan.generate(2, seed=0))
