import keras
import numpy as np
import pytest

from keras_gan.models.tracker import STEP_KEYS, TRAINING_KEYS, TrainingTracker, global_norm, mean_and_std


def step_values(**values):
    return {key: np.float32(values.get(key, 0.0)) for key in STEP_KEYS}


def test_result_is_the_mean_over_the_epoch():
    tracker = TrainingTracker()
    for d_loss, g_loss in ((1.0, 2.0), (3.0, -8.0)):
        tracker.update_state(step_values(d_loss=d_loss, g_loss=g_loss))
    result = tracker.result()
    assert set(result) == set(TRAINING_KEYS)
    # Sums and quotients of small integers are exact.
    assert float(result["d_loss"]) == 2.0
    assert float(result["g_loss"]) == -3.0
    # |2| / |−3|: the ratio of what is printed, not the mean of the steps' ratios.
    np.testing.assert_allclose(result["dg_ratio"], 2 / 3, rtol=1e-6)


def test_an_epoch_forgets_the_one_before():
    tracker = TrainingTracker()
    for before in (1e30, float("nan")):
        tracker.update_state(step_values(d_loss=before))
        tracker.reset_state()
        tracker.update_state(step_values(d_loss=1e-3))
        assert float(tracker.result()["d_loss"]) == np.float32(1e-3)


def test_ratio_is_zero_where_the_generator_loss_is():
    tracker = TrainingTracker()
    tracker.update_state(step_values(d_loss=5.0, g_loss=0.0))
    assert float(tracker.result()["dg_ratio"]) == 0.0


@pytest.mark.parametrize("steps", [1, 2, 100, 101, 250])
def test_loss_variance_is_over_the_last_hundred_steps(steps):
    # As flat as the reference report's losses: a variance far below the squared mean's rounding error.
    losses = (5.4859 + 1e-3 * np.random.default_rng(0).normal(size=steps)).astype("float32")
    tracker = TrainingTracker()
    for loss in losses:
        tracker.reset_state()
        tracker.update_state(step_values(d_loss=loss))
    expected = losses[-100:].astype("float64").var()
    # The mean is rounded to float32: 5e-7 of 5.5, against deviations of 1e-3.
    np.testing.assert_allclose(tracker.result()["loss_variance"], expected, rtol=1e-3, atol=1e-12)


def test_unknown_and_missing_keys_are_refused():
    values = step_values()
    del values["g_loss"]
    with pytest.raises(ValueError, match="must have the keys"):
        TrainingTracker().update_state(values)


def test_config_round_trip():
    tracker = TrainingTracker(window=7, name="other")
    copy = TrainingTracker.from_config(tracker.get_config())
    assert (copy.window, copy.name, copy.dtype) == (7, "other", tracker.dtype)


def test_norm_and_moments_match_numpy():
    rng = np.random.default_rng(1)
    tensors = [rng.normal(3.0, 0.1, shape).astype("float32") for shape in ((7,), (3, 5), (2, 2, 2))]
    flat = np.concatenate([tensor.ravel() for tensor in tensors]).astype("float64")
    mean, std = mean_and_std([keras.ops.convert_to_tensor(tensor) for tensor in tensors])
    # Float32 sums of 30 values.
    np.testing.assert_allclose(mean, flat.mean(), rtol=1e-6)
    np.testing.assert_allclose(std, flat.std(), rtol=1e-5)
    np.testing.assert_allclose(global_norm(tensors), np.linalg.norm(flat), rtol=1e-6)


@pytest.mark.parametrize("window", [0, 1.5, None, "7"])
def test_window_must_be_a_count(window):
    """F51."""
    with pytest.raises(ValueError, match="`window` must be an integer of at least 1"):
        TrainingTracker(window)


def test_a_tracker_of_an_earlier_version_is_taken_over_with_new_scalars():
    old, new = TrainingTracker(window=3), TrainingTracker(window=3, further_keys=("later",))
    old.update_state(dict.fromkeys(STEP_KEYS, 2.0))
    store = {}
    old.save_own_variables(store)
    new.load_own_variables(store)
    new.update_state({**dict.fromkeys(STEP_KEYS, 4.0), "later": 1.0})
    found = {key: float(value) for key, value in new.result().items()}
    assert (found["d_loss"], found["later"], found["loss_variance"]) == (3.0, 0.5, 1.0)
