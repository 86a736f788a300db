"""Each signal on curves on both sides of its threshold."""

import numpy as np
import pytest

from keras_gan.analysis.detectors import critic_curves
from keras_gan.analysis.detectors.findings import Diagnosis, Status

SIGNALS = [
    critic_curves.exploding_losses,
    critic_curves.weak_constraint,
    critic_curves.oscillation,
    critic_curves.generator_dominates,
    critic_curves.vanishing_gradients,
    critic_curves.persistent_clipping,
    critic_curves.critic_dominates,
]

EPOCHS = np.arange(300.0)


def full(value):
    return np.full(300, value)


@pytest.mark.parametrize("signal", SIGNALS, ids=lambda signal: signal.__name__)
def test_nothing_is_found_in_a_healthy_run(healthy_run, signal):
    assert signal(healthy_run) is None


@pytest.mark.parametrize("signal", SIGNALS, ids=lambda signal: signal.__name__)
def test_nothing_is_found_in_constant_losses_without_other_columns(changed, signal):
    others = dict.fromkeys(changed().history)
    run = changed({**others, "d_loss": -full(1.0) + 0.01 * np.sin(EPOCHS), "g_loss": np.sin(EPOCHS)}, quality=None)
    assert signal(run) is None


@pytest.mark.parametrize("name", ["d_loss", "g_loss"])
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_losses_that_are_no_numbers_explode(changed, name, value):
    losses = full(1.0)
    losses[123] = value
    finding = critic_curves.exploding_losses(changed({name: losses}))
    assert finding.diagnosis is Diagnosis.EXPLODING_LOSSES
    assert finding.evidence == f"{name} is {value} in epoch 123"


@pytest.mark.parametrize(
    ("usual", "peak", "found"), [(1.0, 1001.0, True), (1.0, 999.0, False), (50.0, 4999.0, False), (50.0, -5001.0, True)]
)
def test_explosion_is_a_thousand_and_a_hundred_times_the_usual(changed, usual, peak, found):
    losses = full(usual)
    losses[200] = peak
    assert (critic_curves.exploding_losses(changed({"d_loss": losses})) is not None) == found


def test_epochs_are_those_of_the_file(changed):
    losses = full(np.nan)
    finding = critic_curves.exploding_losses(changed({"epoch": EPOCHS + 1000, "d_loss": losses}))
    assert finding.evidence.endswith("in epoch 1000")


@pytest.mark.parametrize(("penalty", "found"), [(3.9, False), (4.1, True), (np.nan, False)])
def test_penalty_of_norm_three_is_weak(changed, penalty, found):
    finding = critic_curves.weak_constraint(changed({"gradient_penalty": full(penalty)}))
    assert (finding is not None) == found
    if found:
        assert "norms of about 3.0 where 1 is asked for" in finding.evidence


def test_clipped_critics_have_no_penalty(changed):
    run = changed({"gradient_penalty": full(100.0)}, config={"clip_threshold": 0.01})
    assert critic_curves.weak_constraint(run) is None


@pytest.mark.parametrize("period", [3, 6, 10, 20, 50])
def test_waves_of_all_lengths_oscillate(changed, period):
    wave = 2 + 5 * np.sin(2 * np.pi * EPOCHS / period)
    finding = critic_curves.oscillation(changed({"wasserstein_distance": wave}))
    assert finding.diagnosis is Diagnosis.OSCILLATION


def test_slow_waves_are_counted(changed):
    # After the first hundred epochs, which are the critic's rise, sin(2πt / 50) turns at 113, 138 and so on to 288.
    wave = 5 * np.sin(2 * np.pi * EPOCHS / 50)
    assert "turns 8 times" in critic_curves.oscillation(changed({"wasserstein_distance": wave})).evidence


def test_noise_of_small_batches_does_not_oscillate(changed):
    noise = np.random.default_rng(0).normal(size=300)
    assert critic_curves.oscillation(changed({"wasserstein_distance": 3 + noise})) is None


def test_level_of_scores_may_wander(changed):
    assert critic_curves.oscillation(changed({"g_loss": 30 * np.sin(2 * np.pi * EPOCHS / 50)})) is None


def test_run_that_was_stopped_has_exploded(changed):
    finding = critic_curves.exploding_losses(changed(diverged="critic_weight_mean is nan in step 9"))
    assert finding.evidence == "training was stopped because critic_weight_mean is nan in step 9"


@pytest.mark.parametrize("name", ["wasserstein_distance", "gradient_penalty", "critic_weight_mean"])
def test_nan_anywhere_is_an_explosion(changed, name):
    values = full(1.0)
    values[-1] = np.nan
    assert critic_curves.exploding_losses(changed({name: values})).evidence == f"{name} is nan in epoch 299"


