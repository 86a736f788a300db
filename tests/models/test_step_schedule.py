"""Learning rates in steps of a GAN."""

import keras
import numpy as np
import pytest
from helpers import assert_bits_equal, values_of

from keras_gan import StepSchedule, load_model

DECAY = keras.optimizers.schedules.CosineDecay(1e-2, decay_steps=10, alpha=0.1)


def rate_at(step):
    return 1e-2 * (0.1 + 0.9 * 0.5 * (1 + np.cos(np.pi * min(step, 10) / 10))) * min(1, (step + 1) / 3)


def scheduled(make_gan):
    gan = make_gan(n_critic=2)
    critic, generator = (keras.optimizers.RMSprop(StepSchedule(DECAY, updates, 3)) for updates in (2, 1))
    gan.compile(critic, generator)
    return gan


def test_all_updates_of_a_step_have_its_rate():
    schedule = StepSchedule(DECAY, updates=3, warm_up_steps=3)
    expected = [rate_at(update // 3) for update in range(36)]
    np.testing.assert_allclose([float(schedule(update)) for update in range(36)], expected, rtol=1e-5)


def test_steps_count_on_where_the_updates_of_a_step_change():
    schedule = StepSchedule(DECAY, updates=2, warm_up_steps=3, first_update=20, first_step=4)
    again = StepSchedule.from_config(schedule.get_config())
    expected = [rate_at(4 + update // 2) for update in range(8)]
    for each in (schedule, again):
        np.testing.assert_allclose([float(each(20 + update)) for update in range(8)], expected, rtol=1e-5)


def test_the_logs_have_the_rate_of_each_step_and_a_loaded_model_goes_on(make_gan, float_images, tmp_path):
    images = float_images[:32]
    whole = scheduled(make_gan)
    history = whole.fit(images, batch_size=16, epochs=4, shuffle=False, verbose=0).history
    for name in ("critic_learning_rate", "generator_learning_rate"):
        np.testing.assert_allclose(history[name], [rate_at(step) for step in range(4)], rtol=1e-5)
    part = scheduled(make_gan)
    part.fit(images, batch_size=16, epochs=2, shuffle=False, verbose=0)
    part.save(tmp_path / "gan.keras")
    rest = load_model(tmp_path / "gan.keras")
    again = rest.fit(images, batch_size=16, initial_epoch=2, epochs=4, shuffle=False, verbose=0).history
    assert again["critic_learning_rate"] == history["critic_learning_rate"][2:]
    assert_bits_equal(values_of(rest.variables), values_of(whole.variables))


def test_what_counts_nothing_is_refused_by_name():
    with pytest.raises(ValueError, match="`updates` must be an integer of at least 1"):
        StepSchedule(DECAY, updates=0)
    with pytest.raises(ValueError, match="`warm_up_steps` must be an integer of at least 0"):
        StepSchedule(DECAY, warm_up_steps=-1)