def test_a_million_is_absurd_however_it_was_reached(changed):
    assert critic_curves.exploding_losses(changed({"wasserstein_distance": 1.1e6 * (EPOCHS / 299) ** 3})) is not None
    assert critic_curves.exploding_losses(changed({"wasserstein_distance": 1e5 * (EPOCHS / 299) ** 3})) is None


def test_rounding_does_not_oscillate(changed):
    assert critic_curves.oscillation(changed({"wasserstein_distance": 1e-8 * np.sin(EPOCHS)})) is None


@pytest.mark.parametrize(("share", "found"), [(0.19, True), (0.2, False)])
def test_critic_that_ranks_fakes_above_reals_has_lost(changed, share, found):
    distance = full(-1.0)
    distance[200 : 200 + round(100 * share)] = 1.0
    finding = critic_curves.generator_dominates(changed({"wasserstein_distance": distance}))
    assert (finding is not None) == found
    if found:
        assert finding.evidence.startswith("the critic scores reals above fakes in 19%")


@pytest.mark.parametrize(("end", "found"), [(10.0, True), (2.0, False), (-1.0, False)])
def test_without_a_distance_a_large_positive_loss_is_a_critic_that_has_lost(changed, end, found):
    losses = np.interp(EPOCHS, [0, 100], [10.0, end])
    run = changed({"wasserstein_distance": None, "d_loss": losses})
    assert (critic_curves.generator_dominates(run) is not None) == found


@pytest.mark.parametrize(("norm", "found"), [(0.9e-4, True), (6e-3, False), (4e-3, True)])
def test_gradients_vanish_alone_or_against_what_they_were(changed, norm, found):
    # Beside norms of 5 before, a thousandth is 0.005.
    norms = np.where(EPOCHS < 150, 5.0, norm)
    finding = critic_curves.vanishing_gradients(changed({"generator_gradient_norm": norms}))
    assert (finding is not None) == found


def test_without_norms_a_loss_that_stands_still_tells(changed):
    columns = {"generator_gradient_norm": None, "g_loss": np.where(EPOCHS < 150, -EPOCHS, -150.0)}
    assert "g_loss changes by 0" in critic_curves.vanishing_gradients(changed(columns)).evidence
    assert critic_curves.vanishing_gradients(changed({**columns, "g_loss": -EPOCHS})) is None


@pytest.mark.parametrize(("share", "found"), [(0.5, False), (0.51, True)])
def test_clipping_of_more_than_half_persists(changed, share, found):
    finding = critic_curves.persistent_clipping(changed({"clip_ratio": full(share)}))
    assert (finding is not None) == found
    if found:
        assert finding.status is Status.WARNING


def test_critic_dominates_while_samples_get_no_better(changed):
    plateau = {"wasserstein_distance": 40 * (1 - np.exp(-EPOCHS / 10))}
    same = {"fid_score": np.array([60.0, 61.0, 58.0, 60.0, 59.0, 60.0])}
    finding = critic_curves.critic_dominates(changed(plateau, same))
    assert finding.status is Status.BAD
    assert "has not fallen below 95% of its first 60.0" in finding.evidence
    better = {"fid_score": np.array([60.0, 61.0, 50.0, 60.0, 59.0, 60.0])}
    assert critic_curves.critic_dominates(changed(plateau, better)) is None
    unknown_first = {"fid_score": np.array([np.nan, 100.0, 60.0, 50.0, 50.0, 50.0])}
    assert critic_curves.critic_dominates(changed(plateau, unknown_first)) is None


@pytest.mark.parametrize(("steps", "is_found"), [(2000, False), (2400, True)])
def test_critic_is_not_judged_by_an_average_of_untrained_weights(changed, steps, is_found):
    """0.999 to the power of 2000 is 0.135, and to that of 2400 0.091."""
    columns = {"wasserstein_distance": 40 * (1 - np.exp(-EPOCHS / 10)), "steps": np.linspace(8, steps, 300)}
    same = {"fid_score": np.array([60.0, 61.0, 58.0, 60.0, 59.0, 60.0])}
    run = changed(columns, same, config={"averaging": "momentum", "averaging_momentum": 0.999})
    assert (critic_curves.critic_dominates(run) is not None) is is_found
    # Where no samples were measured, the critic's distance is judged alone.
    unmeasured = changed(columns, quality=None, config=run.config)
    assert critic_curves.critic_dominates(unmeasured).status is Status.WARNING


def test_critic_that_dominates_unmeasured_samples_is_a_warning(changed):
    plateau = 1 - np.exp(-EPOCHS / 10)
    finding = critic_curves.critic_dominates(changed({"wasserstein_distance": 40 * plateau}, quality=None))
    assert finding.status is Status.WARNING
    assert "no samples were measured" in finding.evidence
    assert critic_curves.critic_dominates(changed({"wasserstein_distance": 4 * plateau}, quality=None)) is None
